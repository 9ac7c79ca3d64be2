// The panel beside the chats: the clock, the plug, and what the bot just called.

import { el, icon } from "./dom.js";
import { demoClock, setClock, utcTime } from "./times.js";

const CALLS = 150;
const JUMPS = [
  ["next_lesson", "Next lesson"], ["hour", "+1 hour"], ["tomorrow", "Tomorrow"], ["clock_change", "Clock change"],
];
const DATABASE = [["fine", "Fine"], ["gone", "Gone"], ["hung", "Hung"]];
const TROUBLE = [["fine", "Fine"], ["429", "Busy"], ["500", "Broken"], ["slow", "Slow"], ["hang", "Silent"]];

export class Backstage {
  constructor(node, live, report) {
    this.node = node;
    this.live = live;
    this.report = report;
    this.said = el("p", { class: "said", role: "status" });
    this.time = el("p", { class: "big-time" });
    this.date = el("p", { class: "faint" });
    this.calls = el("ol", { class: "calls", "aria-label": "Calls of the bot, newest first" });
    this.count = el("span", { class: "count" });
    this.notes = el("div", { class: "notes" });
    this.clockPart = this.#part("clock", "Clock", this.time, this.date, el("div", { class: "jumps" }, ...JUMPS.map(([to, text]) =>
      el("button", { type: "button", class: "small", title: to === "clock_change" ? "To just before the next daylight saving change" : null, onclick: () => this.#do("jump", { to }) }, text))));
    this.plugPart = this.#part("plug", "Plug");
    const clear = el("button", { type: "button", class: "small quiet", onclick: () => this.#clear() }, "Clear");
    this.callsPart = this.#part("list", "What the bot just called", this.calls);
    this.callsPart.classList.add("calls-part");
    this.callsPart.querySelector("h3").append(this.count, clear);
    node.append(el("h2", {}, "Backstage"), this.notes, this.said, this.clockPart, this.plugPart, this.callsPart);
    this.tick();
  }

  #part(image, title, ...children) {
    return el("div", { class: "part", role: "group", "aria-label": title }, el("h3", {}, icon(image), el("span", {}, title)), ...children);
  }

  #do(what, details) {
    this.said.textContent = "…";
    this.live.ask(what, details).then((said) => { this.said.textContent = said; }, (error) => { this.said.textContent = ""; this.report(error.message); });
  }

  update(panel, clock) {
    setClock(clock);
    this.clockPart.querySelector(".jumps").hidden = !panel.clock;
    this.notes.replaceChildren(...panel.notes.map((note) => el("p", {}, note)));
    const groups = [this.#choice("Telegram", "trouble", "kind", TROUBLE, panel.trouble)];
    if (panel.database) groups.unshift(this.#choice("Database", "plug", "state", DATABASE, panel.database));
    const focused = document.activeElement?.name ? document.activeElement : null;
    this.plugPart.replaceChildren(this.plugPart.firstElementChild, ...groups);
    if (focused) this.plugPart.querySelector(`input[name="${focused.name}"][value="${focused.value}"]`)?.focus();
    this.tick();
  }

  #choice(title, what, key, options, chosen) {
    return el("fieldset", { class: "choice" }, el("legend", {}, title), el("div", { class: "segments" }, ...options.map(([value, text]) =>
      el("label", { class: value === "fine" ? "good" : "bad" },
        el("input", { type: "radio", name: what, value, checked: value === chosen, onchange: () => this.#do(what, { [key]: value }) }), el("span", {}, text)))));
  }

  tick() {
    const { time, date } = demoClock();
    this.time.textContent = time;
    this.date.textContent = `${date}, UTC`;
  }

  addCalls(calls, names) {
    const fresh = document.createDocumentFragment();
    for (const call of calls) fresh.prepend(this.#call(call, names));
    this.calls.prepend(fresh);
    while (this.calls.children.length > CALLS) this.calls.lastElementChild.remove();
    this.total = (this.total ?? 0) + calls.length;
    this.count.textContent = this.total;
  }

  #call(call, names) {
    const who = names.get(call.chat) ?? "";
    const state = call.status === 200 ? "ok" : call.status === 0 ? "cut" : "no";
    const gist = call.params.text ?? call.params.caption ?? call.params.action ?? "";
    const summary = el("summary", {}, el("span", { class: `dot ${state}`, "aria-hidden": "true" }), el("b", {}, call.method),
      el("span", { class: "call-who" }, who), el("span", { class: `code ${state}` }, call.status || "cut"), el("span", { class: "gist" }, gist));
    const rows = Object.entries(call.params).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
    const story = [call.description, call.fault && `Trouble: ${call.fault}`, call.took !== null && `${call.took} ms`, utcTime(call.at)].filter(Boolean).join(" · ");
    return el("li", {}, el("details", {}, summary, el("dl", {}, ...rows), el("p", { class: "faint" }, story)));
  }

  #clear() {
    this.calls.replaceChildren();
    this.total = 0;
    this.count.textContent = "";
  }
}
