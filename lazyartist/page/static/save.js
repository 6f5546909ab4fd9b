// Taking away what a panel shows: as one picture, as JSON, as the Python lines that make it again.
import { el } from "./parts.js";

const CELL = 112, GAP = 12, LABEL = 150, LINE = 18, BAR = 9;

function download(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// sheet: { title, rows: [{ label, cells: [{ canvas, lines: [text], shares: [probability of each class] }] }] }
export function paintSheet({ title, rows }) {
  const columns = Math.max(...rows.map((row) => row.cells.length), 1);
  const below = (cell) => LINE * cell.lines.length + BAR * (cell.shares?.length ?? 0);
  const depth = (row) => CELL + Math.max(...row.cells.map(below), 0) + GAP;
  const canvas = el("canvas"), measured = canvas.getContext("2d");
  measured.font = "bold 18px sans-serif";
  canvas.width = Math.max(LABEL + columns * (CELL + GAP), Math.ceil(measured.measureText(title).width) + GAP) + GAP;
  canvas.height = 40 + rows.reduce((sum, row) => sum + depth(row), 0) + GAP;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#1d2b33";
  context.font = "bold 18px sans-serif";
  context.fillText(title, GAP, 26);
  let top = 40;
  for (const row of rows) {
    context.font = "bold 14px sans-serif";
    context.fillText(row.label, GAP, top + CELL / 2, LABEL - 2 * GAP);
    context.font = "13px sans-serif";
    row.cells.forEach((cell, place) => {
      const left = LABEL + place * (CELL + GAP);
      if (cell.canvas) context.drawImage(cell.canvas, left, top, CELL, CELL);
      cell.lines.forEach((words, line) => context.fillText(words, left, top + CELL + LINE * (line + 1) - 3, CELL));
      cell.shares?.forEach((share, label) => {
        const place = top + CELL + LINE * cell.lines.length + BAR * label;
        context.font = "9px sans-serif";
        context.fillText(label, left, place + BAR - 1);
        context.fillRect(left + 12, place + 1, (CELL - 12) * share, BAR - 3);
        context.font = "13px sans-serif";
      });
    });
    top += depth(row);
  }
  return canvas;
}

// what: () => { name, sheet, json, python } of what is shown now
export function saves(what) {
  const said = el("span", { role: "status", class: "quiet" });
  const guarded = (work) => async () => {
    const shown = what();
    if (!shown) { said.textContent = "Nothing is shown yet."; return; }
    said.textContent = (await work(shown)) ?? "";
  };
  return el("div", { class: "saves" },
    el("button", { type: "button", onclick: guarded(async ({ name, sheet }) => {
      const blob = await new Promise((done) => paintSheet(sheet).toBlob(done, "image/png"));
      download(blob, `${name}.png`);
    }) }, "Save as PNG"),
    el("button", { type: "button", onclick: guarded(async ({ name, json }) => {
      download(new Blob([JSON.stringify(json, null, 1)], { type: "application/json" }), `${name}.json`);
    }) }, "Save as JSON"),
    el("button", { type: "button", onclick: guarded(async ({ python }) => {
      try {
        await navigator.clipboard.writeText(python);
        return "Copied.";
      } catch {
        download(new Blob([python], { type: "text/x-python" }), "again.py");
        return "The browser does not allow copying: saved as again.py.";
      }
    }) }, "Copy as Python"),
    said);
}
