// The demo's clock and each person's wall clock.

let ahead = 0;
let zones = {};

export function setClock(clock) {
  ahead = clock.now * 1000 - Date.now();
  zones = clock.zones ?? {};
}

export const demoNow = () => Date.now() + ahead;

// Making a formatter is slow, so each is made once.
const formatters = new Map();

function formatter(zone, options) {
  const key = zone + JSON.stringify(options);
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone }));
  return formatters.get(key);
}

// A moment on a person's wall clock; in the browser's own zone where theirs is not known.
function format(person, milliseconds, options) {
  const zone = zones[person];
  if (zone?.zone) return formatter(zone.zone, options).format(milliseconds);
  if (zone) return formatter("UTC", options).format(milliseconds + zone.offset * 60000);
  return formatter(undefined, options).format(milliseconds);
}

export const timeOf = (person, seconds) => format(person, seconds * 1000, { hour: "2-digit", minute: "2-digit" });

export const utcTime = (seconds) =>
  formatter("UTC", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(seconds * 1000);

export const dayOf = (person, seconds) =>
  format(person, seconds * 1000, { weekday: "long", day: "numeric", month: "long" });

export const wallClock = (person) => format(person, demoNow(), { weekday: "short", hour: "2-digit", minute: "2-digit" });

export const zoneName = (person) => zones[person]?.zone?.replaceAll("_", " ") ?? "";

export function demoClock() {
  const now = demoNow();
  return {
    time: formatter("UTC", { hour: "2-digit", minute: "2-digit" }).format(now),
    date: formatter("UTC", { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(now),
  };
}

export function languageName(code) {
  try {
    const name = new Intl.DisplayNames([code], { type: "language" }).of(code);
    return name[0].toUpperCase() + name.slice(1);
  } catch {
    return code;
  }
}
