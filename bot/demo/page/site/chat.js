// One person's chat with the bot: header, messages, and the place to write.

import { bubble } from "./bubble.js";
import { closeMenu, el, hidden, icon, openMenu, showDialog } from "./dom.js";
import { dayOf, languageName, timeOf, wallClock, zoneName } from "./times.js";

const AT_MOST = 400;
const ACTION_SECONDS = 5;
const ACTIONS = {
  typing: "typing", upload_photo: "sending a picture", upload_document: "sending a file", record_voice: "recording",
  upload_voice: "sending a voice message", upload_video: "sending a video", record_video: "recording a video",
  choose_sticker: "choosing a sticker", find_location: "finding a place",
  record_video_note: "recording a video", upload_video_note: "sending a video",
};
const ATTACHMENTS = [
  ["sticker", "👋", "Sticker"], ["voice", "🎤", "Voice message"], ["document", "📄", "File"], ["location", "📍", "Location"],
  ["contact", "👤", "Contact"], ["poll", "📊", "Poll"], ["video", "🎬", "Video"], ["video_note", "⭕", "Video message"],
  ["audio", "🎵", "Music"], ["animation", "🌀", "GIF"], ["dice", "🎲", "Dice"], ["forwarded", "↪️", "Forwarded text"],
  ["via_bot", "🤖", "Text via another bot"], ["story", "🌅", "Story"],
];

export class Chat {
  #live;
  #pending = new Map();
  #answered = new Set();
  #tapping = 0;
  #messages = new Map();
  #more = false;
  #replyTo = null;
  #editing = null;
  #current = null;
  #unseen = 0;
  #actionTimer = 0;
  #picked = -1;
  #zone = "";
  #arrived = null;
  #following = true;
  #scrollTop = 0;
  #touched = 0;

  constructor(person, live, report) {
    this.#live = live;
    this.report = report;
    this.person = person;
    this.#zone = zoneName(person.id);
    this.onUnread = () => {};
    this.#build();
    this.update(person);
    this.#fill(person);
  }

  get id() { return this.person.id; }

