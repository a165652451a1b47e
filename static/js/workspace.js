/* The workspace of an application: each field is saved by itself, and nothing typed is ever lost.

   A keystroke goes to localStorage at once and leaves it only when the server has acknowledged that very text.
   Without this script the page's buttons do the same by ordinary posts. */
import { readField, writeField, watchBudget, showSums } from "./workspace-fields.js";
import { watchUploads } from "./workspace-files.js";

const shell = document.getElementById("workspace");
const words = JSON.parse(shell.dataset.words);
const form = document.getElementById("section-form");
const status = document.getElementById("save-state");
const notices = document.getElementById("notices");
const prefix = `wecd:${shell.dataset.application}:${shell.dataset.person}:`;
const say = (text, facts = {}) => Object.entries(facts).reduce((t, [k, v]) => t.replaceAll(`{${k}}`, v), text);
const element = (tag, text = "", type = "") => { const e = document.createElement(tag); if (text) e.textContent = text; if (type) e.className = type; return e; };
const clock = (at) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit" }).format(new Date(at));

/* ---- What is kept in this browser until it is saved ---- */
const memory = new Map(); // when storage is refused, at least this page remembers
const store = {
  put(key, entry) { memory.set(key, entry); try { localStorage.setItem(prefix + key, JSON.stringify(entry)); } catch { /* full or refused */ } },
  drop(key) { memory.delete(key); try { localStorage.removeItem(prefix + key); } catch { /* refused */ } },
  all() {
    const found = new Map(memory);
    try {
      for (let i = 0; i < localStorage.length; i += 1) {
        const name = localStorage.key(i);
        if (name.startsWith(prefix) && !found.has(name.slice(prefix.length))) found.set(name.slice(prefix.length), JSON.parse(localStorage.getItem(name)));
      }
    } catch { /* refused, or not ours */ }
    return found;
  },
};

function leftovers() {
  /* The application takes no more changes: show what was typed and never saved, to be copied. */
  for (const [, entry] of store.all()) {
    const text = typeof entry.raw === "string" ? entry.raw : JSON.stringify(entry.raw, null, 1);
    if (!text.trim() || !notices) continue;
    const box = element("div", "", "alert alert-warning unsent"), body = element("div", "", "says");
    body.append(element("p", `${entry.label || ""} ${words.unsent}`), element("blockquote", text));
    box.append(element("span", "!"), body);
    notices.append(box);
  }
}

/* ---- Fields ---- */
const fields = new Map();
let token = form?.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
let trouble = ""; // "", offline, signedOut, trouble, closed
let waitFor = 2000;
let retryTimer = 0;

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

