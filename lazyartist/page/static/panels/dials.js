// The dials: features of a model's last hidden layer by name, to be turned from 0 to 8 times what is usual.
import { ask } from "../ask.js";
import { bars, best, choice, colourOf, el, percent, same, swatch } from "../parts.js";
import { saves } from "../save.js";

export const title = "Dials";
const MOST = 8;

export function make(page) {
  let model = "", turned = {}, drawn = "", shown = null;
  const models = choice("Model", [], (value) => { model = value; turned = {}; page.look(); });
  const said = el("p"), list = el("div", { class: "dials" }), nameless = el("div", { class: "dials" });
  const before = bars(page.about.names), after = bars(page.about.names);
  const answers = el("div", { class: "cards", hidden: true },
    el("article", {}, el("h3", {}, "As it is"), before), el("article", {}, el("h3", {}, "With the dials set"), after));
  const root = el("div", {},
    el("p", {}, "What a model knows of the drawing, taken apart into features that stand for one thing each. ",
      "1 is how strong a feature usually is where it fires: turn one up or down and see what the model answers."),
    el("div", { class: "line" }, models,
      el("button", { type: "button", onclick: () => { turned = {}; drawn = ""; page.look(); } }, "All as they are")),
    said, answers, list, el("details", {}, el("summary", {}, "Features without a name"), nameless), saves(() => shown));

  function dial({ index, name, about, level }) {
    const colour = colourOf(name, page.about.words);
    const value = el("output", {}, level.toFixed(2));
    const slider = el("input", { type: "range", min: 0, max: MOST, step: 0.05, value: turned[index] ?? level,
      "aria-label": `${name}, feature ${index}`, "aria-description": about,
      oninput: () => {
        turned[index] = Number(slider.value);
        line.classList.add("turned");
        value.textContent = slider.value;
        page.look();
      } });
    const line = el("div", { class: index in turned ? "dial turned" : "dial", title: about },
      el("span", {}, ...(colour < 0 ? [] : [swatch(page.about.colours[colour]), " "]), name), slider, value);
    line.level = (now) => {
      if (index in turned) return;
      slider.value = now;
      value.textContent = now.toFixed(2);
    };
    line.index = index;
    return line;
  }

  async function update() {
    const drawing = page.drawing();
    if (!drawing.models.includes(model)) { model = drawing.models[0] ?? ""; turned = {}; }
    models.offer(same(drawing.models), model);
    const missing = page.missing(drawing);
    if (missing) { fail(new Error(missing)); return; }
    const asked = { model, dials: { ...turned } };
    if (drawn !== model) said.textContent = `Taking ${model} apart: a few seconds, once …`;
    let found;
    try {
      found = await ask("/api/dials", { ...drawing, models: [model], dials: turned });
    } catch (error) {
      if (model === asked.model) fail(error);
      return;
    }
    if (model !== asked.model) return;  // another model was chosen meanwhile, and is asked next
    if (drawn !== model) {
      for (const [where, wanted] of [[list, true], [nameless, false]]) {
        where.replaceChildren(...found.features.filter((feature) => feature.named === wanted).map(dial));
      }
    }
    drawn = model;
    const levels = new Map(found.features.map((feature) => [feature.index, feature.level]));
    for (const line of [...list.children, ...nameless.children]) line.level(levels.get(line.index));
    answers.hidden = false;
    before.show(found.before);
    after.show(found.after);
    const [was, is] = [found.before, found.after].map((shares) => page.about.names[best(shares)]);
    said.textContent = `${model} answers ${was}; with the dials set ${was === is ? "still " : ""}${is}, `
      + `${percent(Math.max(...found.after))} sure.`;
    page.speak(said.textContent);
    const name = (index) => found.features.find((feature) => feature.index === Number(index)).name;
    shown = {
      name: "dials", json: { drawing, ...asked, ...found }, python: found.python,
      sheet: { title: said.textContent, rows: [{ label: "dials", cells: [
        { canvas: page.seen, lines: ["as it is"], shares: found.before },
        { canvas: page.seen, lines: Object.entries(asked.dials).map(([index, level]) => `${name(index)}: ${level}`),
          shares: found.after }] }] },
    };
  }

  function fail(error) {
    list.replaceChildren();
    nameless.replaceChildren();
    answers.hidden = true;
    drawn = "";
    shown = null;
    said.textContent = error.message;
    page.speak(error.message);
  }
  return { root, update };
}
