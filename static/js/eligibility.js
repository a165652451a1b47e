/* "Am I eligible?", live: each answer asks the server for the verdict. The form works without this. */
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
