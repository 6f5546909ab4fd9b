// Sorts, filters and explains the tables of a report; without it they are plain tables whose cells have titles.
const tables = [...document.querySelectorAll("article")].map((block) => {
  const table = block.querySelector("table");
  const rows = [...table.tBodies[0].rows];
  const about = `${block.closest("section").dataset.study} ${block.querySelector("h3").textContent}`;
  return { block, table, rows, texts: rows.map((row) => `${about} ${row.textContent}`.toLowerCase()) };
});

// --- sorting: a click on a header sorts, a second one turns the order round, a third one brings back the first order
const NUMBER = /^[+−-]?\d[\d,]*(\.\d+)?(e[+-]?\d+)?/i;

function valueOf(cell) {
  if (cell.dataset.value) return Number(cell.dataset.value);
  const text = cell.textContent.trim();
  if (text.startsWith("∞")) return Infinity;
  const found = text.match(NUMBER);
  return found ? Number(found[0].replaceAll(",", "").replace("−", "-")) : NaN;
}

function sorted(rows, column, down) {
  const keyed = rows.map((row) => ({ row, text: row.cells[column].textContent, value: valueOf(row.cells[column]) }));
  const empty = (item) => ["", "–"].includes(item.text.trim());
  const numeric = keyed.every((item) => empty(item) || !Number.isNaN(item.value));
  const missing = (item) => (empty(item) || (numeric && Number.isNaN(item.value)) ? 1 : 0);
  const order = (a, b) =>
    numeric && a.value !== b.value ? a.value - b.value : a.text.localeCompare(b.text, "en", { numeric: true });
  keyed.sort((a, b) => missing(a) - missing(b) || (missing(a) ? 0 : (down ? -1 : 1) * order(a, b)));
  return keyed.map((item) => item.row);
}

function turn({ table, rows }, header, column) {
  const first = header.textContent.includes("↑") ? "descending" : "ascending";
  const second = first === "ascending" ? "descending" : "ascending";
  const next = { none: first, [first]: second, [second]: "none" }[header.getAttribute("aria-sort")];
  for (const other of table.tHead.rows[0].cells) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", next);
  table.tBodies[0].append(...(next === "none" ? rows : sorted(rows, column, next === "descending")));
}

for (const shown of tables) {
  [...shown.table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    header.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => turn(shown, header, column));
  });
}

// --- filtering: a row stays when all words stand in it, or in the title of its table
const form = document.querySelector("form");
const field = form.querySelector("input");
const count = form.querySelector("output");

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  let all = 0;
  for (const { block, rows, texts } of tables) {
    let here = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      here += row.hidden ? 0 : 1;
    });
    block.hidden = words.length > 0 && here === 0;
    left += here;
    all += rows.length;
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = words.length > 0 && !section.querySelector("article:not([hidden])");
  }
  count.textContent = words.length ? `${left} of ${all} lines` : "";
}

form.hidden = false;
form.addEventListener("submit", (event) => event.preventDefault());
field.addEventListener("input", filter);
filter(); // a browser that goes back may have kept the words

// --- what a cell is the mean of: on hover, on a tap, and by the arrow keys
const about = document.createElement("div");
about.id = "about";
about.role = "tooltip";
about.hidden = true;
document.body.append(about);
for (const cell of document.querySelectorAll("td[title]")) {
  cell.dataset.about = cell.title;
  cell.removeAttribute("title");
  cell.tabIndex = -1;
}
for (const { table } of tables) {
  const cell = table.querySelector("[data-about]");
  if (cell) cell.tabIndex = 0;
}

function explain(target) {
  const cell = target instanceof Element ? target.closest("[data-about]") : null;
  about.hidden = !cell;
  if (!cell) return;
  about.textContent = cell.dataset.about;
  const at = cell.getBoundingClientRect();
  const below = at.bottom + 4 + about.offsetHeight < innerHeight;
  about.style.left = `${Math.max(8, Math.min(at.left, innerWidth - about.offsetWidth - 8))}px`;
  about.style.top = `${below ? at.bottom + 4 : at.top - 4 - about.offsetHeight}px`;
}

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function step(event) {
  if (event.key === "Escape") about.hidden = true;
  const cell = event.target.closest("[data-about]");
  if (!cell || !STEPS[event.key]) return;
  event.preventDefault();
  const [down, right] = STEPS[event.key];
  const rows = [...cell.closest("tbody").rows].filter((row) => !row.hidden);
  let row = rows.indexOf(cell.parentElement) + down;
  let column = cell.cellIndex + right;
  while (rows[row]?.cells[column] && !rows[row].cells[column].dataset.about) {
    row += down;
    column += right;
  }
  const next = rows[row]?.cells[column];
  if (!next) return;
  cell.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}

document.addEventListener("pointerover", (event) => explain(event.target));
document.addEventListener("click", (event) => explain(event.target));
document.addEventListener("focusin", (event) => explain(event.target));
document.addEventListener("scroll", () => (about.hidden = true), { capture: true, passive: true });
document.addEventListener("keydown", step);
