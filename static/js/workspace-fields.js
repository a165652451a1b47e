/* Read and write the controls of a question, and do a budget table's sums as it is typed. */

export function readField(box) {
  const kind = box.dataset.widget;
  if (kind === "radio") return box.querySelector("input[type=radio]:checked")?.value || "";
  if (kind === "checkboxes") return [...box.querySelectorAll("input[type=checkbox]:checked")].map((input) => input.value);
  if (kind === "declaration") return box.querySelector("input[type=checkbox]").checked ? "yes" : "";
  if (kind === "budget") return { lines: lines(box) };
  return box.querySelector("textarea, input:not([type=hidden])")?.value ?? "";
}

const rowsOf = (box) => [...box.querySelectorAll("tr[data-line]")];
const cell = (row, column) => row.querySelector(`[data-column="${column}"]`);
function lines(box) {
  return rowsOf(box)
    .map((row) => ({ label: cell(row, "label").value, quantity: cell(row, "quantity").value, unit_price: cell(row, "unit_price").value }))
    .filter((line) => Object.values(line).some((text) => text.trim()));
}

export function writeField(box, value) {
  const kind = box.dataset.widget;
  if (kind === "radio") box.querySelectorAll("input[type=radio]").forEach((input) => { input.checked = input.value === value; });
  else if (kind === "checkboxes") box.querySelectorAll("input[type=checkbox]").forEach((input) => { input.checked = (value || []).includes(input.value); });
  else if (kind === "declaration") box.querySelector("input[type=checkbox]").checked = value === "yes";
  else if (kind === "budget") writeLines(box, value?.lines || value || []);
  else { const control = box.querySelector("textarea, input:not([type=hidden])"); if (control) control.value = value ?? ""; }
}

function writeLines(box, wanted) {
  box.querySelectorAll(".explains").forEach((row) => row.remove());
  while (rowsOf(box).length > Math.max(1, wanted.length)) rowsOf(box).at(-1).remove();
  while (rowsOf(box).length < wanted.length) addLine(box);
  rowsOf(box).forEach((row, i) => { for (const column of ["label", "quantity", "unit_price"]) cell(row, column).value = wanted[i]?.[column] ?? ""; });
  showSums(box);
}

function addLine(box) {
  const rows = rowsOf(box), row = rows.at(-1).cloneNode(true), index = rows.length;
  row.id = `${box.id}--${index}`;
  row.querySelectorAll("input").forEach((input) => {
    input.value = "";
    input.classList.remove("in-error");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  });
  const end = box.querySelector("tbody").lastElementChild;
  end.after(row);
  number(box);
  return row;
}

/* Names and labels follow the place of the line, so that a post without scripts reads the same table. */
function number(box) {
  rowsOf(box).forEach((row, index) => {
    row.id = `${box.id}--${index}`;
    row.querySelectorAll("input").forEach((input) => { input.name = input.name.replace(/-\d+-(\w+)$/, `-${index}-$1`); });
    row.querySelectorAll("[aria-label]").forEach((part) => part.setAttribute("aria-label", part.getAttribute("aria-label").replace(/\d+(?=\D*$)/, index + 1)));
    const remove = row.querySelector("[data-remove-line]");
    if (remove) remove.value = remove.value.replace(/\d+$/, index);
  });
}

export function watchBudget(box, words, changed) {
  box.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove-line]"), add = event.target.closest("[data-add-line]");
    if (!remove && !add) return;
    event.preventDefault();
    if (add) { cell(addLine(box), "label").focus(); return; }
    const row = remove.closest("tr"), next = row.nextElementSibling;
    if (next?.classList.contains("explains")) next.remove();
    if (rowsOf(box).length > 1) row.remove(); else row.querySelectorAll("input").forEach((input) => { input.value = ""; });
    number(box);
    box.querySelector("[data-add-line]").focus();
    changed();
  });
}

/* Cents as integers; what has two readings counts for nothing here: the server has the last word. */
function hundredths(text) {
  const bare = text.replace(/[\s\u00a0\u202f'’€]/g, "");
  let match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(bare);
  if (!match) match = /^(\d{1,3}(?:[.,]\d{3})+)(?:[.,](\d{1,2}))?$/.exec(bare);
  return match ? Number(match[1].replace(/[.,]/g, "")) * 100 + Number((match[2] || "0").padEnd(2, "0")) : null;
}
function money(cents) {
  const lang = document.documentElement.lang, whole = cents % 100 === 0;
  const text = new Intl.NumberFormat({ fr: "fr-FR", en: "en-GB", de: "de-DE", nl: "nl-BE" }[lang] || "fr-FR", { style: "currency", currency: "EUR", minimumFractionDigits: whole ? 0 : 2, maximumFractionDigits: 2 }).format(cents / 100);
  return text;
}

export function showSums(box) {
  let total = 0, quantities = 0;
  for (const row of rowsOf(box)) {
    const q = hundredths(cell(row, "quantity").value), p = hundredths(cell(row, "unit_price").value);
    const amount = q === null || p === null ? null : Math.round(q * p / 100);
    row.querySelector("[data-amount]").textContent = amount === null ? "" : money(amount);
    total += amount || 0;
    quantities += q || 0;
  }
  box.dataset.cents = total;
  box.querySelector("[data-total]").textContent = money(total);
  const count = box.querySelector("[data-quantity]");
  if (count) count.textContent = new Intl.NumberFormat(document.documentElement.lang).format(quantities / 100);
  const sums = document.getElementById("sums");
  if (!sums) return;
  const cost = [...document.querySelectorAll('[data-widget="budget"]:not([hidden])')].reduce((sum, one) => sum + Number(one.dataset.cents ?? centsIn(one)), 0);
  const { rate, ceiling, vat } = sums.dataset;
  const grant = Math.min(Math.round(Number(ceiling) * 100), Math.floor(cost * Math.round(Number(rate) * 100) / 10000));
  for (const [name, value] of Object.entries({ cost, grant, own: cost - grant, vat: Math.round(cost * Number(vat) / 100) })) sums.querySelector(`[data-sum="${name}"]`).textContent = money(value);
}
function centsIn(box) {
  return rowsOf(box).reduce((sum, row) => sum + Math.round((hundredths(cell(row, "quantity").value) || 0) * (hundredths(cell(row, "unit_price").value) || 0) / 100), 0);
}
