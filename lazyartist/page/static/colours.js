// The paint: the palette's colours, any hue, any colour at all.
import { el, swatch } from "./parts.js";

export function makeColours(root, hues, any, page) {
  const { colours, words } = page.about;

  function paint(colour, word) {
    page.colour = colour;
    page.word = word;
    page.changed();
  }

  const labels = colours.map((colour, place) => el("label", {},
    el("input", { type: "radio", name: "colour", value: place, checked: place === 0,
      onchange: () => paint(colour, words[place]) }),
    swatch(colour), words[place]));
  root.append(el("div", {}, ...labels));
  [page.colour] = colours;
  [page.word] = words;
  page.choose = (place) => {
    labels[place].firstChild.checked = true;
    paint(colours[place], words[place]);
  };
  const loose = () => { for (const label of labels) label.firstChild.checked = false; };
  hues.addEventListener("input", () => { loose(); paint(hue(Number(hues.value)), `hue ${hues.value}°`); });
  any.addEventListener("input", () => {
    loose();
    paint([1, 3, 5].map((place) => parseInt(any.value.slice(place, place + 2), 16)), any.value);
  });
}

function hue(degrees) {
  return [5, 3, 1].map((offset) => {
    const place = (offset + degrees / 60) % 6;
    return Math.round(255 * (1 - Math.max(0, Math.min(place, 4 - place, 1))));
  });
}
