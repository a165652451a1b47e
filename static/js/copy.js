/* Copy what a field holds, at the press of the button beside it. Without scripts the field is selected by hand. */
(() => {
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    const words = button.textContent;
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        field.select();
        if (!document.execCommand("copy")) return; // it stays selected: Ctrl+C
      }
      button.textContent = button.dataset.copied;
      const announcer = document.getElementById("announcer");
      if (announcer) announcer.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 2500);
    });
  }
})();
