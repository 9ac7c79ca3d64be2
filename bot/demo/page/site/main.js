// Puts the page together: who is here, which theme, what comes in.

import { Backstage } from "./backstage.js";
import { Chat } from "./chat.js";
import { el, hidden, icon, showDialog } from "./dom.js";
import { Live } from "./live.js";
import { languageName, setClock } from "./times.js";

const LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "uk", "ru", "tr", "ar", "fa", "he", "hi", "ja", "zh"];
const THEMES = ["auto", "light", "dark"];
const $ = (id) => document.getElementById(id);

const chats = new Map();
const names = new Map();
const phone = matchMedia("(max-width: 760px)");
let shown = null;
let queue = [];
let frame = 0;

const report = (reason) => {
  const notice = el("p", { class: "notice", role: "alert" }, reason);
  document.body.append(notice);
  setTimeout(() => notice.remove(), 5000);
};

const live = new Live({ onNews: enqueue, onState: showConnection });
const backstage = new Backstage($("backstage"), live, report);

// News is handled once a frame, so that a flood of it stays smooth.

function enqueue(news) {
  queue.push(news);
  frame ||= document.hidden ? setTimeout(handleQueue, 200) : requestAnimationFrame(handleQueue);
}

function handleQueue() {
  const now = queue;
  queue = [];
  frame = 0;
  const calls = [];
  for (const news of now) {
    if (news.event === "call") calls.push(news.call);
    else HANDLERS[news.event]?.(news);
  }
  for (const chat of chats.values()) chat.settle();
  if (calls.length) backstage.addCalls(calls, names);
}

const HANDLERS = {
  hello({ people, calls, panel, clock }) {
    setClock(clock);
    $("preview").hidden = !panel.preview;
    for (const person of people) {
      if (chats.has(person.id)) chats.get(person.id).refill(person);
      else addChat(person);
    }
    backstage.update(panel, clock);
    if (!backstage.total) backstage.addCalls(calls, names);
    if (!people.length) showEmpty();
  },
  async person({ person }) {
    if (chats.has(person.id)) { chats.get(person.id).update(person); return; }
    addChat(person);
    const clock = await live.ask("clock");
    setClock(clock);
    chats.get(person.id)?.retime();
  },
  profile({ people }) {
    for (const person of people) chats.get(person.id)?.update(person);
  },
  pinned({ person }) { chats.get(person.id)?.update(person); },
  message({ person, message }) { chats.get(person)?.receive(message); },
  edited({ person, message }) { chats.get(person)?.change(message); },
  deleted({ person, message }) { chats.get(person)?.remove(message); },
  action({ person, action }) { chats.get(person)?.action(action); },
  answer(answer) { chats.get(answer.person)?.answer(answer); },
  panel({ panel, clock }) {
    backstage.update(panel, clock);
    for (const chat of chats.values()) chat.retime();
  },
};

// People

function addChat(person) {
  document.querySelector(".nobody")?.remove();
  names.set(person.id, person.name);
  const chat = new Chat(person, live, report);
  chats.set(person.id, chat);
  $("people").append(chat.node);
  const tab = el("button", { type: "button", class: "tab", onclick: () => show(person.id) }, person.name, el("span", { class: "unread" }));
  tab.dataset.person = person.id;
  $("tabs").append(tab);
  chat.onUnread = () => { if (phone.matches && shown !== person.id) tab.classList.add("new"); };
  if (shown === null) show(person.id);
  else show(shown);
  $("people").style.setProperty("--people", chats.size);
}

function show(id) {
  shown = id;
  for (const tab of $("tabs").children) {
    const current = Number(tab.dataset.person) === id;
    tab.toggleAttribute("aria-current", current);
    if (current) { tab.setAttribute("aria-current", "true"); tab.classList.remove("new"); }
  }
  for (const [person, chat] of chats) chat.node.classList.toggle("shown", person === id);
  if (phone.matches) toggleBackstage(false);
}

function showEmpty() {
  $("people").append(el("p", { class: "nobody" }, "Nobody is here yet. Add a person to start a chat."));
}

async function addPerson() {
  const name = el("input", { name: "name", required: true, maxlength: 64, autocomplete: "off", autofocus: true });
  const language = el("select", { name: "language" }, ...LANGUAGES.map((code) => el("option", { value: code }, languageName(code))));
  const fields = el("div", { class: "fields" }, el("h2", {}, "Add a person"),
    el("label", {}, "Name", name), el("label", {}, "Language of their Telegram app", language));
  const answer = await showDialog(fields, { label: "Add a person", buttons: [{ text: "Cancel", value: "", quiet: true }, { text: "Add", value: "add" }] });
  if (answer !== "add") return;
  try {
    const id = await live.ask("add_person", { name: name.value, language: language.value });
    requestAnimationFrame(() => { show(id); chats.get(id)?.node.scrollIntoView({ inline: "end" }); });
  } catch (error) {
    report(error.message);
  }
}

// The bar

function setTheme(theme) {
  localStorage.setItem("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("theme").replaceChildren(icon({ auto: "auto", light: "sun", dark: "moon" }[theme]), hidden(`Colors: ${theme}. Press to change.`));
}

function toggleBackstage(open = !document.body.classList.contains("with-backstage")) {
  document.body.classList.toggle("with-backstage", open);
  $("backstage-toggle").setAttribute("aria-expanded", String(open));
  if (!phone.matches) localStorage.setItem("backstage", open ? "open" : "closed");
}

function showConnection(connected) {
  $("connection").textContent = connected ? "" : "Connecting to the demo…";
  $("connection").classList.toggle("shown", !connected);
}

$("add-person").append(icon("add"), el("span", { class: "wide-only" }, "Add person"));
$("add-person").setAttribute("aria-label", "Add person");
$("add-person").addEventListener("click", addPerson);
$("preview").append(icon("copy"), el("span", { class: "wide-only" }, "Lessons"));
$("preview").setAttribute("aria-label", "Lessons, as they will look");
$("backstage-toggle").append(icon("backstage"), el("span", { class: "wide-only" }, "Backstage"));
$("backstage-toggle").setAttribute("aria-label", "Backstage");
$("backstage-toggle").addEventListener("click", () => toggleBackstage());
$("theme").addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(localStorage.getItem("theme") ?? "auto") + 1) % 3]));
setTheme(localStorage.getItem("theme") ?? "auto");
toggleBackstage(!phone.matches && innerWidth > 1100 && localStorage.getItem("backstage") !== "closed");
async function readClock() {
  setClock(await live.ask("clock"));
  for (const chat of chats.values()) chat.retime();
}

setInterval(() => { if (!document.hidden) readClock().catch(() => {}); }, 15000);
setInterval(() => {
  backstage.tick();
  for (const chat of chats.values()) chat.tick();
}, 1000);
