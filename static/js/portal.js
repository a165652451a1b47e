/* What every page does with scripts on, and does without when they are off: the theme chosen by the
   visitor, menus that close, the countdown's last three days, the error summary's focus. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let chosen = null;
  try { chosen = localStorage.getItem("theme"); } catch { /* storage refused: follow the system */ }
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  /* Say something to people who listen to the page. */
  const announce = (words) => { const box = document.getElementById("announcer"); if (box) box.textContent = words; };

  function theme(button) {
    const show = () => button.setAttribute("aria-pressed", String(isDark()));
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try { localStorage.setItem("theme", root.dataset.theme); } catch { /* this page only */ }
      show();
    });
  }

  /* Figures are renewed each minute and announced only at 24 h, 1 h and 10 min. The absolute date never leaves the page. */
  function countdown(box) {
    const end = Date.parse(box.dataset.countdown), words = box.dataset;
    const part = (name) => box.querySelector(`[data-part="${name}"]`);
    const steps = [[1440, words.announce24], [60, words.announce1], [10, words.announce10]];
    let before = Infinity;
    const tick = () => {
      const minutes = Math.ceil((end - Date.now()) / 60000);
      if (minutes <= 0) {
        if (box.classList.contains("over")) return; /* the page already says since when */
        box.classList.add("over");
        const lead = part("lead");
        if (lead) lead.textContent = words.closed;
        part("digits")?.setAttribute("hidden", "");
        if (before !== Infinity && before > 0) { announce(words.closed); document.dispatchEvent(new CustomEvent("deadline-passed")); }
        return;
      }
      if (part("digits") && minutes <= 4320) {
        part("days").textContent = Math.floor(minutes / 1440);
        part("hours").textContent = String(Math.floor(minutes % 1440 / 60)).padStart(2, "0");
        part("minutes").textContent = String(minutes % 60).padStart(2, "0");
        part("gone")?.setAttribute("x2", `${(100 - minutes / 43.2).toFixed(1)}%`);
      }
      for (const [limit, say] of steps) if (before !== Infinity && before > limit && minutes <= limit && say) announce(say);
      before = minutes;
      setTimeout(tick, (end - Date.now()) % 60000 + 50); /* when the figure changes, not a moment later */
    };
    tick();
  }

  /* An unavailable button stays focusable, so that its reason can be heard; it does nothing when pressed. */
  document.addEventListener("click", (event) => {
    if (event.target.closest?.('[aria-disabled="true"]')) event.preventDefault();
    document.querySelectorAll("details.drop[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.drop[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
  /* Busy: the word changes, and a second press sends nothing. */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.busy) return;
    if (button.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
    setTimeout(() => { if (!event.defaultPrevented) { button.setAttribute("aria-busy", "true"); button.textContent = button.dataset.busy; } });
  });
  document.addEventListener("change", (event) => { if (event.target.matches("[data-submits]")) event.target.form.requestSubmit(); });
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-theme-toggle]").forEach(theme);
    document.querySelectorAll("[data-countdown]").forEach(countdown);
    document.querySelector(".error-summary[data-focus]")?.focus();
  });
  window.portal = { announce };
})();
