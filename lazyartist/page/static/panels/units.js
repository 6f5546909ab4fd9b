// What the units of a layer like best, beside the real images that wake them most.
import { ask } from "../ask.js";
import { choice, el, picture, same } from "../parts.js";
import { saves } from "../save.js";

export const title = "What its units see";

export function make(page) {
  let model = "", layer = "", drawn = "", shown = null;
  const models = choice("Model", [], (value) => { model = value; layer = ""; page.look(); });
  const layers = choice("layer", [], (value) => { layer = value; page.look(); });
  const said = el("p", { role: "status" }), pictures = el("div", { class: "pictures" });
  const root = el("div", {},
    el("p", {}, "Each large picture was changed step by step until one unit liked it as much as it could. Beside it stand the ",
      "test images that the unit likes best; point at them to see them clearly."),
    el("div", { class: "line" }, models, layers), said, pictures, saves(() => shown));

  async function update() {
    const names = page.models();
    if (!names.includes(model)) { model = names[0] ?? ""; layer = ""; }
    models.offer(same(names), model);
    if (!model || drawn === `${model} ${layer}`) return;
    const asked = { model, layer };
    said.textContent = "Looking for what its units like: a few seconds, once …";
    let found = null, problem = "";
    try {
      found = await ask(`/api/units?${new URLSearchParams(asked)}`);
    } catch (error) {
      problem = error.message;
    }
    if (model !== asked.model || layer !== asked.layer) return;  // something else was chosen meanwhile: it is asked next
    said.textContent = problem;
    layer = found?.layer ?? layer;
    drawn = found ? `${model} ${layer}` : "";  // what failed is asked again
    layers.offer(same(found?.layers ?? []), layer);
    show(found);
  }

  function show(found) {
    const units = (found?.units ?? []).map(({ unit, likes, nearest }) => {
      const best = picture(likes, `what unit ${unit} likes best`);
      const real = nearest.map((image, place) => picture(image, `image ${place + 1} of unit ${unit}`));
      return { unit, best, real, line: el("div", { class: "unit", tabindex: 0, role: "group", "aria-label": `unit ${unit}` },
        best, el("div", { class: "nearest" }, ...real)) };
    });
    pictures.replaceChildren(...units.map((each) => each.line));
    shown = found && {
      name: "units", json: found, python: found.python,
      sheet: { title: `${model}, ${layer}: what units like, and what wakes them`, rows: units.map(({ unit, best, real }) => ({
        label: `unit ${unit}`, cells: [best, ...real].map((canvas) => ({ canvas, lines: [] })) })) },
    };
  }
  return { root, update };
}
