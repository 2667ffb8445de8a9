// Keys of the desk. Nothing here is needed: every key has a link or a button that does the same. The list of keys is the page /keys.
"use strict";

const LISTS = { p: "/people", u: "/units", v: "/incidents", a: "/acts", l: "/places", e: "/exhibits", s: "/sources" };
const PLACES = { t: "/today", i: "/inbox", c: "/cases", b: "/book", d: "/decide", w: "/watch", m: "/members", ...LISTS };
let waiting = false;
let at = -1;

// A place can be gone to where the page offers it; a list where there is the book.
const isOpen = (href) => href !== undefined && document.querySelector(`.ways a[href="${Object.values(LISTS).includes(href) ? "/book" : href}"]`) !== null;
const lines = () => [...document.querySelectorAll("[data-move]")].filter((line) => line.getClientRects().length > 0);

function move(by) {
  const all = lines();
  if (all.length === 0) return;
  const focused = document.activeElement?.closest?.("[data-move]");
  if (focused) at = all.indexOf(focused);
  at = Math.min(Math.max(at + by, 0), all.length - 1);
  document.querySelector(".picked")?.classList.remove("picked");
  const line = all[at];
  line.classList.add("picked");
  const link = line.querySelector("a[data-open], a.name, a");
  if (!line.hasAttribute("tabindex")) line.tabIndex = -1;
  (line.matches(".line") || !link ? line : link).focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest" });
}

function open() {
  const line = document.querySelector(".picked");
  const link = line?.querySelector("a[data-open], .line-value a.name, .row-name a.name, a.name, summary, a");
  link?.click();
  return Boolean(link);
}

function decide(key) {
  const line = document.querySelector(".picked") ?? document;
  const button = line.querySelector(`[data-key="${key}"]`);
  const about = button?.closest("details");
  // The first press shows what will be decided, the second decides.
  if (about && !about.open) {
    about.open = true;
    button.focus();
  } else {
    button?.click();
  }
  return Boolean(button);
}

function start() {
  const link = document.querySelector("[data-add], [data-new]");
  if (!link || link.getClientRects().length === 0) return false;
  link.click();
  return true;
}

function typing(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  // Letters are read by their place on the keyboard, so that they work in a Cyrillic layout.
  const letter = /^Key[A-Z]$/.test(event.code) ? event.code.slice(3).toLowerCase() : "";
  let done = true;
  if (waiting && isOpen(PLACES[letter])) location.assign(PLACES[letter]);
  else if (event.key === "/" || (event.code === "Slash" && !event.shiftKey)) document.getElementById("q")?.focus();
  else if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) location.assign("/keys");
  else if (letter === "j") move(1);
  else if (letter === "k") move(-1);
  else if (letter === "n") done = start();
  else if (["1", "2", "3"].includes(event.key)) done = decide(event.key);
  else if (event.key === "Enter" && document.activeElement?.matches(".picked")) done = open();
  else done = false;
  waiting = letter === "g" && !waiting;
  if (done || waiting) event.preventDefault();
});
