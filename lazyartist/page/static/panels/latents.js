// Latents of rooms: a slider for each, the picture live; and the odd ones of a batch beside what they might have been.
import { ask, newest } from "../ask.js";
import { bytes, draw, el, picture } from "../parts.js";
import { saves } from "../save.js";

export const title = "Latents";

export function make() {
  let room = null, shown = null;
  const said = el("p", { role: "status" }), about = el("p", { class: "quiet" });
  const canvas = el("canvas", { class: "large", role: "img", "aria-label": "The room that the decoder makes" });
  const original = el("canvas", { class: "large", role: "img", "aria-label": "The image that was encoded" });
  const sliders = el("div", { class: "dials" }), odd = el("div", { class: "pictures" });
  const root = el("div", {},
    el("p", {}, "A network that was shown rooms, and told nothing of them, describes each by a few numbers. Move one: what ",
      "changes is what it stands for."), said, about,
    el("div", { class: "pictures" },
      el("figure", {}, original, el("figcaption", {}, "an image")),
      el("figure", {}, canvas, el("figcaption", {}, "made of its latents"))),
    el("div", { class: "buttons" }, el("button", { type: "button", onclick: () => load(Math.floor(1e9 * Math.random())) },
      "Another image")),
    sliders, saves(() => shown),
    el("h3", {}, "The odd ones of a batch, and what each would look like if it were not"), odd);

  const move = newest(async () => {
    const found = await ask("/api/room", { latents: room.latents });
    draw(canvas, bytes(found.picture), found.side);
    keep(found);
  });

  function keep(found) {
    shown = { name: "room", json: found, python: found.python,
      sheet: { title: "A room and its latents", rows: [{ label: "", cells: [{ canvas, lines:
        room.sliders.map(({ latent, name }) => `${name}: ${room.latents[latent].toFixed(2)}`) }] }] } };
  }

  async function load(image) {
    said.textContent = room ? "" : "Fetching the latents, or learning them: that takes a minute or two, once …";
    try {
      room = await ask("/api/room", { image });
    } catch (error) {
      said.textContent = error.message;
      return;
    }
    said.textContent = "";
    about.textContent = room.about;
    draw(original, bytes(room.original), room.side);
    draw(canvas, bytes(room.picture), room.side);
    sliders.replaceChildren(...room.sliders.map(({ latent, name, low, high }) => {
      const value = el("output", {}, room.latents[latent].toFixed(2));
      const slider = el("input", { type: "range", min: low, max: high, step: 0.01, "aria-label": `latent ${name}`,
        oninput: () => { room.latents[latent] = Number(slider.value); value.textContent = slider.value; move(); } });
      slider.value = room.latents[latent];
      return el("div", { class: "dial" }, el("span", {}, `latent ${name}`), slider, value);
    }));
    keep(room);
  }

  async function update() {
    if (room) return;
    await load(0);
    if (!room) return;
    const found = await ask("/api/odd");
    odd.replaceChildren(...found.odd.map((one) => el("figure", {},
      el("div", { class: "unit" }, picture(one.image, "an odd room", found.side),
        ...(one.counterfactual ? [picture(one.counterfactual, "what it would look like otherwise", found.side)] : [])),
      el("figcaption", {}, `distance ${one.distance} of ${one.threshold}`, el("br"), `by latent ${one.latent}`))));
  }
  return { root, update };
}
