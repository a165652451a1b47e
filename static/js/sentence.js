/* The sentence of the start page counts what fits as it is said; the link leads there. Without this script, a button does. */
"use strict";
document.querySelectorAll("form[data-sentence]").forEach((form) => {
  let running = null;
  form.addEventListener("change", async (event) => {
    const link = form.querySelector("[data-fits]");
    if (!link) return; /* on the page of results, a change leads to its results */
    event.stopPropagation();
    running?.abort();
    const mine = running = new AbortController();
    const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
    link.setAttribute("href", address);
    try {
      const reply = await fetch(address, { signal: mine.signal, headers: { "X-Fragment": "1" } });
      if (!reply.ok) throw new Error(String(reply.status));
      link.querySelector("[data-words]").textContent = await reply.text();
    } catch (error) {
      if (error.name !== "AbortError") form.submit();
    }
  });
});
