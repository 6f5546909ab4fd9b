// The tour: the exercise's story in six steps, each of which sets the page up for itself.
import { el } from "./parts.js";

const SEVEN = [[[70, 80], [205, 80], [130, 215]]];  // a 7, as places on the pad

export function makeTour(root, start, page) {
  const { dataset, models } = page.about;
  start.hidden = !models.some(({ name }) => name === "lazy") || !["mnist", "digits"].includes(dataset);
  // where: what it speaks of
  const step = (title, words, where, set) => ({ title, words, where, set });
  const steps = [
    step("1. Draw", "Here is a 7. Draw another over it if you like: clear the pad, and draw with mouse, finger or keys. "
      + "Beside it is what the networks see: small, and in the middle.", ".draw", () => { seven(page); page.choose(7); }),
    step("2. Change its colour", "The same 7, now in the colour of the 4s. Look at lazy: it says 4. It was trained on images "
      + "in which the colour nearly always gave the digit away, and colour is easier to learn than shape.", ".answers",
    () => { seven(page); page.choose(4); }),
    step("3. All ten colours", "The recolour test does that with each colour. lazy follows the colour wherever it goes. "
      + "A cured network keeps its answer.", ".inside", () => { page.choose(4); page.show(0); }),
    step("4. Where it looks", "Grad-CAM shows which parts of the image speak for the answer. It is made of what a layer "
      + "puts out, and of how much the answer would change with it.", ".inside", () => page.show(1)),
    step("5. The invisible cloak", "Press the button: noise that you cannot see turns the 7 into a 3 for the cured network. "
      + "lazy takes so much more that you see it: a colour is a large change. Turn the noise up and down.", ".inside",
    () => { page.choose(7); page.show(2); }),
    step("6. The dials", "A sparse autoencoder takes lazy apart into features with names. Turn another colour up to 8: the "
      + "network changes its mind, and the drawing has not changed at all.", ".inside",
    () => page.show(3)),
  ];
  let place = 0;
  const title = el("h2", { tabIndex: -1 }), words = el("p");
  const back = el("button", { type: "button", onclick: () => go(place - 1) }, "Back");
  const next = el("button", { type: "button", class: "main", onclick: () => (place + 1 < steps.length ? go(place + 1) : end()) });
  root.append(title, words, el("div", { class: "buttons" }, back, next,
    el("button", { type: "button", onclick: end }, "Close")));
  root.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
  start.addEventListener("click", () => { root.hidden = false; go(0); });

  function go(to) {
    place = to;
    title.textContent = steps[place].title;
    words.textContent = steps[place].words;
    back.disabled = place === 0;
    next.textContent = place + 1 < steps.length ? "Next" : "Done";
    steps[place].set();
    title.focus({ preventScroll: true });
    document.querySelector(steps[place].where).scrollIntoView();
  }

  function end() {
    root.hidden = true;
    start.focus();
  }
}

function seven(page) {
  page.pad.strokes(SEVEN);
}