  #ask(what, details = {}) {
    return this.#live.ask(what, { person: this.id, ...details }).catch((error) => { this.report(error.message); });
  }

  // Elements

  #build() {
    this.status = el("p", { class: "status" });
    this.title = el("h3");
    this.face = el("span", { class: "face bot", "aria-hidden": "true" });
    this.pinned = el("button", { type: "button", class: "pinned", hidden: true });
    this.log = el("div", { class: "log", role: "log", "aria-live": "off", "aria-relevant": "additions text", tabindex: 0 });
    this.toastPlace = el("div", { class: "toasts", role: "status", "aria-live": "assertive" });
    this.jumpDown = el("button", { type: "button", class: "jump-down", hidden: true, "aria-label": "To the newest message", onclick: () => this.#toEnd(true) }, icon("down"), el("span"));
    this.intro = el("div", { class: "intro" });
    this.typing = el("div", { class: "typing", hidden: true, "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    this.scroller = el("div", { class: "scroller" }, this.intro, this.log, this.typing);
    this.#buildComposer();
    this.node = el("section", { class: "person", id: `person-${this.person.id}` },
      this.#personBar(),
      el("div", { class: "phone" },
        el("header", { class: "chat-head" }, this.face, el("div", { class: "chat-title" }, this.title, this.status)),
        this.pinned,
        el("div", { class: "messages" }, this.scroller, this.toastPlace, this.jumpDown),
        this.composer));
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const name of ["wheel", "touchmove", "pointerdown", "pointermove", "keydown"]) {
      this.scroller.addEventListener(name, (event) => { if (name !== "pointermove" || event.buttons) this.#touched = performance.now(); }, { passive: true });
    }
    new ResizeObserver(() => { if (this.#following) this.scroller.scrollTop = this.scroller.scrollHeight; }).observe(this.log);
    this.log.addEventListener("keydown", (event) => this.#logKey(event));
    this.log.addEventListener("focusin", (event) => this.#makeCurrent(event.target.closest(".message")));
  }

  #personBar() {
    this.who = el("h2");
    this.where = el("p", { class: "where" });
    this.badge = el("span", { class: "face", "aria-hidden": "true" });
    const more = el("button", { type: "button", class: "round-button", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"), this.moreLabel = hidden(""));
    more.addEventListener("click", () => this.#personMenu(more));
    return el("header", { class: "person-bar" }, this.badge, el("div", { class: "person-name" }, this.who, this.where), more);
  }

  #buildComposer() {
    this.input = el("textarea", { rows: 1, class: "input", dir: "auto", maxlength: 4096, placeholder: "Message", role: "combobox",
      "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `commands-${this.person.id}` });
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#inputKey(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.#closeSuggestions(), 150));
    this.menuButton = el("button", { type: "button", class: "menu-button", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("menu"), el("span", {}, "Menu"));
    this.menuButton.addEventListener("click", () => this.#commandMenu());
    this.attach = el("button", { type: "button", class: "round-button", "aria-label": "Send something else", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("attach"));
    this.attach.addEventListener("click", () => this.#attachMenu());
    this.chosenFile = el("input", { type: "file", accept: "image/*", class: "hidden", tabindex: -1, "aria-hidden": "true" });
    this.chosenFile.addEventListener("change", () => this.#sendPicture());
    this.sendButton = el("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
    this.suggestions = el("ul", { class: "suggestions", role: "listbox", id: `commands-${this.person.id}`, "aria-label": "Commands", hidden: true });
    this.context = el("div", { class: "context", hidden: true });
    this.line = el("form", { class: "line" }, this.menuButton, this.attach, this.chosenFile, this.input, this.sendButton);
    this.line.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.startButton = el("button", { type: "button", class: "start", onclick: () => this.#start() }, "Start");
    this.keys = el("div", { class: "reply-keys", role: "group", "aria-label": "Suggested answers", hidden: true });
    this.composer = el("footer", { class: "composer" }, this.suggestions, this.context, this.line, this.startButton, this.keys);
  }

  // What is known about the person

  update(person) {
    this.person = { ...this.person, ...person };
    const { name, language, bot } = this.person;
    this.who.textContent = name;
    this.badge.textContent = [...name][0] ?? "?";
    this.badge.dataset.hue = this.id % 6;
    this.title.textContent = bot;
    this.face.textContent = [...bot][0] ?? "?";
    this.node.setAttribute("aria-label", `${name}’s chat with ${bot}`);
    this.log.setAttribute("aria-label", `Messages between ${name} and ${bot}`);
    this.input.setAttribute("aria-label", `Message from ${name}`);
    this.menuButton.setAttribute("aria-label", `${bot}’s commands for ${name}`);
    this.moreLabel.textContent = `More about ${name}`;
    this.node.lang = language;
    this.tick();
    this.#showIntro();
    this.#showPinned();
    this.#showComposer();
  }

  tick() {
    const { language } = this.person;
    const place = zoneName(this.id);
    this.where.textContent = [languageName(language), wallClock(this.id), place].filter(Boolean).join(" · ");
    if (!this.#actionTimer) this.status.textContent = "bot";
  }

  #showIntro() {
    const empty = this.#messages.size === 0;
    this.intro.hidden = !empty;
    if (!empty) return;
    const { bot, description, about } = this.person;
    this.intro.replaceChildren(
      el("span", { class: "face bot large", "aria-hidden": "true" }, [...bot][0] ?? "?"),
      el("h3", {}, bot), about ? el("p", { class: "about" }, about) : "",
      el("div", { class: "intro-text" }, el("b", {}, "What can this bot do?"), el("p", { dir: "auto" }, description || "Press Start and see.")));
  }

  #showPinned() {
    const { pinned } = this.person;
    this.pinned.hidden = !pinned;
    if (!pinned) return;
    this.pinned.replaceChildren(icon("pin"), el("span", {}, el("b", {}, "Pinned message"), el("span", { class: "pinned-text" }, pinned.text)));
    this.pinned.onclick = () => this.#jumpTo(pinned.id);
  }

  #showComposer() {
    const { started, blocked, deactivated, menu, commands } = this.person;
    const closed = !started || blocked || deactivated;
    this.line.hidden = closed;
    this.startButton.hidden = !closed;
    this.startButton.disabled = Boolean(deactivated);
    this.startButton.textContent = deactivated ? "Account deleted" : blocked ? "Unblock and restart" : "Start";
    this.menuButton.hidden = menu === "web_app" || commands.length === 0;
    this.#showKeys();
  }

  #showKeys() {
    const rows = this.person.keyboard?.keyboard ?? [];
    this.keys.hidden = rows.length === 0 || this.line.hidden;
    this.keys.replaceChildren(...rows.map((row) => el("div", { class: "keys-row" }, ...row.map((button) =>
      el("button", { type: "button", class: "key", onclick: () => this.#pressed(button) }, button.text)))));
  }

  #pressed(button) {
    if (button.request_location) this.#ask("sends", { kind: "location" });
    else if (button.request_contact) this.#ask("sends", { kind: "contact" });
    else this.#say(button.text);
    if (this.person.keyboard.one_time_keyboard) this.update({ keyboard: null });
  }

  // Messages

  #fill({ messages = [], more = false }) {
    this.log.setAttribute("aria-live", "off");
    for (const message of messages) this.#put(message);
    this.#setMore(more);
    this.#showIntro();
    this.#toEnd();
    this.#currentByDefault();
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 50);
  }

  refill(person) {
    this.#messages.clear();
    this.#pending.clear();
    this.log.replaceChildren();
    this.update(person);
    this.#fill(person);
  }

  // Takes a message in. What the eye sees is put right once, by settle(), when all that came together is in.
  receive(message) {
    this.#arrived ??= { atEnd: this.#atEnd(), fresh: 0, own: false, first: null };
    this.#clearAction();
    const isNew = !this.#messages.has(message.id);
    this.#put(message);
    if (!this.person.started && message.own) this.update({ started: true });
    this.#arrived.own ||= message.own;
    if (isNew && !message.own) {
      this.#arrived.fresh += 1;
      this.#arrived.first ??= message.id;
      this.onUnread();
    }
  }

  settle() {
    if (!this.#arrived) return;
    const { atEnd, fresh, own, first } = this.#arrived;
    this.#arrived = null;
    this.#showIntro();
    this.#trim(atEnd);
    this.#currentByDefault();
    if (atEnd && !own && fresh < 5 && this.#reachesOut(first)) this.#toTop(first);
    else if (atEnd || own) this.#toEnd();
    else this.#countUnseen(fresh);
  }

  change(message) {
    if (this.#messages.has(message.id)) this.#put(message);
    if (this.person.pinned?.id === message.id) this.update({ pinned: { id: message.id, text: message.text.slice(0, 60) } });
  }

  remove({ id }) {
    const known = this.#messages.get(id);
    if (!known) return;
    this.#messages.delete(id);
    if (known.node.contains(document.activeElement)) this.input.focus();
    if (this.person.pinned?.id === id) this.update({ pinned: null });
    known.node.classList.add("leaving");
    setTimeout(() => { known.node.remove(); this.#tidyDays(); this.#showIntro(); }, 260);
    this.#currentByDefault();
  }

  #put(message) {
    const known = this.#messages.get(message.id);
    const node = bubble(message, { botName: this.person.bot, on: this.#wishes });
    if (known) this.#swap(known.node, node);
    else this.#append(message, node);
    this.#messages.set(message.id, { message, node });
    this.#reachable(node, node === this.#current);
  }

  #append(message, node) {
    const day = dayOf(this.id, message.date);
    if (this.log.lastElementChild?.dataset.day !== day) this.log.append(this.#day(day));
    node.dataset.day = day;
    if (this.#hasPrevious(node)) node.classList.add("follows");
    this.log.append(node);
  }

  #hasPrevious(node) {
    const previous = this.log.lastElementChild;
    return previous?.classList.contains("message") && ["own", "theirs"].some((side) => previous.classList.contains(side) && node.classList.contains(side));
  }

  #day(day) {
    return el("p", { class: "day", "data-day": day }, el("span", {}, day));
  }

  #swap(old, node) {
    node.dataset.day = old.dataset.day;
    if (old.classList.contains("follows")) node.classList.add("follows");
    const focused = old.contains(document.activeElement) ? [...old.querySelectorAll(".key")].indexOf(document.activeElement) : null;
    if (this.#current === old) this.#current = node;
    old.replaceWith(node);
    if (focused !== null) (node.querySelectorAll(".key")[focused] ?? node).focus({ preventScroll: true });
  }

  #tidyDays() {
    for (const day of this.log.querySelectorAll(".day")) {
      if (!day.nextElementSibling?.classList.contains("message")) day.remove();
    }
  }

  #setMore(more) {
    this.#more = more;
    this.log.querySelector(".earlier")?.remove();
    if (more) this.log.prepend(el("button", { type: "button", class: "earlier", onclick: () => this.#earlier() }, icon("earlier"), "Earlier messages"));
  }

  async #earlier() {
    const first = Math.min(...this.#messages.keys());
    const page = await this.#ask("history", { before: first });
    if (!page) return;
    const height = this.scroller.scrollHeight;
    this.#rebuild(page.messages, page.more);
    this.scroller.scrollTop += this.scroller.scrollHeight - height;
  }

  #rebuild(earlier, more) {
    const newer = [...this.#messages.values()].map(({ message }) => message);
    this.log.setAttribute("aria-live", "off");
    this.log.replaceChildren();
    this.#messages.clear();
    for (const message of [...earlier, ...newer]) this.#put(message);
    this.#setMore(more);
    this.#currentByDefault();
    setTimeout(() => this.log.setAttribute("aria-live", "polite"), 50);
  }

  #trim(atEnd) {
    if (!atEnd || this.#messages.size <= AT_MOST) return;
    for (const id of [...this.#messages.keys()].slice(0, this.#messages.size - AT_MOST + 50)) {
      this.#messages.get(id).node.remove();
      this.#messages.delete(id);
    }
    this.#tidyDays();
    this.#setMore(true);
  }

  // Where the eye is

  // Whether the newest message is followed: until somebody scrolls up, and again once they are back at the end.
  #atEnd() {
    return this.#following;
  }

  #nearEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  #toEnd(smooth = false) {
    this.#unseen = 0;
    this.#following = true;
    const behavior = smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "auto";
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior });
    this.#showJumpDown();
  }

  // What is too long to be seen at once is shown from its beginning.
  #reachesOut(id) {
    const node = this.#messages.get(id)?.node;
    return Boolean(node) && this.scroller.scrollHeight - node.offsetTop > this.scroller.clientHeight - 20;
  }

  #toTop(id) {
    this.#following = false;
    this.scroller.scrollTop = this.#messages.get(id).node.offsetTop - 12;
    this.#scrolled();
  }

  #scrolled() {
    const { scrollTop } = this.scroller;
    if (this.#nearEnd()) this.#following = true;
    else if (scrollTop < this.#scrollTop - 4 && performance.now() - this.#touched < 600) this.#following = false;
    this.#scrollTop = scrollTop;
    if (this.#following) this.#unseen = 0;
    this.#showJumpDown();
  }

  #showJumpDown() {
    this.jumpDown.hidden = this.#following;
    this.jumpDown.lastElementChild.textContent = this.#unseen || "";
  }

  #countUnseen(fresh) {
    this.#unseen += fresh;
    this.#showJumpDown();
  }

  #jumpTo(id) {
    const known = this.#messages.get(id);
    if (!known) return;
    this.#following = false;
    known.node.scrollIntoView({ block: "center", behavior: "smooth" });
    known.node.focus({ preventScroll: true });
    known.node.classList.add("found");
    setTimeout(() => known.node.classList.remove("found"), 1500);
  }

  // Moving through the messages by keyboard: one message at a time takes part in the tab order.

  #currentByDefault() {
    if (this.log.contains(document.activeElement)) return;
    const keys = this.log.querySelectorAll(".message .keys");
    this.#makeCurrent(keys.length ? keys[keys.length - 1].closest(".message") : this.log.lastElementChild?.closest(".message"));
  }

  #makeCurrent(node) {
    if (!node || node === this.#current) return;
    if (this.#current) this.#reachable(this.#current, false);
    this.#current = node;
    this.#reachable(node, true);
  }

  #reachable(node, yes) {
    for (const part of node.querySelectorAll("button, a, .spoiler:not(.shown), pre")) part.tabIndex = yes ? 0 : -1;
  }

  #logKey(event) {
    if (!["ArrowUp", "ArrowDown", "Home", "End", "Enter"].includes(event.key)) return;
    const nodes = [...this.log.querySelectorAll(".message")];
    const here = event.target.closest(".message");
    if (event.key === "Enter") {
      if (event.target === here) { event.preventDefault(); here.querySelector(".actions")?.click(); }
      return;
    }
    event.preventDefault();
    const at = here ? nodes.indexOf(here) : nodes.length;
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: nodes.length - 1 }[event.key];
    const next = nodes[Math.max(0, Math.min(to, nodes.length - 1))];
    next?.focus();
  }

  // Wishes of a bubble

  #wishes = {
    tap: (message, button, node) => this.#tap(message, button, node),
    command: (text) => this.#say(text),
    actions: (message, node) => this.#messageMenu(message, node),
    jump: (id) => this.#jumpTo(id),
  };

  async #tap(message, button, node) {
    if (button.data === null) { this.report("This kind of button does nothing in the demo."); return; }
    node.classList.add("waiting");
    node.setAttribute("aria-busy", "true");
    this.#tapping += 1;
    const query = await this.#ask("taps", { message: message.id, data: button.data });
    this.#tapping -= 1;
    if (!query || this.#answered.delete(query)) this.#stopWaiting(node);
    else this.#pending.set(query, node);
  }

  #stopWaiting(node) {
    node.classList.remove("waiting");
    node.removeAttribute("aria-busy");
  }

  answer({ query, text, alert, url }) {
    const node = this.#pending.get(query);
    const tappedHere = Boolean(node) || this.#tapping > 0;
    if (node) { this.#pending.delete(query); this.#stopWaiting(node); } else if (tappedHere) this.#answered.add(query);
    if (url && tappedHere) window.open(url, "_blank", "noopener");
    if (!text) return;
    if (alert && tappedHere) showDialog(el("p", { class: "alert-text", dir: "auto" }, text), { label: this.person.bot });
    else this.#toast(text);
  }

  #toast(text) {
    const toast = el("p", { class: "toast", dir: "auto" }, text);
    this.toastPlace.replaceChildren(toast);
    setTimeout(() => toast.remove(), 4000);
  }

  // What the bot is doing

  action(name) {
    clearTimeout(this.#actionTimer);
    if (!name) { this.#clearAction(); return; }
    const atEnd = this.#atEnd();
    this.status.textContent = `${ACTIONS[name] ?? "typing"}…`;
    this.status.classList.add("active");
    this.typing.hidden = false;
    if (atEnd) this.#toEnd();
    this.#actionTimer = setTimeout(() => this.#clearAction(), ACTION_SECONDS * 1000);
  }

  #clearAction() {
    clearTimeout(this.#actionTimer);
    this.#actionTimer = 0;
    this.status.textContent = "bot";
    this.status.classList.remove("active");
    this.typing.hidden = true;
  }

  // Menus

  #personMenu(anchor) {
    const { blocked, name } = this.person;
    openMenu(anchor, `More about ${name}`, [
      blocked
        ? { text: "Unblock and restart", image: "block", action: () => this.#ask("unblocks") }
        : { text: "Block the bot", image: "block", danger: true, action: () => this.#ask("blocks") },
      { text: "Send the longest message there can be", image: "list", action: () => this.#say("All work and some play. ".repeat(171).slice(0, 4096)) },
    ]);
  }

  #commandMenu() {
    const items = this.person.commands.map(({ command, description }) => ({ text: description, glyph: `/${command}`, action: () => this.#say(`/${command}`) }));
    openMenu(this.menuButton, "Commands", items);
  }

  #attachMenu() {
    openMenu(this.attach, "Send something else", [
      { text: "Picture from this computer", glyph: "🖼️", action: () => this.chosenFile.click() },
      { text: "Sample picture", glyph: "🌄", action: () => this.#ask("sends", { kind: "photo", caption: this.input.value }) },
      ...ATTACHMENTS.map(([kind, glyph, text]) => ({ text, glyph, action: () => this.#ask("sends", { kind }) })),
    ]);
  }

  #messageMenu(message, anchor) {
    const copy = message.text && !message.protected;
    openMenu(anchor, "Message actions", [
      { text: "Reply", image: "reply", action: () => this.#startReply(message) },
      message.own && message.text && { text: "Edit", image: "edit", action: () => this.#startEdit(message) },
      copy && { text: "Copy text", image: "copy", action: () => navigator.clipboard?.writeText(message.text) },
      ...(message.own ? [] : ["👍", "❤"].map((emoji) => ({ text: `React with ${emoji}`, glyph: emoji, action: () => this.#ask("reacts", { message: message.id, emoji }) }))),
      { text: "Delete for both", image: "trash", danger: true, action: () => this.#ask("deletes", { message: message.id }) },
    ]);
  }

  // Writing

  #start() {
    if (this.person.blocked) this.#ask("unblocks");
    else this.#say("/start");
    setTimeout(() => this.input.focus(), 100);
  }

  #say(text) {
    return this.#ask("says", { text, reply_to: this.#takeReply() });
  }

  #takeReply() {
    const id = this.#replyTo;
    if (id) this.#endContext();
    return id;
  }

  #send() {
    const text = this.input.value;
    if (!text.trim()) return;
    if (this.#editing) this.#ask("edits", { message: this.#editing, text });
    else this.#say(text);
    this.#endContext();
    this.input.value = "";
    this.#typed();
    this.#toEnd();
  }

  #startReply(message) {
    this.#editing = null;
    this.#replyTo = message.id;
    this.#showContext("reply", `Reply to ${message.own ? "yourself" : this.person.bot}`, message);
  }

  #startEdit(message) {
    this.#replyTo = null;
    this.#editing = message.id;
    this.input.value = message.text;
    this.#showContext("edit", "Edit message", message);
    this.#typed();
  }

  #showContext(image, title, message) {
    this.context.hidden = false;
    this.context.replaceChildren(icon(image), el("p", {}, el("b", {}, title), el("span", {}, message.text.slice(0, 80) || message.kind)),
      el("button", { type: "button", class: "round-button", "aria-label": "Cancel", onclick: () => { this.#endContext(); this.input.focus(); } }, icon("close")));
    this.input.focus();
  }

  #endContext() {
    if (this.#editing) { this.input.value = ""; this.#grow(); }
    this.#editing = this.#replyTo = null;
    this.context.hidden = true;
  }

  async #sendPicture() {
    const [file] = this.chosenFile.files;
    this.chosenFile.value = "";
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
    this.#ask("sends", { kind: "photo", data: btoa(binary), filename: file.name, caption: this.input.value });
    this.input.value = "";
    this.#typed();
  }

  #typed() {
    this.#grow();
    const match = /^\/(\w*)$/.exec(this.input.value);
    const fitting = match ? this.person.commands.filter(({ command }) => command.startsWith(match[1].toLowerCase())) : [];
    this.#suggest(fitting);
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
  }

  #suggest(commands) {
    this.#picked = commands.length ? 0 : -1;
    this.suggestions.hidden = commands.length === 0;
    this.input.setAttribute("aria-expanded", String(commands.length > 0));
    this.suggestions.replaceChildren(...commands.map(({ command, description }, n) =>
      el("li", { role: "option", id: `command-${this.id}-${n}`, "data-command": command, onclick: () => this.#choose(command) },
        el("b", {}, `/${command}`), el("span", {}, description))));
    this.#showPicked();
  }

  #showPicked() {
    [...this.suggestions.children].forEach((option, n) => option.setAttribute("aria-selected", String(n === this.#picked)));
    const picked = this.suggestions.children[this.#picked];
    if (picked) { this.input.setAttribute("aria-activedescendant", picked.id); picked.scrollIntoView({ block: "nearest" }); }
    else this.input.removeAttribute("aria-activedescendant");
  }

  #choose(command) {
    this.input.value = "";
    this.#typed();
    this.#say(`/${command}`);
    this.input.focus();
  }

  #closeSuggestions() {
    this.#suggest([]);
  }

  #inputKey(event) {
    const open = !this.suggestions.hidden;
    const count = this.suggestions.children.length;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const picked = open ? this.suggestions.children[this.#picked] : null;
      if (picked) this.#choose(picked.dataset.command);
      else this.#send();
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.#picked = (this.#picked + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
      this.#showPicked();
    } else if (event.key === "Escape") {
      closeMenu();
      if (open) this.#closeSuggestions();
      else this.#endContext();
    } else if (event.key === "ArrowUp" && this.input.value === "") {
      const mine = [...this.#messages.values()].findLast(({ message }) => message.own && message.text);
      if (mine) { event.preventDefault(); this.#startEdit(mine.message); }
    }
  }

  #redate() {
    for (const day of this.log.querySelectorAll(".day")) day.remove();
    let before = null;
    for (const { message, node } of this.#messages.values()) {
      const day = dayOf(this.id, message.date);
      if (day !== before) node.before(this.#day(day));
      node.dataset.day = before = day;
      const time = node.querySelector("time");
      if (time) time.textContent = timeOf(this.id, message.date);
    }
  }

  // The clock was turned, or the person's zone became known.
  retime() {
    const zone = zoneName(this.id);
    if (zone !== this.#zone) {
      this.#zone = zone;
      this.#redate();
    }
    this.tick();
  }
}
