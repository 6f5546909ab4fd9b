// Where each model looks: a map over the drawing, by method, layer and class.
import { ask } from "../ask.js";
import { bytes, choice, classesOf, draw, el, heat, same } from "../parts.js";
import { saves } from "../save.js";

export const title = "Where it looks";

export function make(page) {
  let method = "grad_cam", layer = "", target = "", opacity = 0.6, found = null, shown = null;
  const pictures = el("div", { class: "pictures" });
  const { names: classes } = page.about;
  const layers = choice("of layer", [["", "the last"]], (value) => { layer = value; page.look(); });
  const root = el("div", {},
    el("p", {}, "Bright is what speaks for the answer. A model that reads colour has no need of the whole stroke."),
    el("div", { class: "line" },
      choice("Map", same(page.about.maps), (value) => { method = value; page.look(); }, method), layers,
      choice("for", [["", "its own answer"], ...classesOf(classes)], (value) => { target = value; page.look(); }),
      el("label", { class: "line" }, "how much of the map ", el("input", { type: "range", min: 0, max: 1, step: 0.05, value: opacity,
        oninput: (event) => { opacity = Number(event.target.value); paint(); } }))),
    pictures, saves(() => shown));

  function paint() {
    if (!found) return;
    const image = bytes(page.image);
    const entries = Object.entries(found.maps);
    const without = entries.filter(([, one]) => one.reason).map(([name, one]) =>
      el("figure", {}, el("figcaption", {}, `${name}: ${one.reason}`)));
    const cells = entries.filter(([, one]) => one.map).map(([name, { map, target: of, layer: at }]) => {
      const weights = bytes(map), mixed = new Uint8ClampedArray(image.length);
      weights.forEach((weight, pixel) => {
        const colour = heat(weight / 255), share = opacity;
        for (let channel = 0; channel < 3; channel += 1) {
          mixed[3 * pixel + channel] = (1 - share) * image[3 * pixel + channel] + share * colour[channel];
        }
      });
      const canvas = draw(el("canvas", { class: "large", role: "img", "aria-label": `${method} of ${name} for ${classes[of]}` }), mixed);
      const words = `for ${classes[of]}${at ? `, at ${at}` : ""}`;
      return { name, canvas, words, figure: el("figure", {}, canvas, el("figcaption", {}, name, el("br"), words)) };
    });
    pictures.replaceChildren(...cells.map((cell) => cell.figure), ...without);
    shown = {
      name: "looks", json: { method, drawing: page.drawing(), ...found }, python: found.python,
      sheet: { title: `${method}: what speaks for the answer`,
        rows: [{ label: method, cells: cells.map(({ name, canvas, words }) => ({ canvas, lines: [name, words] })) }] },
    };
  }

  async function update() {
    const drawing = page.drawing(), missing = page.missing(drawing);
    const known = page.about.models.filter((model) => drawing.models.includes(model.name)).flatMap((model) => model.layers);
    layers.offer([["", "the last"], ...same([...new Set([...known, ...(layer ? [layer] : [])])])], layer);
    if (missing) { pictures.replaceChildren(missing); found = shown = null; return; }
    found = await ask("/api/maps", { ...drawing, method,
      ...(layer ? { layer } : {}), ...(target ? { target: Number(target) } : {}) });
    paint();
  }
  return { root, update };
}
