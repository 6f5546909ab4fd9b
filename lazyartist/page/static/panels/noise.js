// The invisible cloak: the least noise that makes a drawing another class, turned up and down, and shown to the others.
import { ask } from "../ask.js";
import { best, bytes, choice, draw, el, percent } from "../parts.js";
import { saves } from "../save.js";

export const title = "Invisible cloak";

export function make(page) {
  let target = "3", fooled = "", found = null, strength = 20, asked = null, shown = null;
  const said = el("p", { role: "status" }), pictures = el("div", { class: "pictures" }), rows = el("tbody");
  const models = el("span"), strengths = el("input", { type: "range", min: 0, max: 30, value: 20, id: "strength",
    oninput: () => { strength = Number(strengths.value); paint(); } });
  const amount = el("output", { for: "strength" });
  const classes = Array.from({ length: page.about.classes }, (_, label) => [`${label}`, `${label}`]);
  const results = el("div", { hidden: true },
    el("div", { class: "line" }, el("label", { for: "strength" }, "noise"), strengths, amount), pictures,
    el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Answers to the noise" },
      el("table", {}, el("thead", {}, el("tr", {}, ...["model", "answers", "sure", "of the target"].map((word) =>
        el("th", { scope: "col" }, word)))), rows)));
  const button = el("button", { type: "button", class: "main", onclick: find }, "Find the noise");
  const root = el("div", {},
    el("p", {}, "The least change of pixels that makes a model more than 90 % sure of something else. Below 0.05, ",
      "nobody sees it."),
    el("div", { class: "line" }, models, choice("make it answer", classes, (value) => { target = value; }, target), button),
    said, results, saves(() => shown));

  async function find() {
    const drawing = page.drawing();
    if (!drawing.models.length) return;
    const order = [fooled, ...drawing.models.filter((name) => name !== fooled)];
    button.disabled = true;
    said.textContent = "Looking …";
    try {
      asked = { ...drawing, models: order, target: Number(target) };
      found = await ask("/api/noise", asked);
      const epsilon = found.epsilon.toFixed(4);
      said.textContent = (found.found
        ? `A change of at most ${epsilon} of a pixel makes ${fooled} more than 90 % sure of a ${target}. `
        : `No noise was found in 100 steps that makes ${fooled} 90 % sure of a ${target}. `)
        + (found.proven === null ? "" : `It is proven that no noise up to ${found.proven.toFixed(4)} does.`);
      strengths.value = strength = 20;
      results.hidden = false;
      paint();
    } catch (error) {
      said.textContent = error.message;
    }
    button.disabled = false;
  }

  function paint() {
    if (!found) return;
    const times = found.strengths[strength], image = bytes(found.image);
    const noise = new Float32Array(bytes(found.noise).buffer);
    const mixed = (make) => Uint8ClampedArray.from(noise, (value, place) => Math.round(make(value * times, image[place])));
    const cells = [
      ["without noise", image], ["with noise", mixed((value, pixel) => pixel + 255 * value)],
      ["the noise", mixed((value) => 127.5 + 255 * value)], ["the noise × 10", mixed((value) => 127.5 + 2550 * value)],
    ].map(([words, values]) => ({ words,
      canvas: draw(el("canvas", { class: "large", role: "img", "aria-label": words }), values) }));
    pictures.replaceChildren(...cells.map(({ words, canvas }) =>
      el("figure", {}, canvas, el("figcaption", {}, words))));
    amount.textContent = `${(found.epsilon * times).toFixed(4)} (${times} × what was found)`;
    const lines = Object.entries(found.answers).map(([name, answers]) => ({ name, shares: answers[strength] }));
    rows.replaceChildren(...lines.map(({ name, shares }) => el("tr", {}, el("th", { scope: "row" }, name),
      el("td", best(shares) === asked.target ? { class: "follows" } : {}, `${best(shares)}`),
      el("td", {}, percent(Math.max(...shares))), el("td", {}, percent(shares[asked.target])))));
    shown = {
      name: "cloak", json: { asked, ...found }, python: found.python,
      sheet: { title: `Noise of ${(found.epsilon * times).toFixed(4)} that makes it a ${asked.target}`, rows: [
        { label: asked.models[0], cells: cells.map(({ words, canvas }) => ({ canvas, lines: [words] })) },
        { label: "with it", cells: lines.map(({ name, shares }) => ({ canvas: cells[1].canvas,
          lines: [name, `${best(shares)}, ${percent(Math.max(...shares))}`] })) }] },
    };
  }

  function update() {
    const { models: names } = page.drawing();
    if (!names.includes(fooled)) fooled = names[0] ?? "";
    models.replaceChildren(choice("Fool", names.map((name) => [name, name]), (value) => { fooled = value; }, fooled));
    if (found && asked.ink !== page.drawing().ink) {
      results.hidden = true;
      said.textContent = "The drawing has changed: look again.";
      found = shown = null;
    }
  }
  return { root, update };
}
