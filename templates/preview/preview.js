// Follows the files: a mail is exchanged when the new one is there, and what is beside it is brought up to date.
"use strict";

(() => {
  const REGIONS = ["issues", "head", "deeds", "trouble", "tools", "findings", "files"];
  const body = document.body;
  const stage = document.getElementById("stage");
  let moment = body.dataset.moment;
  let source = null;
  let coming = null;
  let waits = false;

  const frame = () => stage && stage.querySelector("iframe:not(.coming)");
  // Where somebody reads is the same place in the light and in the dark.
  const place = () => `place:${body.dataset.events.replace(/&?(scheme|images)=[a-z]+/g, "")}`;
  const say = (text) => { document.getElementById("live").textContent = text; };

  // The mail runs no script of its own; this page may look into it.
  function scrolled(of) {
    try { return of.contentWindow.scrollY; } catch { return 0; }
  }

  function settle(of, top) {
    try {
      of.contentWindow.scrollTo(0, top);
      of.contentDocument.addEventListener("keydown", onKey);
    } catch { /* the mail is not there */ }
  }

  // Go on where somebody read; a mail may be there before this script is.
  function resume(of) {
    if (!of) return;
    const again = () => settle(of, Number(sessionStorage.getItem(place()) ?? 0));
    let is_there = false;
    try {
      is_there = of.contentDocument.readyState === "complete" && of.contentWindow.location.href !== "about:blank";
    } catch { /* it comes */ }
    if (is_there) again();
    else of.addEventListener("load", again, { once: true });
  }

  function show(stamp) {
    const old = frame();
    if (!old || !stamp || old.dataset.stamp === stamp || (coming && coming.dataset.stamp === stamp)) return;
    if (coming) coming.remove();
    const next = old.cloneNode();
    coming = next;
    next.classList.add("coming");
    next.dataset.stamp = stamp;
    next.src = `${old.src.replace(/&stamp=.*/, "")}&stamp=${stamp}`;
    next.addEventListener("load", () => {
      if (coming !== next) return;
      coming = null;
      const had_focus = document.activeElement === old;
      settle(next, scrolled(old));
      next.classList.remove("coming");
      old.remove();
      if (had_focus) next.focus();
      if (waits) { waits = false; refresh().catch(() => {}); }
      say(`Shown as saved at ${new Date().toLocaleTimeString()}`);
    });
    stage.append(next);
  }

  // As it came from the server: what somebody opened or wrote is no news.
  const written = new Map([...REGIONS, "stage"].map((id) => [id, document.getElementById(id)?.innerHTML]));

  // The same thing after the exchange: a link, a button, a field.
  function twin(region, element) {
    const is_same = (each) => ["id", "href", "name", "value"].every((name) => each.getAttribute(name) === element.getAttribute(name)) && each.textContent === element.textContent;
    return [...region.querySelectorAll(element.tagName)].find(is_same);
  }

  function exchange(id, fresh) {
    const old = document.getElementById(id);
    const next = fresh.getElementById(id);
    if (!old || !next || written.get(id) === next.innerHTML) return;
    // What somebody is writing stays.
    if ([...old.querySelectorAll("input[type=text], textarea")].some((field) => field.value !== field.defaultValue)) return;
    written.set(id, next.innerHTML);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    for (const details of old.querySelectorAll("details[open]")) {
      const same = details.id && next.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = true;
    }
    const top = old.scrollTop;
    old.replaceChildren(...next.childNodes);
    old.scrollTop = top;
    if (focused) twin(old, focused)?.focus({ preventScroll: true });
    prepare();
  }

  async function refresh() {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    // What was done to an issue that is in another state by now is no news.
    const state = (of) => of.querySelector("#head .state")?.textContent;
    if (state(document) !== state(fresh)) document.getElementById("notice")?.replaceChildren();
    for (const id of REGIONS) exchange(id, fresh);
    const base = (of) => of.querySelector("[name=base]")?.value;
    if (base(document) !== base(fresh)) say("The file was changed on disk after this form was opened: open the form again.");
    const next = fresh.querySelector("#stage iframe");
    if (next && frame()) show(next.dataset.stamp);
    else if (stage) exchange("stage", fresh);
  }

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource(body.dataset.events);
    source.addEventListener("frame", (event) => show(event.data));
    source.addEventListener("page", (event) => {
      if (event.data === moment) return;
      moment = event.data;
      // The mail comes first.
      if (coming) waits = true;
      else refresh().catch(() => {});
    });
    source.addEventListener("over", () => { rest(); say("The preview was stopped. Start it again with: newsletter preview"); });
    source.addEventListener("error", () => say("The preview does not answer. Is it still running?"));
    source.addEventListener("open", () => say("Follows the files."));
  }

  function rest() {
    source?.close();
    source = null;
  }

  // Single keys, which can be switched off (WCAG 2.1.4).
  const are_keys_on = () => localStorage.getItem("keys") !== "off";

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !are_keys_on()) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    if (event.key === "?") {
      const keys = document.getElementById("keys");
      if (keys) { keys.open = true; keys.querySelector("summary").focus(); }
      return;
    }
    const named = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`) ?? neighbour(event.key);
    if (!named) return;
    event.preventDefault();
    // What changes a file is not done by a slip of a finger.
    if (named.form) { named.focus(); return; }
    named.click();
    named.closest("details")?.querySelector("input[type=text]")?.focus();
  }

  function neighbour(key) {
    const step = { j: 1, k: -1 }[key];
    if (!step) return null;
    const links = [...document.querySelectorAll("#issues a.issue")];
    return links[links.findIndex((link) => link.ariaCurrent) + step];
  }

  function prepare() {
    const box = document.getElementById("keys-on");
    if (!box) return;
    box.checked = are_keys_on();
    box.onchange = () => localStorage.setItem("keys", box.checked ? "on" : "off");
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  addEventListener("pagehide", () => { if (frame()) sessionStorage.setItem(place(), scrolled(frame())); rest(); });
  addEventListener("pageshow", listen);
  // What was done is said once: a reload does not say it again.
  const address = new URL(location);
  if (address.searchParams.has("notice")) {
    address.searchParams.delete("notice");
    history.replaceState(null, "", address);
  }
  resume(frame());
  prepare();
})();
