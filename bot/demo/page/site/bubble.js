// One message as a bubble.

import { el, hidden, icon, showDialog } from "./dom.js";
import { formatted } from "./text.js";
import { timeOf } from "./times.js";

const DICE = { "🎲": ["", "⚀", "⚁", "⚂", "⚃", "⚄", "⚅"] };

// `on` holds what a bubble can ask for: tap(message, button, element), command(text), actions(message, element), jump(id).
export function bubble(message, { botName, on }) {
  const service = message.kind === "service" || message.kind === "pinned_message";
  const node = el("article", {
    class: `message ${service ? "service" : message.own ? "own" : "theirs"}`,
    "data-id": message.id, tabindex: -1 });
  if (service) {
    node.append(el("p", {}, serviceLine(message, botName)));
    return node;
  }
  const bare = message.kind === "sticker" || message.kind === "dice" || message.kind === "video_note";
  const body = el("div", { class: bare ? "bubble bare" : "bubble" },
    hidden(message.own ? "You: " : `${botName}: `), ...above(message, on), ...content(message, on), foot(message));
  node.append(el("div", { class: "bubble-line" }, body, actionsButton(message, on)), ...keyboard(message, on));
  return node;
}

function serviceLine(message, botName) {
  const who = message.own ? "You" : botName;
  return message.kind === "pinned_message" ? `${who} pinned “${message.about}”` : `${who}: ${message.about}`;
}

function above(message, on) {
  const parts = [];
  if (message.forwarded) parts.push(el("p", { class: "forwarded" }, `Forwarded from ${message.forwarded}`));
  if (message.via) parts.push(el("p", { class: "forwarded" }, `via @${message.via}`));
  if (message.reply) {
    parts.push(el("button", { type: "button", class: "reply-to", onclick: () => on.jump(message.reply.id) },
      hidden("In reply to: "), el("span", {}, message.reply.text)));
  }
  return parts;
}

function content(message, on) {
  const maker = KINDS[message.kind];
  const parts = maker ? [maker(message)] : [];
  if (message.text) {
    const short = !maker && message.entities.length === 0 && bigEmoji(message.text);
    parts.push(el("div", { class: short ? "text huge" : "text last", dir: "auto" },
      formatted(message.text, message.entities, on.command)));
  } else if (!maker) {
    parts.push(el("p", { class: "text faint" }, "An empty message"));
  }
  return parts;
}

