// The page: the pad and its paint, a card per model, and the panels that look inside.
import { ask, newest } from "./ask.js";
import { makePad } from "./pad.js";
import { bars, best, bytes, draw, el, named, percent, swatch } from "./parts.js";
import { saves } from "./save.js";
import { makeTour } from "./tour.js";
import * as clinic from "./panels/clinic.js";
import * as dials from "./panels/dials.js";
import * as latents from "./panels/latents.js";
import * as looks from "./panels/looks.js";
import * as noise from "./panels/noise.js";
import * as recolour from "./panels/recolour.js";
import * as units from "./panels/units.js";

const PANELS = [recolour, looks, noise, dials, units, latents, clinic];
const WAIT = 1000;  // ms between looks at how far the models are
const at = (id) => document.getElementById(id);

const page = {
  about: await ask("/api/page"),
  colour: [255, 0, 0], word: "", image: "", seen: at("seen"), cards: new Map(), found: null, panel: null,
  since: 0, times: [],  // when the drawing last changed, and how long the newest answers took from there, in ms
  drawing() {
    const where = document.querySelector("[name=where]:checked").value;
    const models = [...this.cards].filter(([, card]) => card.box.checked && card.ready).map(([name]) => name);
    return { ink: pad.text(), colour: this.colour, where, models };
  },
  changed() {
    this.since = performance.now();
    refresh();
  },
  show,
};

const refresh = newest(async () => {
  const { since } = page;
  try {
    await answers();
    requestAnimationFrame(() => page.times.push(performance.now() - since));
    if (page.times.length > 1000) page.times.shift();
  } catch (error) {
    warn(error);
  }
  page.panel?.poke();  // not waited for: a slow panel holds up no stroke
});

function warn(error) {
  at("status").textContent = error.message;
  at("status").classList.add("wrong");
}

const pad = makePad(at("pad"), () => page.changed());
page.pad = pad;

async function answers() {
  const drawing = page.drawing();
  if (!drawing.models.length) return;
  const found = await ask("/api/answers", drawing);
  page.image = found.image;
  draw(page.seen, bytes(found.image));
  for (const [name, shares] of Object.entries(found.answers)) page.cards.get(name).show(shares);
  page.found = { name: "answers", json: { dataset: page.about.dataset, drawing, ...found }, python: found.python,
    sheet: { title: `${page.about.dataset}: what each network answers`, rows: [{ label: page.word, cells:
      Object.entries(found.answers).map(([name, shares]) => ({ canvas: page.seen,
        lines: [name, `${best(shares)}, ${percent(Math.max(...shares))}`] })) }] } };
  speak(found.answers);
}

let speaking = 0;
function speak(found) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    at("spoken").textContent = Object.entries(found).map(([name, shares]) => `${name} says ${best(shares)}`).join(", ");
  }, 700);
}

function makeCard(model) {
  const box = el("input", { type: "checkbox", checked: true, onchange: () => page.changed() });
  const says = el("p", { class: "says" }, "…"), list = bars(page.about.classes), about = el("small", {}, model.about);
  const card = el("article", {}, el("header", {}, el("label", {}, box, el("span", {}, ...named(model.name)))), about, says, list);
  card.style.setProperty("--of", model.colour);
  box.addEventListener("change", () => card.classList.toggle("off", !box.checked));
  return { card, box, ready: false,
    tell(words) { says.replaceChildren(el("small", {}, words)); },
    show(shares) {
      const answer = best(shares);
      says.replaceChildren(`${answer} `, el("small", {}, `${percent(shares[answer])} sure`));
      list.show(shares);
    } };
}

function showModels(models) {
  page.about.models = models;
  for (const model of models) {
    if (!page.cards.has(model.name)) {
      page.cards.set(model.name, makeCard(model));
      at("cards").append(page.cards.get(model.name).card);
    }
    const card = page.cards.get(model.name);
    if (model.state === "ready" && !card.ready) { card.ready = true; page.changed(); }
    if (model.state === "waiting") card.tell("waits for its turn");
    if (model.state === "training") card.tell(`is being trained: ${model.seconds.toFixed(0)} s`);
    if (model.state === "failed") card.tell(model.reason);
  }
  const ready = models.filter((model) => model.state === "ready").length;
  const all = models.every((model) => model.state === "ready" || model.state === "failed");
  at("status").classList.remove("wrong");
  at("status").textContent = all ? "" : `${ready} of ${models.length} models are ready; draw meanwhile.`;
  return all;
}

