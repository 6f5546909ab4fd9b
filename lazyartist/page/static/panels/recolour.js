// The recolour test: the drawing in every colour, and whether a model's answer follows the colour or keeps the shape.
import { ask } from "../ask.js";
import { best, el, named, percent, picture, swatch } from "../parts.js";
import { saves } from "../save.js";

export const title = "Recolour test";

export function make(page) {
  const table = el("table");
  let shown = null;
  const root = el("div", {},
    el("p", {}, `The same drawing in every colour. In training, ${percent(page.about.aligned)} of the images wore the `
      + "colour of their class. An answer is marked → where it is the class whose colour this is."),
    el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Answers in every colour" }, table),
    saves(() => shown));

  async function update() {
    const drawing = page.drawing(), missing = page.missing(drawing);
    if (missing) { table.replaceChildren(el("caption", {}, missing)); shown = null; return; }
    const found = await ask("/api/recolour", drawing);
    const { words, colours, dataset, names } = page.about;
    const pictures = found.images.map((image, colour) => picture(image, `in ${words[colour]}`));
    const heads = words.map((word, colour) =>
      el("th", { scope: "col" }, pictures[colour], swatch(colours[colour]), ` ${word}`));
    const rows = Object.entries(found.answers).map(([name, answers]) => {
      const says = answers.map(best);
      const follows = says.filter((answer, colour) => answer === colour).length;
      const commonest = Math.max(...says.map((answer) => says.filter((other) => other === answer).length));
      const cells = says.map((answer, colour) => el("td", answer === colour ? { class: "follows" } : {},
        `${answer === colour ? "→\u00a0" : ""}${names[answer]}`, el("br"), el("small", {}, percent(answers[colour][answer]))));
      return { name, says, follows, commonest, line: el("tr", {}, el("th", { scope: "row" }, ...named(name)), ...cells,
        el("td", {}, `follows the colour ${follows} of ${says.length}`, el("br"),
          `one answer ${commonest} of ${says.length}`)) };
    });
    table.replaceChildren(
      el("thead", {}, el("tr", {}, el("td"), ...heads, el("th", { scope: "col" }, "in all"))),
      el("tbody", {}, ...rows.map((row) => row.line)));
    shown = {
      name: "recolour", json: { dataset, drawing, ...found }, python: found.python,
      sheet: { title: "The same drawing in every colour", rows: [
        { label: "", cells: pictures.map((canvas, colour) => ({ canvas, lines: [words[colour]] })) },
        ...rows.map(({ name, says }) => ({ label: name, cells: says.map((answer, colour) => ({
          canvas: pictures[colour], lines: [`${names[answer]}${answer === colour ? "  (the colour's)" : ""}`] })) })),
      ] },
    };
  }
  return { root, update };
}
