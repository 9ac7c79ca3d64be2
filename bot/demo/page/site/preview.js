// The preview: one piece of writing as a reader will see it, drawn anew whenever something is saved.

import { bubble } from "./bubble.js";
import { el } from "./dom.js";
import { setClock } from "./times.js";

const WIDTHS = [280, 320, 360, 390, 430, 600, 768, 1024];
const USUAL_WIDTH = "390";
const THEMES = { auto: "as this device", light: "light", dark: "dark" };
const FIRST = "first", ALL = "all";
const $ = (id) => document.getElementById(id);

const wanted = new URLSearchParams(location.search);
const wishes = $("wishes");
let steps = [];
let asked = 0;

const say = (text, bad = false) => {
  $("state").textContent = text;
  $("state").classList.toggle("bad", bad);
};

async function read(path) {
  const answer = await fetch(path);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return found;
}

// What to show

function field(name, label, control) {
  control.name = name;
  control.id = `wish-${name}`;
  wishes.append(el("label", { for: control.id }, label), control);
  return control;
}

const choice = (options) => el("select", {}, ...Object.entries(options).map(([value, text]) => el("option", { value }, text)));

function keep(control, usual) {
  const value = wanted.get(control.name) ?? usual;
  control.value = value;
  if (control.value !== value) control.selectedIndex = 0;
}

function fillPieces(control, groups) {
  const chosen = wanted.get("piece") ?? control.value;
  control.replaceChildren(...groups.map(({ title, pieces }) => el("optgroup", { label: title }, ...pieces.map((piece) =>
    el("option", { value: piece.id }, `${piece.id} · ${piece.title}${piece.note ? ` (${piece.note})` : ""}`)))));
  control.value = chosen;
  if (control.selectedIndex < 0) control.selectedIndex = 0;
}

function build({ groups, wishes: possible }) {
  fillPieces(field("piece", "Lesson", el("select")), groups);
  field("show", "Show", choice({ [FIRST]: "as it comes", [ALL]: "with every button tried" }));
  keep(field("language", "Language", choice(possible.language)), "en");
  keep(field("form", "Practices for", choice(possible.form)), "solo");
  keep(field("closeness", "Closeness", choice(possible.closeness)), "yes");
  keep(field("discreet", "Discreet mode", choice(possible.discreet)), "no");
  keep(field("theme", "Colors", choice(THEMES)), "auto");
  const width = field("width", "Width of the device", el("input", { type: "range", min: 280, max: 1024, step: 1, list: "widths" }));
  wishes.append(el("output", { id: "width-said", for: width.id }),
    el("datalist", { id: "widths" }, ...WIDTHS.map((value) => el("option", { value }))));
  keep(width, USUAL_WIDTH);
  wishes.addEventListener("submit", (event) => event.preventDefault());
  wishes.addEventListener("input", ({ target }) => changed(target));
  dress();
}

function changed(control) {
  wanted.set(control.name, control.value);
  history.replaceState(null, "", `?${wanted}`);
  if (control.name === "width" || control.name === "theme") dress();
  else if (control.name === "show") draw();
  else look({ anew: true });
}

function dress() {
  const { width, theme } = wishes.elements;
  $("phone").style.width = `${width.value}px`;
  $("width-said").textContent = `${width.value} points`;
  if (theme.value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme.value;
}

// The chat

const on = {
  jump() {}, command() {}, actions() {},
  tap(message, button) { show(button.label); },
};

// A tapped button shows what it leads to, as it would in the chat.
function show(label) {
  if (!steps.some((step) => step.by === label)) { say(`“${label}” leads to nothing here.`); return; }
  wishes.elements.show.value = label;
  changed(wishes.elements.show);
}

function shownSteps() {
  const which = wishes.elements.show.value;
  if (which === ALL) return steps;
  const opened = steps.findIndex((step) => step.messages.some((message) => message.edited));
  const first = steps.slice(0, Math.max(opened, 0) + 1);
  const one = steps.find((step) => step.by === which);
  return one && !first.includes(one) ? [...first, one] : first;
}

function offerSteps() {
  const { show: control } = wishes.elements;
  const chosen = wanted.get("show") ?? FIRST;
  const labels = steps.map((step) => step.by).filter(Boolean);
  control.replaceChildren(el("option", { value: FIRST }, "as it comes"), el("option", { value: ALL }, "with every button tried"),
    el("optgroup", { label: "what comes of" }, ...labels.map((label) => el("option", { value: label }, label))));
  control.value = chosen;
  if (control.value !== chosen) control.value = FIRST;
}

function draw() {
  const at = $("scroller").scrollTop;
  const nodes = [];
  for (const step of shownSteps()) {
    if (step.by) nodes.push(el("article", { class: "message service" }, el("p", {}, `You: ${step.by}`)));
    for (const message of step.messages) {
      if (message.toast) { nodes.push(el("article", { class: "message service" }, el("p", {}, message.text))); continue; }
      nodes.push(bubble(message, { botName: "Bot", on }));
      if (message.refused) nodes.push(el("p", { class: "refused", role: "alert" }, `Telegram would refuse this: ${message.refused}`));
    }
  }
  $("log").replaceChildren(...nodes);
  for (const more of $("log").querySelectorAll(".actions")) more.remove();
  $("scroller").scrollTop = at;
}

// What the check says

function tell({ findings, facts, file, trouble }) {
  $("verdict").textContent = findings.length ? `${findings.length} ${findings.length === 1 ? "finding" : "findings"}` : "No findings in this lesson.";
  $("verdict").className = findings.length ? "verdict bad" : "verdict good";
  $("findings").replaceChildren(...findings.map((one) => el("li", { class: one.level },
    el("b", {}, `Line ${one.line}`), " ", el("code", {}, one.rule), el("p", {}, one.says), el("p", { class: "do" }, one.fix))));
  $("facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  $("file").textContent = file;
  if (trouble) $("log").replaceChildren(el("p", { class: "trouble", role: "alert" }, trouble));
}

async function look({ anew = false } = {}) {
  const turn = ++asked;
  const query = new URLSearchParams();
  for (const name of ["piece", "language", "form", "closeness", "discreet"]) query.set(name, wishes.elements[name].value);
  say("Reading…");
  try {
    const found = await read(`/preview/look?${query}`);
    if (turn !== asked) return;
    steps = found.steps;
    offerSteps();
    draw();
    if (anew) $("scroller").scrollTop = 0;
    tell(found);
    document.title = `${wishes.elements.piece.value} · Preview`;
    say(`As saved, read at ${new Date().toLocaleTimeString("en-GB")}`);
  } catch (error) {
    if (turn === asked) say(error.message, true);
  }
}

// Saved files

function follow(first) {
  let known = first;
  const news = new EventSource("/preview/versions");
  news.onmessage = async ({ data }) => {
    if (data === known) return;
    known = data;
    fillPieces(wishes.elements.piece, (await read("/preview/pieces")).groups);
    await look();
  };
  news.onerror = () => say("The preview is not running right now.", true);
}

try {
  setClock({ now: Date.now() / 1000, zones: { 0: { zone: "Europe/Berlin", offset: 60 } } });
  const there = await read("/preview/pieces");
  build(there);
  await look();
  follow(there.version);
} catch (error) {
  say(error.message, true);
}
