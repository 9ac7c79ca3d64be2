// Formatted text: entities (in UTF-16 units, as JavaScript counts) become elements.

import { el, icon } from "./dom.js";

const PLAIN = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };

export function formatted(text, entities, onCommand) {
  const inOrder = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length || rank(a) - rank(b));
  const fragment = document.createDocumentFragment();
  fragment.append(...pieces(text, 0, text.length, inOrder, onCommand));
  return fragment;
}

const OUTER = ["blockquote", "expandable_blockquote", "pre", "code", "text_link"];
const BLOCK_TAGS = ["BLOCKQUOTE", "PRE"];
const rank = (entity) => (OUTER.includes(entity.type) ? 0 : 1);

function pieces(text, start, end, entities, onCommand) {
  const nodes = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [entity, ...others] = rest;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    if (from > at) nodes.push(between(text, at, from, nodes.at(-1)));
    if (to > from) {
      const inside = others.filter((e) => e.offset < to);
      nodes.push(wrapped(entity, text.slice(from, to), pieces(text, from, to, inside, onCommand), onCommand));
      at = to;
    }
    rest = others.filter((e) => e.offset + e.length > at);
  }
  if (at < end) nodes.push(between(text, at, end, nodes.at(-1)));
  return nodes;
}

// Plain text after another part. A quote or a code block ends its own line, so the line break after it is spent.
function between(text, start, end, before) {
  return text.slice(BLOCK_TAGS.includes(before?.tagName) && text[start] === "\n" ? start + 1 : start, end);
}

function wrapped(entity, part, children, onCommand) {
  switch (entity.type) {
    case "bold": case "italic": case "underline": case "strikethrough":
      return el(PLAIN[entity.type], {}, ...children);
    case "spoiler": return spoiler(children);
    case "blockquote": return el("blockquote", {}, ...children);
    case "expandable_blockquote": return expandable(children);
    case "code": return el("code", {}, ...children);
    case "pre": return el("pre", { "data-language": entity.language ?? null, tabindex: 0 }, ...children);
    case "text_link": return link(entity.url, children);
    case "url": return link(part.includes("://") ? part : `https://${part}`, children);
    case "email": return link(`mailto:${part}`, children);
    case "phone_number": return link(`tel:${part.replaceAll(/[^+\d]/g, "")}`, children);
    case "bot_command":
      return el("button", { type: "button", class: "command", onclick: () => onCommand(part) }, ...children);
    case "mention": case "hashtag": case "cashtag": return el("span", { class: "mention" }, ...children);
    default: return el("span", {}, ...children);
  }
}

function link(url, children) {
  const safe = /^(https?|mailto|tel|tg):/i.test(url) ? url : null;
  return el("a", { href: safe, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

function spoiler(children) {
  const inner = el("span", { "aria-hidden": "true", inert: true }, ...children);
  const node = el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Hidden text. Press to show." }, inner);
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (node.classList.contains("shown")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.add("shown");
    inner.removeAttribute("aria-hidden");
    inner.removeAttribute("inert");
    for (const name of ["role", "aria-label"]) node.removeAttribute(name);
  };
  node.addEventListener("click", show);
  node.addEventListener("keydown", show);
  return node;
}

function expandable(children) {
  const body = el("div", { class: "quote-body" }, ...children);
  const toggle = el("button", { type: "button", class: "quote-toggle", "aria-expanded": "false", "aria-label": "Show the whole quote" }, icon("down"));
  const quote = el("blockquote", { class: "expandable" }, body, toggle);
  toggle.addEventListener("click", () => {
    const shown = quote.classList.toggle("expanded");
    toggle.setAttribute("aria-expanded", String(shown));
    toggle.setAttribute("aria-label", shown ? "Show less of the quote" : "Show the whole quote");
  });
  return quote;
}