async function watch() {
  try {
    if (showModels((await ask("/api/page")).models)) return;
  } catch (error) {
    warn(error);
  }
  setTimeout(watch, WAIT);
}

function paint(colour, word) {
  page.colour = colour;
  page.word = word;
  page.changed();
}

function makeColours() {
  const labels = page.about.colours.map((colour, place) => el("label", {},
    el("input", { type: "radio", name: "colour", value: place, checked: place === 0,
      onchange: () => paint(colour, page.about.words[place]) }),
    swatch(colour), page.about.words[place] || `colour ${place}`));
  at("colours").append(el("div", {}, ...labels));
  page.colour = page.about.colours[0];
  page.word = page.about.words[0];
  page.choose = (place) => { labels[place].firstChild.checked = true; paint(page.about.colours[place], page.about.words[place]); };
  const loose = () => { for (const label of labels) label.firstChild.checked = false; };
  at("hue").addEventListener("input", () => { loose(); paint(hue(Number(at("hue").value)), `hue ${at("hue").value}°`); });
  at("any").addEventListener("input", () => {
    const text = at("any").value;
    loose();
    paint([1, 3, 5].map((place) => parseInt(text.slice(place, place + 2), 16)), text);
  });
}

function hue(degrees) {
  return [5, 3, 1].map((offset) => {
    const place = (offset + degrees / 60) % 6;
    return Math.round(255 * (1 - Math.max(0, Math.min(place, 4 - place, 1))));
  });
}

const made = new Map();
function show(place) {
  const tabs = [...at("tabs").children];
  tabs.forEach((tab, other) => {
    tab.setAttribute("aria-selected", other === place);
    tab.tabIndex = other === place ? 0 : -1;
  });
  if (!made.has(place)) {
    const { root, update } = PANELS[place].make(page);
    made.set(place, { root, poke: newest(async () => { try { await update(); } catch (error) { warn(error); } }) });
  }
  page.panel = made.get(place);
  at("panel").setAttribute("aria-labelledby", tabs[place].id);
  at("panel").replaceChildren(page.panel.root);
  page.changed();
}

function makeTabs() {
  at("tabs").append(...PANELS.map((panel, place) => el("button", { type: "button", role: "tab", id: `tab-${place}`,
    "aria-controls": "panel", onclick: () => show(place) }, panel.title)));
  at("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...at("tabs").children];
    const next = (tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length;
    show(next);
    tabs[next].focus();
  });
}

async function makeStore() {
  const kept = await ask("/api/store");
  at("store").replaceChildren(kept.length ? el("p", { class: "quiet" }, "From the store of trained models:")
    : el("p", { class: "quiet" }, "The store holds no other model of these images."));
  for (const model of kept) {
    at("store").append(el("button", { type: "button", onclick: async (event) => {
      event.target.disabled = true;
      await ask("/api/store", { key: model.key });
      watch();
    } }, model.about));
  }
}

async function sample(number = Math.floor(Math.random() * page.about.test_images)) {
  const found = await ask(`/api/sample?number=${number}`);
  pad.set(found.ink);
  return found.label;
}
page.sample = sample;

const told = (work) => async (event) => {
  try {
    await work(event);
  } catch (error) {
    warn(error);
  }
};

at("clear").addEventListener("click", () => pad.clear());
at("undo").addEventListener("click", () => pad.undo());
at("sample").addEventListener("click", told(() => sample()));
at("picture").addEventListener("change", told(async (event) => {
  if (event.target.files.length) await pad.load(event.target.files[0]);
  event.target.value = "";
}));
for (const each of document.querySelectorAll("[name=where]")) {
  each.checked = each.value === page.about.where;
  each.addEventListener("change", () => page.changed());
}
at("more").addEventListener("toggle", told(async () => { if (at("more").open) await makeStore(); }), { once: true });
at("answers-saves").append(saves(() => page.found));
makeColours();
makeTabs();
showModels(page.about.models);
show(0);
watch();
makeTour(at("tour"), at("tour-start"), page);
draw(page.seen, new Uint8Array(28 * 28 * 3));
window.lazyartist = page;  // for the console, and for tests
