// The clinic: eight broken models, before and after, as cards.
import { ask } from "../ask.js";
import { el } from "../parts.js";
import { saves } from "../save.js";

export const title = "Clinic";

export function make() {
  const cards = el("div", { class: "cards" }), note = el("p", { class: "quiet" }, "Reading what was measured …");
  let shown = null;
  const root = el("div", {}, el("p", {}, "Eight models, each broken in a way that its accuracy alone does not tell, and how ",
    "far the best remedy goes: 0 is the broken model, 100 the same model never broken."), cards, note, saves(() => shown));

  async function update() {
    if (shown) return;
    const found = await ask("/api/clinic");
    note.textContent = found.note.replaceAll("`", "");
    cards.replaceChildren(...found.cards.map((card) => {
      const score = card["norm score ↑"];
      const number = /\d/.test(score) ? `${score.split(" ")[0]} ` : "";  // none where the score is a reason
      const picture = card.picture ? [el("details", {}, el("summary", {}, "Picture"),
        el("img", { src: `/api/clinic/${card.picture}.png`, alt: `What was broken in ${card.case}`, loading: "lazy" }))] : [];
      return el("article", {}, el("h3", {}, card.case.replaceAll("_", " ")), el("p", {}, card["what is broken"]),
        el("p", { class: "says" }, number, el("small", {}, `norm score, ${score}`)),
        el("p", { class: "quiet" }, `Broken ${card.baseline}, never broken ${card.oracle}. Remedy: ${card["best remedy"]}.`),
        ...picture);
    }));
    shown = { name: "clinic", json: found,
      python: "# in a shell: lazyartist run clinic && lazyartist table clinic\n",
      sheet: { title: "Clinic: norm scores", rows: found.cards.map((card) => ({ label: card.case,
        cells: [{ lines: [card["norm score ↑"]] }] })) } };
  }
  return { root, update };
}
