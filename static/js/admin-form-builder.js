/* Helps for the back office of calls. Every page works without: fields of all rules show, arrows move questions. */
"use strict";
(() => {
  /* An eligibility rule shows the fields of its own kind alone. */
  const line = (control) => control.closest(".field-line") || control.parentElement;

  function showRule(select) {
    const form = select.closest(".form-group");
    if (!form) return;
    form.querySelectorAll("[data-for-rules]").forEach((control) => {
      line(control).classList.toggle("for-other-rules", !control.dataset.forRules.split(" ").includes(select.value));
    });
  }
  const allRules = (root) => root.querySelectorAll("select[data-rule-code]").forEach(showRule);
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-rule-code]")) showRule(event.target);
  });
  document.addEventListener("formset:added", (event) => allRules(event.target));

  /* "Shown if": the answers of the chosen question only. */
  function offerAnswers(select) {
    const values = document.getElementById("id_shown_values");
    if (!values) return;
    const row = document.getElementById("row-shown_values");
    if (row) row.hidden = !select.value;
    values.querySelectorAll("optgroup").forEach((group) => {
      const own = [...group.children].some((option) => option.value.startsWith(`${select.value}=`));
      group.hidden = group.disabled = !own;
      if (!own) [...group.children].forEach((option) => { option.selected = false; });
    });
  }

  /* Deleting asks here; without this script, a page asks. */
  function sure(form) {
    if (!form.dataset.confirm) return true;
    if (!window.confirm(form.dataset.confirm)) return false;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: "sure", value: "1" });
    form.append(input);
    return true;
  }

  /* Every move is the form's own POST; the outline that comes back takes the old one's place. */
  async function send(builder, form, more = {}) {
    const data = new FormData(form);
    for (const [name, value] of Object.entries(more)) data.set(name, value);
    const direction = form.dataset.move;
    let response;
    try {
      response = await fetch(form.action, { method: "POST", body: data, headers: { "X-Fragment": "1" } });
    } catch { return form.submit(); }
    const text = await response.text();
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("outline");
    if (!response.ok || !fresh) return window.location.reload();
    document.getElementById("outline").replaceWith(fresh);
    document.getElementById("builder-says").textContent = fresh.dataset.says || "";
    const part = document.getElementById(fresh.dataset.focus || "");
    if (part) {
      part.scrollIntoView({ block: "nearest" });
      const buttons = [`[data-move="${direction}"] button`, "[data-move] button", "a"];
      const target = buttons.map((query) => part.querySelector(`${query}:not(:disabled)`)).find(Boolean);
      if (target) target.focus();
    }
    draggable(builder);
    const frame = document.querySelector(".preview-frame iframe");
    if (frame && frame.contentWindow && frame.getClientRects().length) frame.contentWindow.location.reload();
  }

  function formOf(part, address) {
    const form = part.querySelector(".tools form[data-move='up']").cloneNode(true);
    form.action = form.action.replace(/up\/$/, `${address}/`);
    form.dataset.move = address;
    return form;
  }

  /* Dragging by the grip: the same POST as "Move to", with the place. */
  let dragged = null;
  function draggable(builder) {
    const clear = () => builder.querySelectorAll(".drop-before, .drop-end").forEach((item) => item.classList.remove("drop-before", "drop-end"));
    builder.querySelectorAll("[data-grip]").forEach((grip) => {
      const item = grip.closest("[data-part]");
      grip.draggable = true;
      grip.addEventListener("dragstart", (event) => {
        dragged = item;
        item.classList.add("dragging");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", item.dataset.part);
        event.dataTransfer.setDragImage(item, 10, 10);
      });
      grip.addEventListener("dragend", () => { item.classList.remove("dragging"); clear(); dragged = null; });
    });
    const list = (kind, element, items, more) => {
      const target = (event) => event.target.closest(`[data-kind="${kind}"]`);
      element.addEventListener("dragover", (event) => {
        if (!dragged || dragged.dataset.kind !== kind) return;
        event.preventDefault();
        clear();
        const item = target(event);
        if (item && item !== dragged) item.classList.add("drop-before");
        else if (!item) element.classList.add("drop-end");
      });
      element.addEventListener("drop", (event) => {
        if (!dragged || dragged.dataset.kind !== kind) return;
        event.preventDefault();
        const before = target(event);
        if (before === dragged) return;
        const others = items().filter((item) => item !== dragged);
        const position = before ? others.indexOf(before) : others.length;
        send(builder, formOf(dragged, "place"), { ...more, position });
      });
    };
    builder.querySelectorAll("[data-section]").forEach((element) => {
      list("question", element, () => [...element.querySelectorAll("[data-kind=question]")], { section: element.dataset.section });
    });
    const outline = document.getElementById("outline");
    list("section", outline, () => [...outline.querySelectorAll("[data-kind=section]")], {});
  }

  function builderKeys(builder) {
    builder.addEventListener("submit", (event) => {
      const form = event.target;
      if (!form.closest(".tools")) return;
      event.preventDefault();
      if (sure(form)) send(builder, form);
    });
    builder.addEventListener("keydown", (event) => {
      if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
      const part = event.target.closest("[data-part]");
      if (!part || event.target.closest(".editor, select")) return;
      event.preventDefault();
      const form = part.querySelector(`[data-move="${event.key === "ArrowUp" ? "up" : "down"}"]`);
      if (form && !form.querySelector("button").disabled) send(builder, form);
    });
  }

  function start() {
    allRules(document);
    const shown = document.getElementById("id_shown_question");
    if (shown) {
      offerAnswers(shown);
      shown.addEventListener("change", () => offerAnswers(shown));
    }
    const builder = document.getElementById("builder");
    if (builder && builder.dataset.mayEdit === "1") {
      builderKeys(builder);
      draggable(builder);
    }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
