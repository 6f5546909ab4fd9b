// The invisible cloak: the least noise that makes a drawing another class, turned up and down, and shown to the others.
import { ask } from "../ask.js";
import { bars, best, bytes, choice, classesOf, draw, el, oneOf, percent, same } from "../parts.js";
import { saves } from "../save.js";

export const title = "Invisible cloak";
const CHANGED = "What is asked has changed: look again.";
const SEEN = 0.05;  // of a pixel's full brightness: less than that nobody sees

export function make(page) {
  let target = "3", fooled = "", lacking = "", found = null, asked = null, strength = 20, shown = null;
  const said = el("p", { role: "status" }), pictures = el("div", { class: "pictures" });
  const cards = el("div", { class: "cards" }), amount = el("output", { for: "strength" });
  const strengths = el("input", { type: "range", min: 0, max: 30, value: 20, id: "strength",
    oninput: () => { strength = Number(strengths.value); paint(); } });
  const { names: classes } = page.about;
  const models = choice("Fool", [], (value) => { fooled = value; });
  const results = el("div", { hidden: true },
    el("div", { class: "line" }, el("label", { for: "strength" }, "noise"), strengths, amount), pictures, cards);
  const button = el("button", { type: "button", class: "main", onclick: find }, "Find the noise");
  const root = el("div", {},
    el("p", {}, "The least change of pixels that makes a model more than 90 % sure of something else. Less than 0.05 of a ",
      "pixel's full brightness, nobody sees."),
    el("div", { class: "line" }, models, choice("make it answer", classesOf(classes), (value) => { target = value; }, target), button),
    said, results, saves(() => shown));

  function forget(words) {
    results.hidden = true;
    found = asked = shown = null;
    said.textContent = words;
  }

  async function find() {
    const drawing = page.drawing(), missing = page.missing(drawing);
    if (missing) { forget(missing); return; }
    const question = { ...drawing, target: Number(target),
      models: [fooled, ...drawing.models.filter((name) => name !== fooled)] };
    button.disabled = true;
    forget("Looking …");
    try {
      const answer = await ask("/api/noise", question);
      if (key(page.drawing()) !== key(question)) forget(CHANGED);
      else keep(question, answer);
    } catch (error) {
      forget(error.message);
    }
    button.disabled = false;
  }

  function keep(question, answer) {
    found = answer;
    asked = question;
    said.textContent = sentence();
    strengths.value = strength = 20;
    results.hidden = false;
    paint();
  }

  function sentence() {
    const [model] = asked.models, wanted = oneOf(classes[asked.target]), size = found.epsilon.toFixed(4);
    const first = found.found
      ? `A change of at most ${size} of a pixel's full brightness makes ${model} more than 90 % sure of ${wanted}`
        + `${found.epsilon < SEEN ? "" : ": that can be seen"}. `
      : `No noise was found in 100 steps that makes ${model} 90 % sure of ${wanted}. `;
    return first + (found.proven === null ? "" : `It is proven that no noise up to ${found.proven.toFixed(4)} does.`);
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
    const answers = Object.entries(found.answers).map(([name, each]) => ({ name, shares: each[strength] }));
    cards.replaceChildren(...answers.map(({ name, shares }) => {
      const list = bars(classes);
      list.show(shares);
      return el("article", {}, el("h3", {}, name), el("p", { class: "says" }, `${classes[best(shares)]} `,
        el("small", {}, `${percent(Math.max(...shares))} sure`)), list);
    }));
    shown = {
      name: "cloak", json: { asked, ...found }, python: found.python,
      sheet: { title: `Noise of ${(found.epsilon * times).toFixed(4)} that makes it ${oneOf(classes[asked.target])}`, rows: [
        { label: asked.models[0], cells: cells.map(({ words, canvas }) => ({ canvas, lines: [words] })) },
        { label: "with it", cells: answers.map(({ name, shares }) => ({ canvas: cells[1].canvas, lines: [name], shares })) },
      ] },
    };
  }

  const key = ({ ink, colour, where, models: names }) => JSON.stringify([ink, colour, where, [...names].sort()]);

  function update() {
    const drawing = page.drawing(), names = drawing.models;
    if (!names.includes(fooled)) fooled = names.at(-1) ?? "";  // the last one: a cure, if there is one
    models.offer(same(names), fooled);
    const missing = page.missing(drawing);
    if (missing !== lacking) forget(missing);
    lacking = missing;
    if (asked && key(asked) !== key(drawing)) forget(CHANGED);
  }
  return { root, update };
}
