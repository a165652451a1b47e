/* The page of one application: K and J (or [ and ]) go to the one before and after; names come in by a press. */
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const rel = { k: "prev", K: "prev", "[": "prev", j: "next", J: "next", "]": "next" }[event.key];
  if (rel) document.querySelector(`.beside a[rel=${rel}]`)?.click();
});

/* Under a note: the names that fit what is typed after @, as buttons. Without this script they are words to copy. */
for (const box of document.querySelectorAll("[data-mentions]")) {
  const field = document.getElementById(box.dataset.mentions);
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const buttons = [...box.querySelectorAll(".name")].map((word) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "name";
    button.textContent = word.textContent;
    word.replaceWith(button);
    button.addEventListener("click", () => put(button.textContent));
    return button;
  });
  const begun = () => /(^|[^\p{L}\p{N}@])@([^@\n]{0,40})$/u.exec(field.value.slice(0, field.selectionStart));
  const put = (name) => {
    const at = field.selectionStart;
    const found = begun();
    const from = found ? at - found[2].length - 1 : at;
    field.setRangeText(`${name} `, from, at, "end");
    field.focus();
  };
  field.addEventListener("input", () => {
    const found = begun();
    const wanted = plain(found ? found[2] : "");
    for (const button of buttons) button.hidden = Boolean(found) && !plain(button.textContent.slice(1)).includes(wanted);
    if (found && buttons.some((button) => !button.hidden)) box.querySelector("details").open = true;
  });
}

/* One press sends once; the server would take the second for the first anyway. */
for (const form of document.querySelectorAll(".talk form")) {
  form.addEventListener("submit", () => setTimeout(() => form.querySelector("button.act").setAttribute("aria-disabled", "true")));
}