const bigEmoji = (text) => text.length < 12 && /^(\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u.test(text) && !/^[\d#*\s]+$/.test(text);

function foot(message) {
  const marks = [];
  if (message.silent) marks.push(el("span", { class: "mark", title: "Sent without a sound" }, icon("silent"), hidden("Sent without a sound. ")));
  if (message.protected) marks.push(el("span", { class: "mark", title: "Cannot be forwarded or saved" }, icon("lock"), hidden("Cannot be forwarded or saved. ")));
  if (message.edited) marks.push(el("span", {}, "edited "));
  return el("p", { class: "foot" }, ...reactions(message), ...marks,
    el("time", { datetime: new Date(message.date * 1000).toISOString() }, timeOf(message.chat, message.date)),
    message.own ? ticks() : null);
}

function ticks() {
  const sent = icon("ticks");
  sent.classList.add("ticks");
  return sent;
}

function reactions(message) {
  if (!message.reactions?.length) return [];
  return [el("span", { class: "reactions" }, hidden("Reactions: "), message.reactions.join(" "))];
}

function actionsButton(message, on) {
  const button = el("button", { type: "button", class: "actions", "aria-label": "Message actions", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  button.addEventListener("click", () => on.actions(message, button));
  return button;
}

function keyboard(message, on) {
  if (!message.rows.length) return [];
  const rows = message.rows.map((row) => el("div", { class: "keys-row" }, ...row.map((button) => key(message, button, on))));
  return [el("div", { class: "keys", role: "group", "aria-label": "Buttons" }, ...rows)];
}

function key(message, button, on) {
  const classes = `key ${button.style}`;
  if (button.url) {
    return el("a", { class: classes, href: /^(https?|tg|mailto|tel):/i.test(button.url) ? button.url : `https://${button.url}`, target: "_blank", rel: "noopener noreferrer" },
      button.label, icon("link"), hidden(" (opens a link)"));
  }
  const node = el("button", { type: "button", class: classes, "data-data": button.data }, el("span", { dir: "auto" }, button.label));
  node.addEventListener("click", () => on.tap(message, button, node));
  return node;
}

// Kinds other than text

const KINDS = {
  photo: picture,
  sticker: (message) => el("p", { class: "sticker", role: "img", "aria-label": `Sticker ${message.file.emoji ?? ""}` }, message.file.emoji ?? "🙂"),
  dice: (message) => el("p", { class: "sticker", role: "img", "aria-label": `Dice: ${message.about.value}` }, DICE[message.about.emoji]?.[message.about.value] ?? message.about.emoji),
  voice: (message) => sound(message, "Voice message"),
  audio: (message) => sound(message, message.file.title ?? "Music"),
  video: (message) => moving(message, "Video"),
  animation: (message) => moving(message, "GIF"),
  video_note: (message) => el("div", { class: "round", role: "img", "aria-label": "Video message" }, icon("play"), el("span", {}, seconds(message.file.duration))),
  document: file,
  location: (message) => map(message.about, "Location"),
  venue: (message) => map(message.about.location, message.about.title, message.about.address),
  contact: (message) => el("div", { class: "card" }, el("span", { class: "card-icon" }, icon("person")),
    el("span", {}, el("b", {}, message.about.first_name), el("br"), message.about.phone_number)),
  poll,
  story: () => el("p", { class: "text faint" }, "A story"),
};

function picture(message) {
  const { id, width, height } = message.file;
  const image = el("img", { src: `/sent/${id}`, alt: message.covered ? "" : "Picture", width, height, loading: "lazy" });
  const button = el("button", { type: "button", class: message.covered ? "picture covered" : "picture",
    "aria-label": message.covered ? "Hidden picture. Press to show." : "Open the picture" }, image);
  button.addEventListener("click", () => {
    if (button.classList.contains("covered")) {
      button.classList.remove("covered");
      button.setAttribute("aria-label", "Open the picture");
    } else {
      const large = el("img", { src: `/sent/${id}`, alt: message.text || "Picture", class: "large-picture" });
      showDialog(large, { label: "Picture", buttons: [{ text: "Close", value: "close" }], wide: true });
    }
  });
  return button;
}

const seconds = (count = 0) => `${Math.floor(count / 60)}:${String(count % 60).padStart(2, "0")}`;

function sound(message, name) {
  const bars = el("span", { class: "wave", "aria-hidden": "true" });
  for (let n = 0; n < 26; n++) bars.append(el("i", { class: `h${(n * 7 + (message.id * 3) % 5) % 6}` }));
  return el("div", { class: "card" }, el("span", { class: "card-icon" }, icon("play")),
    el("span", {}, hidden(`${name}, `), bars, el("span", { class: "faint" }, seconds(message.file.duration))));
}

function moving(message, name) {
  return el("div", { class: "moving", role: "img", "aria-label": name }, icon("play"), el("span", {}, `${name} ${seconds(message.file.duration)}`));
}

function file(message) {
  const { id, file_name: name = "File", file_size: size = 0 } = message.file;
  const about = el("span", {}, el("b", { class: "file-name" }, name), el("br"), el("span", { class: "faint" }, fileSize(size)));
  const inside = [el("span", { class: "card-icon" }, icon("file")), about];
  if (message.protected) return el("div", { class: "card" }, ...inside);
  return el("a", { class: "card", href: `/sent/${id}`, download: name }, ...inside);
}

const fileSize = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

function map(place, title, address = null) {
  return el("div", { class: "map" }, el("div", { class: "map-picture", "aria-hidden": "true" }, icon("place")),
    el("p", {}, el("b", {}, title), el("br"), address ?? `${place.latitude.toFixed(4)}, ${place.longitude.toFixed(4)}`));
}

function poll(message) {
  return el("div", { class: "poll" }, el("b", {}, message.about.question), el("p", { class: "faint" }, message.about.is_closed ? "Final results" : "Anonymous poll"),
    el("ul", {}, ...message.about.options.map((option) => el("li", {}, option.text))));
}