class Field {
  constructor(box) {
    Object.assign(this, { box, key: box.dataset.field, label: box.dataset.label, version: Number(box.dataset.version), dirty: false, timer: 0, sending: null });
    this.saved = readField(box);
    box.addEventListener("input", () => this.typed(800));
    box.addEventListener("change", () => this.typed(0));
    box.addEventListener("focusout", () => { if (this.dirty) this.send(); else this.showErrors(); });
  }
  typed(wait) {
    const raw = readField(this.box);
    conditions();
    count(this.box);
    if (this.box.dataset.widget === "budget") showSums(this.box);
    if (same(raw, this.saved) && !this.sending) { this.clean(); return; }
    this.dirty = true;
    store.put(this.key, { raw, version: this.version, at: Date.now(), label: this.label });
    if (!trouble) state("kept");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), wait);
  }
  clean() { this.dirty = false; clearTimeout(this.timer); store.drop(this.key); }
  async send({ last = false } = {}) {
    clearTimeout(this.timer);
    if (this.sending && !last) { await this.sending; if (!this.dirty) return; }
    if (!this.dirty || trouble === "closed") return;
    const raw = readField(this.box);
    this.sending = post({ key: this.key, raw, seen: this.version }, last);
    const answer = await this.sending;
    this.sending = null;
    if (answer) this.acknowledged(raw, answer);
  }
  acknowledged(raw, answer) {
    this.version = answer.version;
    this.saved = raw;
    const seen = this.box.querySelector("input[type=hidden][name^='v-']");
    if (seen) seen.value = answer.version;
    if (same(raw, readField(this.box))) this.clean(); else this.typed(800);
    this.answer = answer;
    if (!this.box.contains(document.activeElement) || !answer.errors.length) this.showErrors();
    if (answer.other) this.otherWrote(answer.other, true);
    steps(answer.steps);
    const title = document.querySelector("[data-title]");
    if (this.key === "$title" && title) title.textContent = answer.title;
  }
  showErrors() {
    if (!this.answer) return;
    const { errors, lines } = this.answer, box = this.box;
    const wasWrong = box.classList.contains("in-error") || box.querySelector(".explains, .control.in-error");
    box.querySelectorAll(".explains").forEach((row) => row.remove());
    box.querySelectorAll(".control.in-error").forEach((c) => { c.classList.remove("in-error"); c.removeAttribute("aria-invalid"); });
    if (box.dataset.widget === "budget") {
      const rows = [...box.querySelectorAll("tr[data-line]")].filter((row) => [...row.querySelectorAll("input")].some((i) => i.value.trim()));
      for (const [index, line] of Object.entries(lines || {})) {
        const row = rows[index];
        if (!row || !line.errors.length) continue;
        line.bad.forEach((column) => { const c = row.querySelector(`[data-column="${column}"]`); c.classList.add("in-error"); c.setAttribute("aria-invalid", "true"); });
        const under = element("tr", "", "explains"), cell = element("td"), error = element("div", "", "field-error mt-0");
        cell.colSpan = 5;
        error.append(element("span", line.errors.join(" ")));
        cell.append(error); under.append(cell); row.after(under);
      }
    } else {
      const error = box.querySelector("[data-error]");
      if (error) { error.hidden = !errors.length; (error.querySelector("span") || error).textContent = errors.join(" "); }
      box.classList.toggle("in-error", errors.length > 0);
      box.querySelectorAll("input:not([type=hidden]), textarea").forEach((c) => errors.length ? c.setAttribute("aria-invalid", "true") : c.removeAttribute("aria-invalid"));
    }
    if (!errors.length) {
      if (wasWrong) window.portal?.announce(say(words.corrected, { label: this.label }));
      document.querySelectorAll(".error-summary a").forEach((link) => { if (link.hash === `#${box.id}` || link.hash.startsWith(`#${box.id}--`)) link.closest("li").remove(); });
      const summary = document.querySelector(".error-summary");
      if (summary && !summary.querySelector("li")) summary.remove();
    }
  }
  otherWrote(other, replaced) {
    const box = this.box.querySelector(".notice");
    if (!box) return;
    const sentence = replaced ? (other.same ? words.replacedTab : words.replaced) : (other.same ? words.wroteTab : words.wrote);
    const take = element("button", words.takeTheirs, "btn btn-compact");
    take.type = "button";
    take.addEventListener("click", () => { writeField(this.box, other.input); box.hidden = true; this.typed(0); });
    const inner = element("div", "", "says");
    inner.append(element("p", say(sentence, { name: other.name, time: other.time })));
    if (other.words) { const quote = element("blockquote", other.words); inner.append(element("p", words.theirs), quote, take); }
    box.replaceChildren(inner);
    box.className = "notice alert alert-warning";
    box.prepend(element("span", "!"));
    box.hidden = false;
    box.setAttribute("role", "status");
  }
}

/* ---- Talking with the server ---- */
async function post(body, last = false, again = true) {
  state("saving");
  let response;
  try {
    const text = JSON.stringify(body);
    response = await fetch(shell.dataset.save, {
      method: "POST", body: text, credentials: "same-origin", redirect: "error", keepalive: last && text.length < 60000,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    });
  } catch { fail("offline"); return null; }
  const kind = response.headers.get("Content-Type") || "";
  const answer = kind.includes("json") ? await response.json().catch(() => null) : null;
  if (response.ok && answer) { recovered(answer.time); return answer; }
  if (response.status === 401) { fail("signedOut"); return null; }
  if (answer?.final) { closed(answer.error); return null; }
  if (response.status === 403 && again && await renewToken()) return post(body, last, false);
  if (trouble !== "signedOut") fail("trouble");
  return null;
}

