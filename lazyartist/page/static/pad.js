// The pad: ink by mouse, pen, finger or keys; a test image; a picture from disk. It tells `changed` whenever there is
// more or less ink, with the time of the event, and `failed` of a file that is no picture.
import { base64, bytes } from "./parts.js";

const SIDE = 280, SENT = 140, PEN = 24, STEP = 7;
const MOST_BYTES = 10 * 1024 * 1024, MOST_PIXELS = 50e6;

// whether what `text` returns is no ink at all: zeros are A in base64
export const isBlank = (text) => /^A*=*$/.test(text);

export function makePad(canvas, changed, failed) {
  const ink = new OffscreenCanvas(SIDE, SIDE), context = ink.getContext("2d", { willReadFrequently: true });
  const small = new OffscreenCanvas(SENT, SENT), smallContext = small.getContext("2d", { willReadFrequently: true });
  const view = canvas.getContext("2d");
  const past = [];
  let last = null, down = null;
  let image = null;  // { ink: 28 × 28 bytes, words: what it is }, while it is not drawn upon
  const cursor = { x: SIDE / 2, y: SIDE / 2, down: false, shown: false };

  function wipe() {
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIDE, SIDE);
  }

  function keep() {
    past.push({ pixels: context.getImageData(0, 0, SIDE, SIDE), image });
    if (past.length > 30) past.shift();
  }

  function show() {
    view.drawImage(ink, 0, 0);
    if (!cursor.shown) return;
    view.strokeStyle = cursor.down ? "#f98e09" : "#7fd0e0";
    view.lineWidth = 2;
    view.beginPath();
    view.arc(cursor.x, cursor.y, PEN / 2, 0, 7);
    view.stroke();
  }

  function line(from, to, pressure) {
    image = null;
    context.strokeStyle = "#fff";
    context.lineCap = "round";
    context.lineWidth = PEN * (0.5 + pressure);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
  }

  function stroke(from, to, pressure, when) {
    line(from, to, pressure);
    show();
    changed(when);
  }

  function place(event) {
    const box = canvas.getBoundingClientRect();
    const scale = SIDE / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }

  const pressure = (event) => (event.pointerType === "mouse" || !event.pressure ? 0.5 : event.pressure);

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || down !== null) return;  // a second finger, or the palm
    canvas.setPointerCapture(event.pointerId);
    cursor.shown = false;
    keep();
    down = event.pointerId;
    last = place(event);
    stroke(last, last, pressure(event), event.timeStamp);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== down) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = place(each);
      line(last, next, pressure(each));
      last = next;
    }
    show();
    changed(event.timeStamp);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => { if (event.pointerId === down) down = null; });
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.key in moves) {
      const from = { ...cursor };
      cursor.x = Math.min(SIDE, Math.max(0, cursor.x + STEP * moves[event.key][0]));
      cursor.y = Math.min(SIDE, Math.max(0, cursor.y + STEP * moves[event.key][1]));
      cursor.shown = true;
      if (cursor.down) stroke(from, cursor, 0.5);
      else show();
    } else if (event.key === " ") {
      event.preventDefault();
      if (event.repeat) return;
      cursor.down = !cursor.down;
      cursor.shown = true;
      if (cursor.down) { keep(); stroke(cursor, cursor, 0.5); } else show();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      pad.clear();
    } else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => { cursor.shown = cursor.down = false; show(); });

  // anywhere: a browser leaves the page for a file that is dropped beside the pad
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) pad.load(event.dataTransfer.files[0]).catch(failed);
  });

  const pad = {
    // base64 of what the server takes: the test image as it is, or the ink of the pad
    text() {
      if (image) return base64(image.ink);
      smallContext.drawImage(ink, 0, 0, SENT, SENT);
      const { data } = smallContext.getImageData(0, 0, SENT, SENT);
      const grey = new Uint8Array(SENT * SENT);
      for (let pixel = 0; pixel < grey.length; pixel += 1) grey[pixel] = data[4 * pixel];
      return base64(grey);
    },
    // what the test image is, in words; "" for a drawing
    words() { return image?.words ?? ""; },
    clear() {
      keep();
      image = null;
      wipe();
      show();
      changed();
    },
    // lines through places on an empty pad
    strokes(lines) {
      keep();
      wipe();
      for (const places of lines) places.slice(1).forEach(([x, y], before) =>
        line({ x: places[before][0], y: places[before][1] }, { x, y }, 0.5));
      show();
      changed();
    },
    undo() {
      const before = past.pop();
      if (!before) return;
      context.putImageData(before.pixels, 0, 0);
      image = before.image;
      show();
      changed();
    },
    // a stroke of 28 × 28 bytes, taken as it is, and what it is
    set(text, words) {
      keep();
      image = { ink: bytes(text), words };
      const pixels = new ImageData(28, 28);
      image.ink.forEach((value, pixel) => pixels.data.set([value, value, value, 255], 4 * pixel));
      const whole = new OffscreenCanvas(28, 28);
      whole.getContext("2d").putImageData(pixels, 0, 0);
      wipe();
      context.drawImage(whole, 0, 0, SIDE, SIDE);
      show();
      changed();
    },
    // a picture of whatever size: its darker or lighter part becomes ink, whichever is not its rim
    async load(file) {
      if (file.size > MOST_BYTES) throw new Error("That picture is larger than 10 MB: choose a smaller one.");
      let bitmap;
      try {
        bitmap = await createImageBitmap(file);
      } catch {
        throw new Error("The browser cannot read that file as a picture.");
      }
      if (bitmap.width * bitmap.height > MOST_PIXELS) {
        bitmap.close();
        throw new Error("That picture has more than 50 million pixels: choose a smaller one.");
      }
      keep();
      image = null;
      context.clearRect(0, 0, SIDE, SIDE);
      const scale = SIDE / Math.max(bitmap.width, bitmap.height);
      const [width, height] = [bitmap.width * scale, bitmap.height * scale];
      const [left, top] = [Math.floor((SIDE - width) / 2), Math.floor((SIDE - height) / 2)];
      context.drawImage(bitmap, left, top, width, height);
      bitmap.close();
      const box = [left, top, Math.max(1, Math.floor(width)), Math.max(1, Math.floor(height))];
      const part = context.getImageData(...box);
      if (part.data.some((value, place) => place % 4 === 3 && value < 128)) flatten(part);
      const ground = rim(part);
      let most = 1;
      const away = new Float32Array(part.width * part.height);
      away.forEach((_, pixel) => {
        away[pixel] = Math.abs(light(part.data, pixel) - ground);
        most = Math.max(most, away[pixel]);
      });
      away.forEach((value, pixel) => {
        const shown = Math.max(0, 255 * (value / most - 0.15) / 0.85);  // paper is never quite even
        part.data.set([shown, shown, shown, 255], 4 * pixel);
      });
      wipe();
      context.putImageData(part, left, top);
      show();
      changed();
    },
  };
  wipe();
  show();
  return pad;
}

// what is opaque becomes the ink of a picture on a transparent ground
function flatten(part) {
  for (let place = 0; place < part.data.length; place += 4) {
    const opaque = part.data[place + 3];
    part.data.set([opaque, opaque, opaque, 255], place);
  }
}

const light = (data, pixel) => 0.299 * data[4 * pixel] + 0.587 * data[4 * pixel + 1] + 0.114 * data[4 * pixel + 2];

function rim(part) {
  const values = [];
  for (let x = 0; x < part.width; x += 1) values.push(light(part.data, x), light(part.data, part.data.length / 4 - 1 - x));
  for (let y = 0; y < part.height; y += 1) values.push(light(part.data, y * part.width));
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}
