// SPDX-License-Identifier: BSD-3-Clause
// Numbers and times as people read them, and elements of the page. Knows nothing of the switch.

/** 1234567 is "1.2M". */
export function human(value) {
  if (value === null || value === undefined) return "–";
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]])
    if (value >= size * 0.9995) return (value / size).toFixed(value < size * 99.95 ? 1 : 0) + unit;
  return value > 0 && value < 10 && value % 1 ? value.toFixed(1) : String(Math.round(value));
}

export const perSecond = (value) => human(value) + "/s";
export const percent = (share) => (share * 100).toFixed(share > 0 && share < 0.0995 ? 1 : 0) + " %";
export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");

export function ago(seconds) {
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  return Math.round(seconds / 3600) + " h";
}

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** Only what has changed touches the document. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttr(node, key, value) {
  if (node.getAttribute(key) !== String(value)) node.setAttribute(key, value);
}

/** Text in which `code` stands between backticks. */
export function code(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

/**
 * Keep the children of a list as the items are: make(item) for a key that is new, update(node, item) for all.
 * Nodes stay what they are, so that focus and selection stay where they are.
 */
export function keep(list, items, keyOf, make, update) {
  const there = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = null;
  for (const item of items) {
    const key = keyOf(item);
    let node = there.get(key);
    there.delete(key);
    if (!node) {
      node = make(item);
      node.dataset.key = key;
    }
    update(node, item);
    const place = before ? before.nextSibling : list.firstChild;
    if (place !== node) list.insertBefore(node, place);
    before = node;
  }
  for (const node of there.values()) node.remove();
}
