/* A call page with scripts on: "Am I eligible?" live, and who pays what of a cost. Both work without. */
"use strict";
document.querySelectorAll("form[data-eligible]").forEach((form) => {
  const box = form.querySelector("[data-verdict]");
  let running = null;
  async function check() {
    running?.abort();
    const mine = running = new AbortController();
    box.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Fragment": "1" }, signal: mine.signal, credentials: "same-origin" });
      if (!reply.ok) throw new Error(String(reply.status));
      const html = await reply.text();
      if (mine === running) box.innerHTML = html;
    } catch (error) {
      if (error.name !== "AbortError") box.textContent = form.dataset.failed;
    } finally {
      if (mine === running) box.removeAttribute("aria-busy");
    }
  }
  form.addEventListener("change", check);
  form.addEventListener("submit", (event) => { event.preventDefault(); check(); });
  if (form.querySelector("input:checked")) check(); /* answers the browser kept when coming back */
});

/* Who pays what of a cost, drawn while one types: the same sums as on the server (calls/domain/costs.py). */
document.querySelectorAll("form[data-split]").forEach((form) => {
  const cost = form.querySelector("#cost"), bar = form.querySelector("[data-bar]"), error = form.querySelector("[data-cost-error]");
  const sentence = form.querySelector("[data-sentence]"), floorLine = form.querySelector("[data-floor-says]"), cappedLine = form.querySelector("[data-capped-says]");
  const language = document.documentElement.lang;
  const money = (cents) => new Intl.NumberFormat({ fr: "fr-FR", de: "de-DE", nl: "nl-BE" }[language] ?? "en-GB", { style: "currency", currency: "EUR", minimumFractionDigits: cents % 100 ? 2 : 0, maximumFractionDigits: 2 }).format(cents / 100);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const cents = (text) => Math.round(Number(text) * 100);

  /* "8 000", "8.000,50", "€ 8000": one mark followed by three digits separates thousands. */
  function read(text) {
    let kept = text.replace(/[^0-9.,-]/g, "");
    const marks = kept.match(/[.,]/g) ?? [];
    if (kept.includes(",") && kept.includes(".")) {
      const last = Math.max(kept.lastIndexOf(","), kept.lastIndexOf("."));
      kept = kept.slice(0, last).replace(/[.,]/g, "") + "." + kept.slice(last + 1);
    } else if (marks.length === 1) {
      const [head, tail] = kept.split(/[.,]/);
      kept = tail.length === 3 ? head + tail : `${head}.${tail}`;
    } else kept = kept.replace(/[.,]/g, "");
    const value = kept === "" ? NaN : Number(kept);
    return value > 0 && value <= 1e7 ? Math.round(value * 100) : null;
  }

  const SVG = "http://www.w3.org/2000/svg";
  function make(name, attributes, words) {
    const node = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (words) node.textContent = words;
    return node;
  }
  function draw(total, grant) {
    const svg = bar.querySelector("svg.splitbar"), own = total - grant, part = 100 * grant / total, narrow = 100 - part < 18;
    const left = make("svg", { width: `${part}%`, height: 64 }), right = make("svg", { x: `${part}%`, width: `${100 - part}%`, height: 64 });
    left.append(make("rect", { class: "grant", width: "100%", height: 64 }), make("text", { class: "sum on", x: 14, y: 30 }, money(grant)), make("text", { class: "on", x: 14, y: 50 }, bar.dataset.grantWords));
    right.append(make("rect", { class: "own", width: "100%", height: 64 }));
    if (!narrow) right.append(make("text", { class: "sum", x: 15, y: 30 }, money(own)), make("text", { x: 15, y: 50 }, bar.dataset.ownWords));
    svg.replaceChildren(left, right, make("line", { class: "cut", x1: `${part}%`, x2: `${part}%`, y1: 0, y2: 64 }));
    svg.setAttribute("aria-label", `${money(grant)}: ${bar.dataset.grantWords}. ${money(own)}: ${bar.dataset.ownWords}.`);
    svg.nextElementSibling?.remove();
    if (narrow) { const line = document.createElement("p"); line.className = "small mt-0"; line.textContent = `${money(own)}, ${bar.dataset.ownWords}`; svg.after(line); }
  }
  function show(line, text) { line.hidden = !text; line.textContent = text; }

  function update() {
    const chosen = form.elements.strand, strand = (chosen.selectedOptions?.[0] ?? chosen).dataset, total = read(cost.value);
    error.hidden = total !== null;
    cost.closest(".field").classList.toggle("in-error", total === null);
    cost.toggleAttribute("aria-invalid", total === null);
    if (total === null) { error.firstElementChild.textContent = error.firstElementChild.dataset.says; return; }
    const ceiling = cents(strand.ceiling), floor = cents(strand.floor), wanted = Math.round(total * Number(strand.rate) / 100), grant = Math.min(wanted, ceiling);
    draw(total, grant);
    sentence.textContent = fill(sentence.dataset.sentence, { grant: money(grant), own: money(total - grant), vat: money(Math.round(total * Number(form.dataset.vat) / 100)) });
    show(floorLine, grant < floor ? fill(floorLine.dataset.floorSays, { floor: money(floor) }) : "");
    show(cappedLine, wanted - ceiling >= 100 ? fill(cappedLine.dataset.cappedSays, { ceiling: money(ceiling) }) : "");
  }
  let pause = 0;
  form.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(update, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); update(); });
});
