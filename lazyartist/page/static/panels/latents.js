// Latents of rooms: a slider for each, the picture live; and the odd ones of a batch beside what they might have been.
import { ask, newest } from "../ask.js";
import { bytes, draw, el, picture } from "../parts.js";
import { saves } from "../save.js";

export const title = "Latents";

export function make() {
  let room = null, odd = null, wanted = 0, shown = null;
  const said = el("p", { role: "status" }), about = el("p", { class: "quiet" });
  const canvas = el("canvas", { class: "large", role: "img", "aria-label": "The room that the decoder makes" });
  const original = el("canvas", { class: "large", role: "img", "aria-label": "The image that was encoded" });
  const sliders = el("div", { class: "dials" }), strange = el("div", { class: "pictures" });
  const start = el("button", { type: "button", class: "main", onclick: () => load() }, "Show the rooms");
  const rooms = el("div", { hidden: true }, about,
    el("div", { class: "pictures" },
      el("figure", {}, original, el("figcaption", {}, "an image")),
      el("figure", {}, canvas, el("figcaption", {}, "made of its latents"))),
    el("div", { class: "buttons" }, el("button", { type: "button",
      onclick: () => { wanted = Math.floor(1e9 * Math.random()); load(); } }, "Another image")),
    sliders, el("h3", {}, "The odd ones of a batch, and what each would look like if it were not"), strange);
  const root = el("div", {},
    el("p", {}, "A network that was shown rooms, and told nothing of them, describes each by a few numbers. Move one: what ",
      "changes is what it stands for. Where no such network is kept, one is learnt, which takes a minute or two."),
    start, said, rooms, saves(() => shown));

  // one question at a time: another image, or the same one with its latents moved
  const move = newest(async () => {
    try {
      const found = await ask("/api/room", { latents: room.latents });
      draw(canvas, bytes(found.picture), found.side);
      keep(found);
    } catch (error) {
      said.textContent = error.message;
    }
  });

  const load = newest(async () => {
    start.disabled = true;
    said.textContent = room ? "" : "Fetching the network, or learning it …";
    try {
      room = await ask("/api/room", { image: wanted });
      odd ??= await ask("/api/odd");
      said.textContent = "";
      show();
    } catch (error) {
      said.textContent = error.message;
    }
    start.disabled = false;
  });

  function show() {
    start.hidden = true;
    rooms.hidden = false;
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
    const pairs = odd.odd.map((one) => ({ one, image: picture(one.image, "an odd room", odd.side),
      otherwise: one.counterfactual && picture(one.counterfactual, "what it would look like otherwise", odd.side) }));
    odd.cells = pairs.map(({ one, image, otherwise }) => [{ canvas: image, lines: [`${one.distance}, ${one.latent}`] },
      { canvas: otherwise, lines: ["otherwise"] }]);
    strange.replaceChildren(...pairs.map(({ one, image, otherwise }) => el("figure", {},
      el("div", { class: "unit" }, image, ...(otherwise ? [otherwise] : [])),
      el("figcaption", {}, `${one.distance} away, ${one.threshold} is usual`, el("br"), `by latent ${one.latent}`))));
    keep(room);
  }

  function keep(found) {
    const { cells, ...batch } = odd;
    const places = room.sliders.map(({ latent, name }) => `${name}: ${room.latents[latent].toFixed(2)}`);
    shown = { name: "room", json: { room: found, batch }, python: found.python,
      sheet: { title: "A room and its latents; and the odd ones of a batch", rows: [
        { label: "", cells: [{ canvas: original, lines: ["an image"] }, { canvas, lines: places }] },
        { label: "odd ones", cells: cells.flat() }] } };
  }
  return { root, update() {} };
}
