/* Files: dragged or chosen, several at once, with their progress; removed with one press. */

export function watchUploads({ shell, words, say, steps, token, renewToken, signedOut }) {
  document.querySelectorAll("[data-upload]").forEach((box) => {
    const input = box.querySelector("input[type=file]"), zone = box.querySelector(".drop-zone");
    if (!input) return;
    input.addEventListener("change", () => { send([...input.files]); input.value = ""; });
    for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => { event.preventDefault(); send([...event.dataTransfer.files]); });
    box.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-remove-file]");
      if (!button) return;
      event.preventDefault();
      const answer = await request("POST", button.dataset.removeFile, null);
      if (answer?.ok) { button.closest("li").remove(); steps(answer.body.steps); input.focus(); } else if (answer) refuse(answer.body?.error);
    });

    async function send(files) {
      refuse("");
      for (const file of files) {
        const row = document.createElement("li"), bar = document.createElement("progress"), name = document.createElement("span");
        name.textContent = file.name;
        Object.assign(bar, { max: 100, value: 0 });
        bar.setAttribute("aria-label", file.name);
        row.append(name, bar);
        box.querySelector("[data-progress]").append(row);
        const answer = await request("POST", shell.dataset.files, file, (percent) => { bar.value = percent; });
        row.remove();
        if (answer?.ok) { box.querySelector("[data-list]").innerHTML = answer.body.html; steps(answer.body.steps); } else refuse(answer?.body?.error || say(words.uploadFailed, { name: file.name }));
      }
    }
    function refuse(sentence) {
      const error = box.querySelector("[data-error]");
      error.hidden = !sentence;
      error.querySelector("span").textContent = sentence;
    }
    /* XMLHttpRequest, because fetch does not tell how far an upload is. */
    function request(method, url, file, progress, again = true) {
      return new Promise((done) => {
        const call = new XMLHttpRequest(), data = new FormData();
        data.append("key", box.dataset.upload);
        if (file) data.append("file", file);
        call.open(method, url);
        call.setRequestHeader("X-CSRFToken", token());
        call.setRequestHeader("Accept", "application/json");
        if (progress) call.upload.addEventListener("progress", (event) => progress(Math.round(100 * event.loaded / event.total)));
        call.onload = async () => {
          let body = null;
          try { body = JSON.parse(call.responseText); } catch { /* a page, not an answer */ }
          if (call.status === 401) signedOut();
          if (call.status === 403 && !body && again && await renewToken()) { done(await request(method, url, file, progress, false)); return; }
          done({ ok: call.status === 200, body });
        };
        call.onerror = () => done(null);
        call.send(data);
      });
    }
  });
}
