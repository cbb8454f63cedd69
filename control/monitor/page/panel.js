// SPDX-License-Identifier: BSD-3-Clause
// The patch panel of each spp_vf as SVG. It is drawn anew when the wiring, or what is folded, changes; else
// only numbers, widths and marks are touched.

import { el, svg, setAttr, setText, human, perSecond, percent } from "/words.js";
import { layout, passesBy, FOLDED_LANE, NODE_WIDTH as W, NODE_HEIGHT as H } from "/graph.js";

const open = new Set(); // "vf1 vhost3": unfolded
const drawn = new Map(); // by name of the spp_vf

const middle = (node) => node.y + H / 2;
const width = (rate) => (rate > 0 ? Math.min(9, 1.2 + 1.2 * Math.log10(1 + rate)) : 1);

function curve(x1, y1, x2, y2) {
  const bend = Math.max(24, Math.abs(x2 - x1) / 2) * (x2 >= x1 ? 1 : -1);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function ends(from, to, off) {
  const y1 = middle(from) + off, y2 = middle(to) + off;
  if (from.x < to.x) return [from.x + W, y1, to.x, y2];
  if (from.x > to.x) return [from.x, y1, to.x + W, y2];
  return [from.x + W, y1, to.x + W, y2];
}

/** A wire that passes other columns does so on its guest's row, where no box stands. */
function route(wire, x1, y1, x2, y2) {
  if (!passesBy(wire)) return curve(x1, y1, x2, y2);
  const component = wire.inwards ? wire.to : wire.from, x = component.x + W + 60;
  return wire.inwards ? `M${x1} ${y1}L${x} ${y1}` + curve(x, y1, x2, y2).replace(/^[^C]*/, "") : curve(x1, y1, x, y2) + `L${x2} ${y2}`;
}

function numberAt(wire, x1, y1, x2, y2) {
  const atFrom = wire.to.kind === "nic" || wire.from.kind !== "nic" && (wire.from.links.length < wire.to.links.length || (wire.from.links.length === wire.to.links.length && wire.to.kind === "vhost"));
  const [x, y, other, from] = atFrom ? [x1, y1, x2, y2] : [x2, y2, x1, y1];
  const right = other > x, below = wire.twin ? !wire.inwards : from < y - 4 && !passesBy(wire);
  return svg("text", { class: "faint rate", x: x + (right ? 5 : -5), y: below ? y + 14 : y - 6, "text-anchor": right ? "start" : "end" });
}

/** Which counter says what goes by a wire. */
function rateOf(vf, wire) {
  const port = vf.ports.find((p) => p.port === wire.port.name);
  if (!port) return 0;
  return (wire.inwards ? port.receive : port.transmit).packets_per_second || 0;
}

function suffix(end) {
  return (end.vlan || "") + (end.filter === "reserved" ? "-rsvd" : "");
}

/** Addresses of the table that lead to a guest: those of the ring its component takes from. */
function addresses(vf, guest) {
  for (const component of vf.components) {
    if (!component.tx.some((end) => end.port === guest.name)) continue;
    for (const end of component.rx) {
      const port = vf.ports.find((p) => p.port === end.port);
      if (port && port.nb_addresses) return port;
    }
  }
  const port = vf.ports.find((p) => p.port === guest.name);
  return port && port.nb_addresses ? port : null;
}

/** "vhost0 (web1)" */
export const called = (port) => (port.name ? `${port.port} (${port.name})` : port.port);
const shortened = (name) => (name.length > 10 ? name.slice(0, 9) + "…" : name);
const addressText = (port) => port.addresses[0] + (port.nb_addresses > 1 ? ` +${port.nb_addresses - 1}` : "");

/** "by nic1": which of its two NICs an uplink sends by. */
function sender(vf, uplink) {
  const nic = vf.ports.find((p) => p.uplink === uplink && p.sends);
  return nic ? "by " + nic.port : "";
}

function box(node) {
  const group = svg("g", { transform: `translate(${node.x} ${node.y})`, "data-key": node.key });
  const title = svg("title");
  const fill = svg("rect", { class: "fill", x: 1, y: 1, width: 0, height: H - 2, rx: 4 });
  const first = svg("text", { x: 8, y: 14 }), second = svg("text", { x: 8, y: 28, class: "faint" });
  group.append(title, svg("rect", { class: "node", width: W, height: H, rx: 5 }), fill, first, second);
  return { group, title, fill, first, second };
}

function unfold(vfName, guest, redraw) {
  const key = vfName + " " + guest.name;
  if (open.has(key)) open.delete(key);
  else open.add(key);
  redraw();
}

function asButton(group, label, act) {
  group.setAttribute("tabindex", "0");
  group.setAttribute("role", "button");
  if (label) group.setAttribute("aria-label", label);
  group.addEventListener("click", act);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

function draw(vf, plan, signature, redraw) {
  const picture = svg("svg", { width: plan.width, height: plan.height, role: "group", "aria-label": `patch panel of ${vf.name}` });
  const state = { signature, picture, boxes: new Map(), wires: [], plan, marks: svg("g") };
  const back = svg("g"), front = svg("g");
  for (const wire of plan.wires) {
    if (wire.from.hidden || wire.to.hidden) continue;
    const [x1, y1, x2, y2] = ends(wire.from, wire.to, wire.twin ? (wire.inwards ? -5 : 5) : 0);
    const path = svg("path", { class: "wire still", d: route(wire, x1, y1, x2, y2), "stroke-width": 1 });
    // A ring's number stands at the wire that fills it, if that is here; any at the end that has fewer wires.
    const said = wire.port.kind === "ring" && wire.inwards && plan.wires.some((w) => w.port === wire.port && !w.inwards);
    const text = said ? null : numberAt(wire, x1, y1, x2, y2);
    back.append(path);
    if (text) front.append(text);
    state.wires.push({ wires: [wire], path, text });
  }
  for (const guest of plan.nodes.filter((node) => node.kind === "vhost" && node.folded && !node.hidden)) {
    guest.ways.forEach((wire, i) => {
      const component = wire.inwards ? wire.to : wire.from;
      const lane = plan.nodes.filter((node) => node.guest === guest && node.y === component.y);
      const inner = lane.length ? lane.flatMap((node) => node.links).find((node) => !lane.includes(node) && node !== guest) : component;
      const label = `${wire.inwards ? "◂" : "▸"} ${[...lane].sort((a, b) => a.x - b.x).map((n) => n.component ? `${n.component.type} [${n.component.lcores}]` : n.name).join(" · ")}`;
      const y = guest.y + H / 2 + (i - (guest.ways.length - 1) / 2) * FOLDED_LANE;
      const x1 = inner ? inner.x + W : component.x;
      const path = svg("path", { class: "wire still", d: curve(x1, inner ? middle(inner) : y, x1 + 190 > guest.x ? x1 : x1 + 60, y) + `L${guest.x} ${y}`, "stroke-width": 1 });
      const text = svg("text", { x: guest.x - 8, y: y - 3, class: "faint rate", "text-anchor": "end" });
      back.append(path);
      front.append(text);
      state.wires.push({ wires: [wire], path, text, label });
    });
  }
  for (const node of plan.nodes) {
    if (node.hidden || node.y === undefined) continue;
    const made = box(node);
    if (node.kind === "vhost") {
      made.name = svg("text", { x: W + 8, y: 14 });
      made.beside = svg("text", { x: W + 8, y: 20, class: "faint" });
      made.group.append(made.name, made.beside);
      if (plan.fold) {
        asButton(made.group, "", () => unfold(vf.name, node, redraw));
        made.group.setAttribute("aria-expanded", String(!node.folded));
      }
    }
    front.append(made.group);
    state.boxes.set(node.key, { ...made, node });
  }
  picture.append(back, front, state.marks);
  return state;
}

function updateBox(vf, made) {
  const { node } = made;
  const classes = [];
  if (node.kind === "component") {
    const component = vf.components.find((c) => c.id === node.name);
    const cores = vf.lcores.filter((l) => component.lcores.includes(l.lcore));
    const busy = cores.length ? Math.max(...cores.map((l) => l.busy)) : 0;
    const asleep = cores.length && cores.every((l) => l.asleep > 0.98);
    if (asleep) classes.push("asleep");
    setAttr(made.fill, "width", Math.round((W - 2) * busy));
    const named = component.id.startsWith("core") ? component.type : component.id;
    setText(made.first, `${named} [${component.lcores.join(",")}]`);
    setText(made.second, asleep ? "asleep" : !cores.length ? component.status : `busy ${percent(busy)}` + (component.status === "forward" ? "" : ` · ${component.status}`));
    setText(made.title, `${component.type} ${component.id} on core ${component.lcores.join(", ")}: ${perSecond(component.packets_per_second)}, ${human(component.cycles_per_packet)} cycles a packet`);
  } else {
    const port = vf.ports.find((p) => p.port === node.name);
    const off = port && !port.up, name = port ? port.name : "";
    if (off) classes.push("off");
    setText(made.first, node.name);
    const link = !port ? "" : node.kind === "vhost" ? (port.up ? "guest" : "no guest") : node.kind === "nic" ? [port.up ? "link up" : "link down", sender(vf, node.name)].filter(Boolean).join(", ") : node.elsewhere || "";
    setText(made.second, name && !made.name ? `${shortened(name)} ${link}` : link);
    if (port) setText(made.title, `${called(port)}: in ${perSecond(port.receive.packets_per_second)}, out ${perSecond(port.transmit.packets_per_second)}`);
    if (made.beside) {
      const table = addresses(vf, node);
      setText(made.beside, table ? addressText(table) : "");
      setText(made.name, name);
      setAttr(made.beside, "y", name ? 28 : 20);
    }
  }
  if (made.found) classes.push("found");
  setAttr(made.group, "class", classes.join(" "));
}

function updateWire(vf, made) {
  const rate = made.wires.reduce((sum, wire) => sum + rateOf(vf, wire), 0);
  setAttr(made.path, "stroke-width", width(rate).toFixed(1));
  setAttr(made.path, "class", rate > 0 ? "wire" : "wire still");
  const end = suffix(made.wires[0].end);
  if (made.text) setText(made.text, (made.label ? made.label + " " : "") + (end ? end + " " : "") + (rate > 0 || made.label ? perSecond(rate) : ""));
}

/** Where a drop happens: its box, or that of the guest its lane is folded into. */
function placeOf(state, drop) {
  const key = drop.component ? "component " + drop.component : "port " + drop.port;
  const node = state.plan.nodes.find((n) => n.key === key);
  if (!node) return null;
  return state.boxes.get(key) || (node.guest && state.boxes.get(node.guest.key)) || null;
}

export const dropKey = (drop) => [drop.vf, drop.component || drop.port, drop.direction || "", drop.reason].join(" ");

function updateMarks(vf, state, drops, show) {
  const now = drops.filter((d) => d.vf === vf.name && d.per_second > 0);
  const heights = new Map();
  const there = new Map([...state.marks.children].map((mark) => [mark.dataset.key, mark]));
  for (const drop of now) {
    const place = placeOf(state, drop);
    if (!place) continue;
    const key = dropKey(drop), nth = heights.get(place) || 0;
    heights.set(place, nth + 1);
    let mark = there.get(key);
    there.delete(key);
    if (!mark) {
      mark = svg("g", { class: "drop", "data-key": key }, svg("title"), svg("rect", { x: -5, y: -13, height: 18, rx: 3 }), svg("text"));
      asButton(mark, "", () => show(key));
      state.marks.append(mark);
    }
    const words = `⚠ ${drop.reason} ${perSecond(drop.per_second)}`;
    setText(mark.children[2], words);
    setAttr(mark.children[1], "width", Math.round(words.length * 6.9 + 10));
    setText(mark.children[0], `${drop.meaning}: ${drop.remedy}`);
    setAttr(mark, "transform", `translate(${place.node.x + 10} ${place.node.y + H + 15 + 20 * nth})`);
  }
  for (const mark of there.values()) mark.remove();
}

/** A ring whose other end is in another spp_vf says so. */
function elsewhere(state, vf, vfs) {
  for (const node of state.plan.nodes.filter((n) => n.kind === "ring")) {
    const filled = node.links.some((n) => n.component.tx.some((e) => e.port === node.name));
    const emptied = node.links.some((n) => n.component.rx.some((e) => e.port === node.name));
    const side = filled ? "rx" : "tx";
    const others = filled === emptied ? [] : vfs.filter((o) => o !== vf && o.components.some((c) => c[side].some((e) => e.port === node.name)));
    node.elsewhere = others.length ? (filled ? "to " : "from ") + others.map((o) => o.name).join(", ") : "";
  }
}

const NAMES = (vf, node) => {
  const table = node.kind === "vhost" ? addresses(vf, node) : null;
  const port = vf.ports.find((p) => p.port === node.name);
  return `${node.name} ${port ? port.name : ""} ${node.component ? node.component.type + " core " + node.component.lcores.join(" core ") : ""} ${table ? table.addresses.join(" ") : ""}`.toLowerCase();
};

/** Does a guest, or anything on its way, match what is searched? */
function matches(vf, words) {
  if (!words) return () => true;
  return (guest) => {
    const seen = new Set([guest]), queue = [guest];
    while (queue.length) {
      const node = queue.pop();
      if (NAMES(vf, node).includes(words)) return true;
      for (const other of node.links)
        if (!seen.has(other) && other.links.length <= 2 && other.kind !== "vhost" && other.kind !== "nic") {
          seen.add(other);
          queue.push(other);
        }
    }
    return false;
  };
}

function rest(vf, vfs) {
  const used = new Set(vf.components.flatMap((c) => [...c.rx, ...c.tx]).map((end) => end.port));
  // Nor what another has, or has within an uplink.
  const others = new Set(vfs.filter((o) => o !== vf).flatMap((o) => [...o.components.flatMap((c) => [...c.rx, ...c.tx]), ...o.ports.filter((p) => p.uplink)]).map((end) => end.port));
  const loose = vf.ports.filter((p) => p.kind !== "ring" && !used.has(p.port) && !used.has(p.uplink) && !others.has(p.port)).map((p) => p.port);
  const free = vf.lcores.filter((l) => !l.used).map((l) => l.lcore);
  return [loose.length ? "Not connected: " + loose.join(", ") : "", free.length ? "Free cores: " + free.join(", ") : ""].filter(Boolean).join(". ");
}

/** What a process that is no spp_vf is. */
export const program = (type) => (type === "mirror" || type === "pcap" ? ` (spp_${type})` : "");

function recording(vf) {
  const r = vf.recorder, lost = Object.values(r.lost).reduce((sum, n) => sum + n, 0);
  return `${vf.name}${program(vf.type)}, ${r.running ? "records" : "does not record"}: ${human(r.written)} packets written, ${human(lost)} lost`
    + (r.failed ? `; ${r.failed} of ${r.writers} writers write no more: ${r.error}` : "");
}

function updateVf(host, vf, state, search, show, redraw) {
  const shape = vf.components.map((c) => [c.id, c.type, c.lcores, c.rx, c.tx]);
  const signature = JSON.stringify([shape, search, [...open].filter((key) => key.startsWith(vf.name + " "))]);
  let entry = drawn.get(vf.name);
  if (!entry) {
    entry = { head: el("h3"), note: el("p", { class: "key" }), frame: el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "patch panel of " + vf.name }) };
    entry.part = el("div", { "data-vf": vf.name }, entry.head, entry.frame, entry.note);
    host.append(entry.part);
    drawn.set(vf.name, entry);
  }
  if (!entry.state || entry.state.signature !== signature) {
    const opened = new Set([...open].filter((key) => key.startsWith(vf.name + " ")).map((key) => key.split(" ")[1]));
    const plan = layout(vf, opened, matches(vf, search));
    const focus = document.activeElement && entry.frame.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    entry.state = draw(vf, plan, signature, redraw);
    entry.frame.replaceChildren(plan.nodes.length ? entry.state.picture : el("p", {}, "Nothing is wired: sppctl plug vhostN MAC connects a VM."));
    if (focus) entry.frame.querySelector(`[data-key="${CSS.escape(focus)}"]`)?.focus();
    for (const made of entry.state.boxes.values()) made.found = search && NAMES(vf, made.node).includes(search);
  }
  setText(entry.head, vf.recorder ? recording(vf) : `${vf.name}${program(vf.type)}, generation ${vf.generation}${vf.type === "mirror" ? "" : `, ${vf.table_entries} table entries`}` + (vf.degraded ? ", degraded: " + vf.degraded_why : "") + (vf.staged ? ", something waits for a flush" : ""));
  setText(entry.note, rest(vf, state.vfs));
  elsewhere(entry.state, vf, state.vfs);
  for (const made of entry.state.boxes.values()) updateBox(vf, made);
  for (const made of entry.state.wires) updateWire(vf, made);
  updateMarks(vf, entry.state, state.drops, show);
}

/** @param show called with a drop's key when its mark is chosen */
export function updatePanel(host, state, search, show, redraw) {
  for (const [name, entry] of drawn)
    if (!state.vfs.some((vf) => vf.name === name)) {
      entry.part.remove();
      drawn.delete(name);
    }
  for (const vf of state.vfs) updateVf(host, vf, state, search, show, redraw);
  if (!state.vfs.length && !host.children.length) host.append(el("p", { class: "faint" }, "No spp_vf answers."));
  if (state.vfs.length) host.querySelector(":scope > p")?.remove();
}

/** Bring the place of a drop into view and focus its mark. */
export function goToMark(key) {
  for (const entry of drawn.values()) {
    const mark = entry.state?.marks.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!mark) continue;
    mark.scrollIntoView({ block: "center", inline: "center" });
    mark.focus();
    return true;
  }
  return false;
}
