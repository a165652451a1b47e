/* The list of calls follows its filters without leaving the page: the same address, read in the background. */
"use strict";
document.querySelectorAll("form[data-filters]").forEach((form) => {
  let running = null, pause = 0;
  const groups = form.querySelector("details");
  if (matchMedia("(max-width: 699.98px)").matches) groups.open = false;
  groups.dataset.ready = ""; // until now the sheet kept it shut on a phone, so that nothing moves
  async function refresh() {
    running?.abort();
    const mine = running = new AbortController();
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    const results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(address, { signal: mine.signal, credentials: "same-origin" });
      if (!reply.ok) throw new Error(String(reply.status));
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      results.replaceWith(page.getElementById("results"));
      page.querySelectorAll("form[data-filters] input[type=checkbox]").forEach((fresh) => {
        const box = form.querySelector(`input[name="${fresh.name}"][value="${fresh.value}"]`), count = box?.closest("label").querySelector(".count");
        if (count) count.textContent = fresh.closest("label").querySelector(".count").textContent;
      });
      history.replaceState(null, "", address);
      window.portal?.announce(document.getElementById("count").textContent);
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  }
  form.addEventListener("change", refresh);
  form.addEventListener("input", (event) => { if (event.target.type === "search") { clearTimeout(pause); pause = setTimeout(refresh, 250); } });
  form.addEventListener("submit", (event) => { event.preventDefault(); refresh(); });
});