/* The security cookie is gone or was renewed by a new sign-in: ask for a fresh one. Also tells who else wrote. */
async function news() {
  const response = await fetch(shell.dataset.save, { credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
  if (!response) { fail("offline"); return null; }
  if (response.status === 401) { fail("signedOut"); return null; }
  if (!response.ok) return null;
  const answer = await response.json().catch(() => null);
  if (answer) {
    token = answer.csrf;
    document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token; });
  }
  return answer;
}
async function renewToken() { return Boolean(await news()); }

function state(kind, facts = {}) {
  if (!status) return;
  status.className = `push mb-0 save-state ${kind === "saved" ? "" : kind === "saving" || kind === "kept" ? "busy" : "failed"}`;
  status.replaceChildren(element("span", say(words[kind] || words.kept, facts)));
  status.dataset.state = kind;
}
function fail(kind) {
  trouble = kind;
  if (waitingFields().length) { state("kept"); status?.classList.replace("busy", "failed"); }
  const box = banner(words[kind]);
  if (kind === "signedOut") {
    const link = element("a", words.signIn, "strong");
    Object.assign(link, { href: shell.dataset.signIn, target: "_blank", rel: "noopener" });
    box.querySelector(".says").append(" ", link);
  }
  clearTimeout(retryTimer);
  retryTimer = setTimeout(sendAll, waitFor);
  waitFor = Math.min(waitFor * 2, kind === "signedOut" ? 15000 : 60000);
}
function recovered(time) {
  if (trouble) { document.getElementById("trouble")?.remove(); window.portal?.announce(words.back); }
  trouble = "";
  waitFor = 2000;
  state("saved", { time });
}
function closed(sentence) {
  trouble = "closed";
  state("kept");
  status?.classList.replace("busy", "failed");
  banner(sentence, "error");
  shell.dataset.over = "";
  form?.querySelectorAll("input, textarea").forEach((control) => { control.readOnly = true; });
}
function banner(sentence, kind = "warning") {
  let box = document.getElementById("trouble");
  if (!box) {
    box = element("div");
    box.id = "trouble";
    box.setAttribute("role", "alert");
    notices.append(box);
  }
  if (box.dataset.says !== sentence) {
    const inner = element("div", "", "says");
    inner.append(element("strong", sentence));
    box.replaceChildren(element("span", "!"), inner);
    box.dataset.says = sentence;
  }
  box.className = `alert alert-${kind}`;
  return box;
}

const waitingFields = () => [...fields.values()].filter((field) => field.dirty);

async function sendAll() {
  if (trouble === "closed") return false;
  if (trouble) {
    if (!await news()) return false; // also brings the token of a new sign-in
    if (!waitingFields().length) { recovered(clock(Date.now())); return true; }
  }
  for (const field of fields.values()) if (field.sending) await field.sending;
  for (const field of waitingFields()) {
    await field.send();
    if (field.dirty && trouble) return false;
  }
  return !waitingFields().length;
}

/* ---- What was typed before and never arrived ---- */
async function restore() {
  const waiting = [...store.all()];
  if (!waiting.length) return;
  const known = await news();
  for (const [key, entry] of waiting) {
    const field = fields.get(key);
    if (!field) {
      const there = known?.answers[key];
      if (known && (there?.version || 0) === entry.version && await post({ key, raw: entry.raw, seen: entry.version })) store.drop(key);
      continue;
    }
    if (same(entry.raw, readField(field.box))) { store.drop(key); continue; }
    if (field.version <= entry.version) {
      writeField(field.box, entry.raw);
      const note = element("div", "", "alert alert-info"), body = element("div", "", "says");
      body.append(element("strong", say(words.restored, { time: clock(entry.at) })), ` ${field.label}`);
      note.append(element("span", "i"), body);
      notices.append(note);
      field.typed(0);
    } else {
      const box = field.box.querySelector(".notice"), inner = element("div", "", "says"), back = element("button", words.putBack, "btn btn-compact");
      back.type = "button";
      back.addEventListener("click", () => { writeField(field.box, entry.raw); box.hidden = true; field.typed(0); });
      inner.append(element("p", say(words.older, { time: clock(entry.at) })), element("blockquote", typeof entry.raw === "string" ? entry.raw : JSON.stringify(entry.raw)), back);
      box.replaceChildren(element("span", "!"), inner);
      box.className = "notice alert alert-warning";
      box.hidden = false;
    }
  }
}

