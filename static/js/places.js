/* Typing a postal code offers its municipality. Without scripts the server checks and fills it in. */
"use strict";
document.querySelectorAll("[data-postal-code]").forEach((code, index) => {
  const form = code.form, url = form?.dataset.places;
  const name = code.closest("[data-site]")?.querySelector("[data-municipality]");
  if (!url || !name) return;
  const list = document.createElement("datalist");
  list.id = `places-${index}`;
  name.after(list);
  name.setAttribute("list", list.id);
  let offered = "", asked = 0;
  const suggest = async () => {
    const typed = code.value.replace(/\s/g, "");
    if (!/^\d{4}$/.test(typed)) { list.replaceChildren(); return; }
    const turn = ++asked;
    let found = [];
    try {
      const answer = await fetch(`${url}?q=${typed}`, { headers: { Accept: "application/json" } });
      if (answer.ok) found = (await answer.json()).results;
    } catch { return; /* offline: the server checks */ }
    if (turn !== asked) return;
    list.replaceChildren(...found.map((place) => Object.assign(document.createElement("option"), { value: place.municipality })));
    if (found.length === 1 && (name.value === "" || name.value === offered)) {
      name.value = offered = found[0].municipality;
      window.portal?.announce(`${found[0].municipality}, ${found[0].province}`);
    }
  };
  code.addEventListener("input", suggest);
  code.addEventListener("change", suggest);
});
