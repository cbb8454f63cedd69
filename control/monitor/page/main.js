// SPDX-License-Identifier: BSD-3-Clause
// Gets the state, once an interval, and has every part of the page show it. Says when it is old.

import { setText, setAttr, clock, ago } from "/words.js";
import { updatePanel, goToMark } from "/panel.js";
import { updateHeadline, updateDrops, updatePorts, updateCores, updateEvents, updateTables } from "/lists.js";
import { setHistory, addState, drawAll } from "/past.js";

const byId = (id) => document.getElementById(id);
const SPEAK_MS = 10000; // a screen reader is told at most so often

let state = null, came = 0, source = null, search = "";
let spoken = "", spokenAt = 0;

// -- what is said --------------------------------------------------------------------------------

function fresh() {
  const node = byId("fresh"), age = (performance.now() - came) / 1000;
  const old = !state || age > 3 * state.interval + 1;
  const words = !state ? "Not connected yet."
    : old ? `No news since ${clock(state.time)} (${ago(age)} ago): what is shown is old. Connecting again…`
      : `Live, as of ${clock(state.time)}`;
  setText(node, words);
  setAttr(node, "class", old ? "bad" : "good");
  document.title = (state && !old && state.headline.drops_per_second > 0 ? "⚠ " : "") + "spp-event";
}

function speak() {
  const down = state.processes.filter((p) => !p.up).map((p) => p.name + " does not answer");
  const drops = state.drops.filter((d) => d.per_second > 0).slice(0, 3).map((d) => `${d.component || d.port} of ${d.vf} drops: ${d.reason}`);
  const words = [...down, ...drops].join(". ") || "All is well";
  const now = performance.now();
  if (words === spoken || now - spokenAt < SPEAK_MS) return;
  spoken = words;
  spokenAt = now;
  setText(byId("speak"), words);
}

// -- what is shown -------------------------------------------------------------------------------

function showDrop(key) {
  const item = document.getElementById("drop " + key);
  if (!item) return;
  item.scrollIntoView({ block: "center" });
  item.focus();
}

// Each part in a task of its own: none holds up the browser.
const parts = [
  () => updateHeadline(state),
  () => updateDrops(state, search, goToMark),
  () => updatePanel(byId("panel"), state, search, showDrop, render),
  () => updatePorts(state, search),
  () => updateCores(state, search),
  () => { updateEvents(state); updateTables(state); },
  () => { drawAll(); speak(); },
];
let next = parts.length;

function step() {
  if (next >= parts.length) return;
  parts[next++]();
  if (next < parts.length) setTimeout(step, 0);
}

function render() {
  if (!state) return;
  const idle = next >= parts.length;
  next = 0;
  if (idle) step();
}

function take(text) {
  state = JSON.parse(text);
  came = performance.now();
  addState(state);
  fresh();
  render();
}

// -- where it comes from -------------------------------------------------------------------------

function listen() {
  source = new EventSource("/api/events");
  source.onmessage = (event) => take(event.data);
}

async function begin() {
  try {
    setHistory(await (await fetch("/api/history")).json());
    take(await (await fetch("/api/state")).text());
  } catch {
    // The stream tries again by itself.
  }
  listen();
}

setInterval(() => {
  fresh();
  // EventSource gives up for good where it was refused.
  if (source && source.readyState === EventSource.CLOSED) listen();
}, 1000);

byId("search").addEventListener("input", (event) => {
  search = event.target.value.trim().toLowerCase();
  render();
});
byId("all").addEventListener("toggle", render);
begin();
