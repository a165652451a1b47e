/* List and map follow each other: pointing at a row, or reaching it with the keyboard, shows its pin, and back. */
"use strict";
document.querySelectorAll("[data-hubs]").forEach((hubs) => {
  const all = hubs.querySelectorAll("[data-hub]");
  const first = hubs.querySelector(".pin.on")?.dataset.hub;
  const show = (number) => all.forEach((each) => each.classList.toggle("on", each.dataset.hub === number));
  const of = (event) => event.target.closest?.("[data-hub]")?.dataset.hub;
  for (const name of ["pointerover", "focusin"]) hubs.addEventListener(name, (event) => show(of(event) ?? first));
  hubs.addEventListener("pointerleave", () => show(hubs.querySelector(":focus")?.closest("[data-hub]")?.dataset.hub ?? first));
  hubs.addEventListener("focusout", (event) => { if (!hubs.contains(event.relatedTarget)) show(first); });
});
