// Building elements without innerHTML, so that nothing anyone writes can become markup.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const PATHS = {
  send: "M3.400 20.400 21 12 3.400 3.600 3.300 10l11 2-11 2z",
  attach: "M16.500 6.500v9.700a4.300 4.300 0 0 1-8.600 0V5.500a2.800 2.800 0 0 1 5.600 0v9.800a1.200 1.200 0 0 1-2.400 0V6.500H9.600v8.800a2.700 2.700 0 0 0 5.400 0V5.500a4.300 4.300 0 0 0-8.600 0v10.700a5.800 5.800 0 0 0 11.600 0V6.500z",
  menu: "M4 6h16v2H4zm0 5h16v2H4zm0 5h10v2H4z",
  more: "M12 7a1.800 1.800 0 1 0 0-3.600A1.800 1.800 0 0 0 12 7m0 6.800a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600m0 6.800a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600",
  close: "m6.400 5 5.600 5.600L17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400z",
  down: "m12 15.500-6-6L7.400 8l4.600 4.600L16.600 8 18 9.500z",
  pin: "M16 3v2l-1 .800V11l3 3v2h-5v5.500l-1 1-1-1V16H6v-2l3-3V5.800L8 5V3z",
  silent: "M12 22a2 2 0 0 0 2-2h-4a2 2 0 0 0 2 2M3.300 2 2 3.300 6.500 7.800A6 6 0 0 0 6 10v6l-2 2v1h13.700l3 3 1.300-1.300zM18 14.900V10a6 6 0 0 0-4.500-5.800V3.500a1.500 1.500 0 0 0-3 0v.700a6 6 0 0 0-1.800.800z",
  lock: "M17 9V7A5 5 0 0 0 7 7v2a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-8a2 2 0 0 0-2-2m-8-2a3 3 0 0 1 6 0v2H9z",
  reply: "M10 9V5l-7 7 7 7v-4.100c5 0 8.500 1.600 11 5.100-1-5-4-10-11-11",
  edit: "M3 17.200V21h3.800L17.800 10l-3.800-3.800zM20.700 7a1 1 0 0 0 0-1.400l-2.300-2.300a1 1 0 0 0-1.400 0L15.200 5.100 19 8.900z",
  trash: "M6 19a2 2 0 0 0 2 2h8a2 2 0 0 0 2-2V7H6zM19 4h-3.500l-1-1h-5l-1 1H5v2h14z",
  copy: "M16 1H4a2 2 0 0 0-2 2v14h2V3h12zm3 4H8a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V7a2 2 0 0 0-2-2m0 16H8V7h11z",
  add: "M15 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M6 10V7H4v3H1v2h3v3h2v-3h3v-2zm9 4c-2.700 0-8 1.300-8 4v2h16v-2c0-2.700-5.300-4-8-4",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10M11 1h2v4h-2zm0 18h2v4h-2zM1 11h4v2H1zm18 0h4v2h-4zM4.200 5.600l1.400-1.400 2.800 2.800L7 8.400zM15.600 17l1.400-1.400 2.800 2.800-1.400 1.400zM4.200 18.400 7 15.600 8.400 17l-2.800 2.800zM15.600 7l2.800-2.800 1.400 1.400L17 8.400z",
  moon: "M12.300 3a9 9 0 1 0 8.700 11.500 7.500 7.500 0 0 1-8.700-11.500",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18m0 16V5a7 7 0 0 1 0 14",
  backstage: "M4 5h10v2H4zm13-1h2v4h-2zm-1 1h-2 0zM20 5h1v2h-1zM4 11h3v2H4zm6-1h2v4h-2zm3 1h8v2h-8zM4 17h8v2H4zm11-1h2v4h-2zm3 1h3v2h-3z",
  link: "M14 3v2h3.600l-9.800 9.800 1.400 1.400L19 6.400V10h2V3zM5 5h5V3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2v-5h-2v5H5z",
  file: "M6 2a2 2 0 0 0-2 2v16a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2V8l-6-6zm7 7V3.500L18.500 9z",
  play: "M8 5v14l11-7z",
  place: "M12 2a7 7 0 0 0-7 7c0 5.300 7 13 7 13s7-7.700 7-13a7 7 0 0 0-7-7m0 9.500A2.500 2.500 0 1 1 12 6.500a2.500 2.500 0 0 1 0 5",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8m0 2c-2.700 0-8 1.300-8 4v2h16v-2c0-2.700-5.300-4-8-4",
  clock: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20m1 10.600 4.200 2.500-.800 1.200L11.500 13V7H13z",
  plug: "M16 7V3h-2v4h-4V3H8v4a2 2 0 0 0-2 2v5.500L9.500 18v3h5v-3l3.500-3.500V9a2 2 0 0 0-2-2",
  list: "M4 6h2v2H4zm4 0h12v2H8zM4 11h2v2H4zm4 0h12v2H8zM4 16h2v2H4zm4 0h12v2H8z",
  block: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M4 12a8 8 0 0 1 12.900-6.300L5.700 16.900A7.900 7.900 0 0 1 4 12m8 8a7.900 7.900 0 0 1-4.900-1.700L18.300 7.100A8 8 0 0 1 12 20",
  ticks: "m18 7-1.400-1.400-6.300 6.300 1.400 1.400zm4.200-1.400L11.700 16.200l-4.200-4.200-1.400 1.400 5.600 5.600L23.600 7zM.400 13.400 6 19l1.400-1.400-5.600-5.600z",
  earlier: "m12 8.500 6 6-1.400 1.500L12 11.400 7.400 16 6 14.500z",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export const hidden = (text) => el("span", { class: "hidden" }, text);