/* Ask now and then whether somebody else wrote here; a field being written is left alone. */
async function listen() {
  if (document.hidden || trouble === "closed") return;
  if (trouble) { sendAll(); return; }
  const known = await news();
  for (const [key, there] of Object.entries(known?.answers || {})) {
    const field = fields.get(key);
    if (!field || field.sending || there.version <= field.version) continue;
    if (field.dirty || field.box.contains(document.activeElement)) { field.otherWrote(there, false); continue; }
    writeField(field.box, there.input);
    Object.assign(field, { version: there.version, saved: readField(field.box) });
    const seen = field.box.querySelector("input[type=hidden][name^='v-']");
    if (seen) seen.value = there.version;
    field.otherWrote({ ...there, words: "" }, false);
  }
  if (known?.closed) closed(known.closed);
  conditions();
}

/* ---- Around the fields ---- */
function conditions() {
  const hidden = new Set();
  for (let pass = 0; pass < 3; pass += 1) {
    document.querySelectorAll("[data-shown-if]").forEach((box) => {
      const rule = JSON.parse(box.dataset.shownIf), parent = fields.get(rule.question);
      if (!parent) return;
      const given = [readField(parent.box)].flat().filter((v) => v !== "");
      const wanted = rule.in.flatMap((v) => v === true ? ["yes"] : v === false ? ["no"] : [String(v), { true: "yes", oui: "yes", false: "no", non: "no" }[v]]);
      box.hidden = hidden.has(rule.question) || !given.some((v) => wanted.includes(v));
      hidden[box.hidden ? "add" : "delete"](box.dataset.field);
    });
  }
}
function count(box) {
  const place = box.querySelector("[data-count]");
  if (!place) return;
  const n = String(readField(box)).split(/\s+/u).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
  place.textContent = say(words.countOf, { n, most: place.dataset.most });
  place.classList.toggle("too-many", n > Number(place.dataset.most));
}
function steps(list) {
  document.querySelectorAll(".section-list ol").forEach((ol) => [...ol.children].forEach((li, i) => {
    if (!list?.[i]) return;
    li.className = `step ${list[i].state}${li.classList.contains("current") ? " current" : ""}`;
    const small = li.querySelector("small");
    if (small) small.textContent = list[i].reason;
  }));
  document.querySelectorAll(".section-list .segments > li").forEach((li, i) => {
    if (list?.[i]) li.className = { complete: "done", error: "error", progress: "part" }[list[i].state] || "";
  });
}

function start() {
  document.querySelectorAll("[data-field]").forEach((box) => { if (box.dataset.widget !== "files") fields.set(box.dataset.field, new Field(box)); else fields.delete(box.dataset.field); });
  document.querySelectorAll('[data-widget="budget"]').forEach((box) => watchBudget(box, words, () => fields.get(box.dataset.field).typed(0)));
  watchUploads({ shell, words, say, steps, token: () => token, renewToken, signedOut: () => fail("signedOut") });
  conditions();
  if ("unsaved" in form.dataset) fields.forEach((field) => { field.saved = null; field.typed(0); }); // kept over a sign-in
  else restore();
  form.addEventListener("submit", async (event) => {
    const go = event.submitter?.value || "next";
    if (event.submitter?.matches("[data-add-line], [data-remove-line], [data-remove-file]") || form.dataset.leaving) return;
    event.preventDefault();
    if (!await sendAll()) { banner(words[trouble] || words.trouble).scrollIntoView({ block: "center" }); return; }
    form.dataset.leaving = "1";
    form.querySelectorAll("input[type=file]").forEach((input) => { input.disabled = true; });
    const button = element("input");
    Object.assign(button, { type: "hidden", name: "go", value: go });
    form.append(button);
    form.submit();
  });
  addEventListener("pagehide", () => fields.forEach((field) => field.send({ last: true })));
  document.addEventListener("visibilitychange", () => { if (document.hidden) fields.forEach((field) => field.send({ last: true })); else listen(); });
  addEventListener("online", sendAll);
  addEventListener("focus", listen);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  document.addEventListener("deadline-passed", () => { fields.forEach((field) => field.send()); setTimeout(listen, 2000); });
  setInterval(listen, 20000);
}

if (form && !("over" in shell.dataset)) start(); else leftovers();
