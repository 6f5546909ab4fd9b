// What the units of a layer like best, beside the real images that wake them most.
import { ask } from "../ask.js";
import { choice, el, picture } from "../parts.js";
import { saves } from "../save.js";

export const title = "What its units see";

export function make(page) {
  let model = "", layer = "", drawn = "", shown = null;
  const choices = el("div", { class: "line" }), said = el("p", { role: "status" });
  const pictures = el("div", { class: "pictures" });
  const root = el("div", {},
    el("p", {}, "Left what a unit likes best, found by climbing; beside it, on hover or focus in full light, the test ",
      "images that wake it most."),
    choices, said, pictures, saves(() => shown));

  async function update() {
    const names = page.drawing().models;
    if (!names.includes(model)) { model = names[0] ?? ""; layer = ""; }
    if (!model || drawn === `${model} ${layer}`) return;
    said.textContent = "Looking for what its units like: a few seconds, once …";
    let found;
    try {
      found = await ask(`/api/units?${new URLSearchParams({ model, layer })}`);
    } catch (error) {
      said.textContent = error.message;
      return;
    }
    layer = found.layer;
    drawn = `${model} ${layer}`;
    const again = (set) => (value) => { set(value); page.changed(); };
    choices.replaceChildren(
      choice("Model", names.map((name) => [name, name]), again((value) => { model = value; layer = ""; }), model),
      choice("layer", found.layers.map((name) => [name, name]), again((value) => { layer = value; }), layer));
    said.textContent = "";
    const units = found.units.map(({ unit, likes, nearest }) => {
      const best = picture(likes, `what unit ${unit} likes best`);
      const real = nearest.map((image, place) => picture(image, `image ${place + 1} of unit ${unit}`));
      return { unit, best, real, line: el("div", { class: "unit", tabindex: 0, role: "group", "aria-label": `unit ${unit}` },
        best, el("div", { class: "nearest" }, ...real)) };
    });
    pictures.replaceChildren(...units.map((each) => each.line));
    shown = {
      name: "units", json: found,
      python: found.python,
      sheet: { title: `${model}, ${layer}: what units like, and what wakes them`, rows: units.map(({ unit, best, real }) => ({
        label: `unit ${unit}`, cells: [best, ...real].map((canvas) => ({ canvas, lines: [] })) })) },
    };
  }
  return { root, update };
}