// A menu of buttons under (or over) the button that opens it: arrows move, Escape closes, focus comes back.
export function openMenu(anchor, label, items) {
  closeMenu();
  const entries = items.filter(Boolean).map(({ text, glyph, image, action, danger }) =>
    el("button", { type: "button", role: "menuitem", tabindex: -1, class: danger ? "danger" : null,
      onclick: () => { closeMenu(); action(); } }, image ? icon(image) : null,
      glyph ? el("span", { class: "glyph", "aria-hidden": "true" }, glyph) : null, text));
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label }, ...entries);
  open = { menu, anchor };
  document.body.append(menu);
  anchor.setAttribute("aria-expanded", "true");
  place(menu, anchor);
  menu.addEventListener("keydown", (event) => onMenuKey(event, entries));
  setTimeout(() => document.addEventListener("pointerdown", onOutside), 0);
  entries[0]?.focus();
}

let open = null;

export function closeMenu() {
  if (!open) return;
  const { menu, anchor } = open;
  open = null;
  const inside = menu.contains(document.activeElement);
  menu.remove();
  anchor.setAttribute("aria-expanded", "false");
  document.removeEventListener("pointerdown", onOutside);
  if (inside) anchor.focus();
}

function onOutside(event) {
  if (open && !open.menu.contains(event.target)) closeMenu();
}

function onMenuKey(event, entries) {
  const at = entries.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 };
  if (event.key in moves) {
    event.preventDefault();
    entries[(moves[event.key] + entries.length) % entries.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  }
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = box.bottom + height + 8 < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
  menu.style.top = below ? `${box.bottom + 6}px` : `${Math.max(8, box.top - height - 6)}px`;
}

// A small window that must be answered. Resolves with the button's value, or "" when it was dismissed.
export function showDialog(content, { label, buttons = [{ text: "OK", value: "ok" }], wide = false }) {
  return new Promise((resolve) => {
    const dialog = el("dialog", { class: wide ? "dialog wide" : "dialog", "aria-label": label },
      el("form", { method: "dialog" }, content,
        el("div", { class: "dialog-buttons" }, ...buttons.map(({ text, value, quiet }) =>
          el("button", { value, class: quiet ? "plain" : "strong", formnovalidate: quiet }, text)))));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
