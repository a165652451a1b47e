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

  /* Deleting asks once. */
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset && event.target.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  /* Dragging a question: the same POST as "place", sent when it is dropped. */
  function draggable(builder) {
    let dragged = null;
    const clear = () => builder.querySelectorAll(".drop-before").forEach((item) => item.classList.remove("drop-before"));
    builder.querySelectorAll("[data-part]").forEach((item) => {
      item.draggable = true;
      item.addEventListener("dragstart", (event) => {
        dragged = item;
        item.classList.add("dragging");
        event.dataTransfer.effectAllowed = "move";
        event.dataTransfer.setData("text/plain", item.dataset.part);
      });
      item.addEventListener("dragend", () => { item.classList.remove("dragging"); clear(); dragged = null; });
    });
    builder.querySelectorAll("[data-section]").forEach((list) => {
      const target = (event) => event.target.closest("[data-part]");
      list.addEventListener("dragover", (event) => {
        if (!dragged) return;
        event.preventDefault();
        clear();
        const item = target(event);
        if (item && item !== dragged) item.classList.add("drop-before");
      });
      list.addEventListener("drop", (event) => {
        if (!dragged) return;
        event.preventDefault();
        const before = target(event);
        if (before === dragged) return;
        const items = [...list.querySelectorAll("[data-part]")].filter((item) => item !== dragged);
        const position = before ? items.indexOf(before) : items.length;
        const form = dragged.querySelector(".tools form[action$='/up/']");
        if (!form) return;
        form.action = form.action.replace(/up\/$/, "place/");
        for (const [name, value] of [["section", list.dataset.section], ["position", position]]) {
          const input = document.createElement("input");
          Object.assign(input, { type: "hidden", name, value });
          form.append(input);
        }
        form.submit();
      });
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
    if (builder && builder.dataset.mayEdit === "1") draggable(builder);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
