// Small parts that every panel is built of: elements, images from bytes, bars.

export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "class") made.className = value;
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

export function base64(values) {
  let text = "";
  for (let start = 0; start < values.length; start += 8192) {
    text += String.fromCharCode(...values.subarray(start, start + 8192));
  }
  return btoa(text);
}

// values: 28 × 28 × 3 numbers from 0 to 255
export function draw(canvas, values, side = 28) {
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    image.data[4 * pixel] = values[3 * pixel];
    image.data[4 * pixel + 1] = values[3 * pixel + 1];
    image.data[4 * pixel + 2] = values[3 * pixel + 2];
    image.data[4 * pixel + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export const picture = (text, alt, side = 28) =>
  draw(el("canvas", { role: "img", "aria-label": alt }), bytes(text), side);

export const best = (shares) => shares.indexOf(Math.max(...shares));

export const percent = (share) => `${(100 * share).toFixed(share > 0.9995 || share < 0.0005 ? 0 : 1)} %`;

// names: of the classes, in their order
export function bars(names) {
  const lines = names.map((name) => {
    const bar = el("i"), share = el("span", {}, "");
    return { bar, share, line: el("li", {}, el("span", {}, name), el("span", {}, bar), share) };
  });
  const words = names.some((name) => name.length > 2);
  const list = el("ol", { class: words ? "bars words" : "bars" }, ...lines.map((each) => each.line));
  list.show = (shares) => {
    const most = best(shares);
    lines.forEach(({ bar, share, line }, label) => {
      bar.style.width = `${100 * shares[label]}%`;
      share.textContent = percent(shares[label]);
      line.classList.toggle("most", label === most);
    });
  };
  list.clear = () => lines.forEach(({ bar, share, line }) => {
    bar.style.width = 0;
    share.textContent = "";
    line.classList.remove("most");
  });
  return list;
}

// a name that may be broken after its underscores
export const named = (name) => name.split("_").flatMap((part, place) => (place ? ["_", el("wbr"), part] : [part]));

// A select that keeps its focus: its options are replaced only where they differ.
export function choice(label, options, change, value) {
  const select = el("select", { onchange: () => change(select.value) });
  const made = el("label", { class: "line" }, `${label} `, select);
  let known = "";
  made.offer = (offered, chosen) => {
    if (known !== JSON.stringify(offered)) {
      known = JSON.stringify(offered);
      select.replaceChildren(...offered.map(([key, words]) => el("option", { value: key }, words)));
    }
    if (chosen !== undefined) select.value = chosen;
  };
  made.offer(options, value);
  return made;
}

// a digit, or a thing with a name
export const oneOf = (name) => (/^\d+$/.test(name) ? `a ${name}` : name);

// what a select offers for the classes
export const classesOf = (names) => names.map((name, label) => [`${label}`, name]);

export const same = (values) => values.map((value) => [value, value]);

// the place of the palette's longest word that a feature's name begins with; -1 if there is none
export function colourOf(name, words) {
  const fits = words.filter((word) => name === word || name.startsWith(`${word} `));
  return words.indexOf(fits.sort((a, b) => b.length - a.length)[0]);
}

export const swatch = (colour) => {
  const made = el("span", { class: "swatch" });
  made.style.background = typeof colour === "string" ? colour : `rgb(${colour.join(",")})`;
  return made;
};

const HEAT = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

export function heat(share) {
  const place = Math.min(share, 0.9999) * (HEAT.length - 1), low = Math.floor(place);
  return HEAT[low].map((from, channel) => from + (place - low) * (HEAT[low + 1][channel] - from));
}
