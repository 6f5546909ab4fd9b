// The page: the pad and its paint, a card per model, and the panels that look inside.
import { ask, newest } from "./ask.js";
import { makeColours } from "./colours.js";
import { isBlank, makePad } from "./pad.js";
import { bars, best, bytes, draw, el, named, percent } from "./parts.js";
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
const MOST_MODELS = 8;  // that the server lets answer at once
const REST = 100;  // ms without a change after which the open panel follows
const WAIT = 1000;  // ms between looks at how far the models are
const at = (id) => document.getElementById(id);

async function whatThereIs() {
  for (;;) {
    try {
      return await ask("/api/page");
    } catch (error) {
      warn(error);
      await new Promise((done) => { setTimeout(done, WAIT); });
    }
  }
}

const page = {
  about: await whatThereIs(),
  colour: [255, 0, 0], word: "", image: "", seen: at("seen"), cards: new Map(), found: null, panel: null,
  since: null, times: [],  // when what is not yet answered began to change; how long each answer took from there, in ms
  // those that are ready and ticked
  models() { return [...this.cards].filter(([, card]) => card.box.checked && card.ready).map(([name]) => name); },
  drawing() {
    const where = document.querySelector("[name=where]:checked").value;
    return { ink: pad.text(), colour: this.colour, where, models: this.models() };
  },
  // what is missing before a drawing can be asked about; "" if nothing is
  missing({ ink, models }) {
    if (isBlank(ink)) return "Nothing is drawn yet.";
    return models.length ? "" : "No model is asked: tick one that is ready.";
  },
  changed(when = performance.now()) {
    this.since ??= when;
    if (at("sampled").textContent !== pad.words()) at("sampled").textContent = pad.words();  // a change is read aloud
    refresh();
  },
  // for what a panel's own controls change
  look() { this.panel?.poke(); },
  show, speak,
};

let resting = 0;
const refresh = newest(async () => {
  const { since } = page;
  page.since = null;
  try {
    await answers();
    // behind the next paint
    requestAnimationFrame(() => setTimeout(() => page.times.push(performance.now() - since)));
    if (page.times.length > 10_000) page.times.shift();
    at("problem").textContent = "";
  } catch (error) {
    warn(error);
  }
  clearTimeout(resting);
  resting = setTimeout(() => page.look(), REST);  // a panel holds up no stroke
});

function warn(error) {
  at("problem").textContent = error.message;
}

const pad = makePad(at("pad"), (when) => page.changed(when), warn);
page.pad = pad;

async function answers() {
  const drawing = page.drawing(), missing = page.missing(drawing);
  for (const card of page.cards.values()) {
    if (card.ready && !card.box.checked) card.tell("is not asked");
    else if (card.ready && missing) card.tell(missing);
  }
  if (missing) {
    page.found = null;
    if (isBlank(drawing.ink)) draw(page.seen, new Uint8Array(28 * 28 * 3));
    return;
  }
  const found = await ask("/api/answers", drawing);
  page.image = found.image;
  draw(page.seen, bytes(found.image));
  for (const [name, shares] of Object.entries(found.answers)) page.cards.get(name).show(shares);
  page.found = { name: "answers", json: { dataset: page.about.dataset, drawing, ...found }, python: found.python,
    sheet: { title: `${page.about.dataset}: what each network answers`, rows: [{ label: page.word, cells:
      Object.entries(found.answers).map(([name, shares]) => ({ canvas: page.seen,
        lines: [name, `${page.about.names[best(shares)]}, ${percent(Math.max(...shares))}`], shares })) }] } };
  speak(Object.entries(found.answers).map(([name, shares]) => `${name} says ${page.about.names[best(shares)]}`).join(", "));
}

// for those who hear the page: once nothing has changed for a moment
let speaking = 0;
function speak(words) {
  clearTimeout(speaking);
  speaking = setTimeout(() => { at("spoken").textContent = words; }, 700);
}

function makeCard(model) {
  const box = el("input", { type: "checkbox", checked: page.cards.size < MOST_MODELS, onchange: () => {
    const asked = [...page.cards.values()].filter((card) => card.box.checked).length;
    if (asked > MOST_MODELS) {
      box.checked = false;
      warn(new Error(`Only ${MOST_MODELS} models answer at once: untick another one first.`));
    } else page.changed();
  } });
  const says = el("p", { class: "says" }, "…"), list = bars(page.about.names), about = el("small", {}, model.about);
  const card = el("article", {}, el("header", {}, el("label", {}, box, el("span", {}, ...named(model.name)))), about, says, list);
  card.style.setProperty("--of", model.colour);
  box.addEventListener("change", () => card.classList.toggle("off", !box.checked));
  return { card, box, ready: false,
    tell(words) {
      says.replaceChildren(el("small", {}, words));
      list.clear();
    },
    show(shares) {
      const answer = best(shares);
      says.replaceChildren(`${page.about.names[answer]} `, el("small", {}, `${percent(shares[answer])} sure`));
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
    if (model.state === "training") card.tell(`is being trained, for ${model.seconds.toFixed(0)} s now`);
    if (model.state === "failed") card.tell(model.reason);
  }
  const ready = models.filter((model) => model.state === "ready").length;
  const all = models.every((model) => model.state === "ready" || model.state === "failed");
  const words = all ? "" : `${ready} of ${models.length} models are ready; draw meanwhile.`;
  if (at("status").textContent !== words) at("status").textContent = words;  // a change is read aloud
  return all;
}

let watching = 0;
async function watch() {
  clearTimeout(watching);
  try {
    if (showModels((await ask("/api/page")).models)) return;
  } catch (error) {
    warn(error);
  }
  watching = setTimeout(watch, WAIT);
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
  page.look();
}

function makeTabs() {
  at("tabs").append(...PANELS.map((panel, place) => el("button", { type: "button", role: "tab", id: `tab-${place}`,
    "aria-controls": "panel", onclick: () => show(place) }, panel.title)));
  at("tabs").addEventListener("keydown", (event) => {
    const tabs = [...at("tabs").children], now = tabs.indexOf(document.activeElement);
    const next = { ArrowRight: (now + 1) % tabs.length, ArrowLeft: (now + tabs.length - 1) % tabs.length,
      Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    show(next);
    tabs[next].focus();
  });
}

async function makeStore() {
  const kept = await ask("/api/store");
  at("store").replaceChildren(kept.length ? el("p", { class: "quiet" }, "From the store of trained models:")
    : el("p", { class: "quiet" }, "The store holds no other model of these images."));
  for (const model of kept) {
    const button = el("button", { type: "button", onclick: told(async () => {
      button.disabled = true;
      try {
        await ask("/api/store", { key: model.key });
        button.remove();
        watch();
      } finally {
        button.disabled = false;
      }
    }) }, model.about);
    at("store").append(button);
  }
}

async function sample() {
  const found = await ask(`/api/sample?number=${Math.floor(Math.random() * page.about.test_images)}`);
  pad.set(found.ink, `Test image ${found.number} of ${page.about.dataset}: class ${page.about.names[found.label]}.`);
}

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
at("more").addEventListener("toggle", told(async () => { if (at("more").open) await makeStore(); }));
at("answers-saves").append(saves(() => page.found));
makeColours(at("colours"), at("hue"), at("any"), page);
makeTabs();
showModels(page.about.models);
show(0);
watch();
makeTour(at("tour"), at("tour-start"), page);
draw(page.seen, new Uint8Array(28 * 28 * 3));
window.lazyartist = page;  // for the console, and for tests
