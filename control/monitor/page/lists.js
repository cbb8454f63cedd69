// SPDX-License-Identifier: BSD-3-Clause
// Everything that is not the drawing: headline, drops, ports, cores, time line, and all as tables.

import { el, keep, setText, setAttr, human, perSecond, percent, clock, ago, code } from "/words.js";
import { called, dropKey, program } from "/panel.js";
import { watch } from "/past.js";

const byId = (id) => document.getElementById(id);
const EVENTS = 60, DROPS = 40;

// -- headline ------------------------------------------------------------------------------------

function headline(state) {
  const h = state.headline;
  const yes = (value, good, bad, none) => (value === null ? [none, false] : value ? [good, false] : [bad, true]);
  return [
    ["spp_primary", ...yes(h.primary, "up", "does not answer", "not seen")],
    ["spp_vf up", `${h.vfs_up} of ${h.vfs}`, h.vfs_up < h.vfs],
    ...(h.recorders ? [["spp_pcap up", `${h.recorders_up} of ${h.recorders}`, h.recorders_up < h.recorders]] : []),
    ["Guests up", `${h.guests_up} of ${h.guests}`, false],
    ["Drops", perSecond(h.drops_per_second), h.drops_per_second > 0],
    ["Restarts left", h.restarts_left === null ? "–" : String(h.restarts_left), h.restarts_left !== null && h.restarts_left < 50],
    ["Wiring on disk", ...yes(h.saved, "saved", "not saved", "not kept")],
    ["Controller", ...yes(h.controller, "connected", "gone", "none")],
  ];
}

export function updateHeadline(state) {
  keep(byId("headline"), headline(state), (item) => item[0],
    (item) => el("div", {}, el("dt", {}, item[0]), el("dd")),
    (node, [, text, bad]) => {
      setText(node.lastChild, text);
      setAttr(node, "class", bad ? "bad" : "");
    });
  keep(byId("down"), state.processes.filter((p) => !p.up || p.restart_pending), (p) => p.name,
    () => el("li", { class: "bad" }),
    (node, p) => setText(node, p.up ? `${p.name}${program(p.type)}: a restart is pending, its program or a library was replaced.`
      : `${p.name}${program(p.type)} has not answered since ${clock(p.since)}: ${p.why}. What is shown of it is nothing, not its last.`));
}

// -- drops ---------------------------------------------------------------------------------------

const portOf = (state, drop) => state.vfs.find((vf) => vf.name === drop.vf)?.ports.find((p) => p.port === drop.port);
const placeOf = (state, drop) => `${drop.vf} ${drop.component ? "component " + drop.component : called(portOf(state, drop) || drop) + (drop.direction === "receive" ? ", receiving" : ", sending")}`;

// Newest first by when each was seen first: the list does not jump about with their rates.
const seen = new Map();
let sightings = 0;

function byNewest(drops) {
  const now = new Set(drops.map(dropKey));
  for (const key of seen.keys()) if (!now.has(key)) seen.delete(key);
  for (const drop of [...drops].reverse()) if (!seen.has(dropKey(drop))) seen.set(dropKey(drop), sightings++);
  return [...drops].sort((a, b) => seen.get(dropKey(b)) - seen.get(dropKey(a)));
}

/** @param go called with a drop's key when its place is asked for */
export function updateDrops(state, search, go) {
  const list = byNewest(state.drops).filter((d) => !search || (placeOf(state, d) + " " + d.reason).toLowerCase().includes(search)).slice(0, DROPS);
  byId("no-drops").hidden = state.drops.length > 0;
  keep(byId("drops"), list, dropKey,
    (drop) => {
      const place = el("button", { type: "button" });
      place.addEventListener("click", () => go(dropKey(drop)));
      return el("li", { id: "drop " + dropKey(drop), tabindex: "-1" }, el("p", {}, "⚠ ", place, " ", el("strong", {}, drop.reason), " ", el("span")),
        el("p", {}, `${drop.meaning}: `, ...code(drop.remedy), "."));
    },
    (node, drop) => {
      const now = drop.per_second > 0;
      setAttr(node, "class", now ? "now" : "");
      setText(node.querySelector("button"), placeOf(state, drop));
      setText(node.firstChild.lastChild, now ? `${perSecond(drop.per_second)} now, ${human(drop.packets)} so far` : `no more since ${ago(drop.seconds_ago)}, ${human(drop.packets)} so far`);
    });
}

// -- ports and cores -----------------------------------------------------------------------------

function row(cells, key, label) {
  const canvas = el("canvas", { role: "img", "aria-label": label });
  watch(canvas, key);
  return el("tr", {}, ...cells, el("td", {}, canvas));
}

export function updatePorts(state, search) {
  const rows = state.vfs.flatMap((vf) => vf.ports.filter((p) => p.kind !== "ring" && (p.up || p.receive.wired || p.transmit.wired))
    .map((port) => ({ vf: vf.name, port }))).filter((r) => !search || `${r.vf} ${called(r.port)}`.toLowerCase().includes(search));
  keep(byId("ports").tBodies[0], rows, (r) => `${r.vf} ${r.port.port}`,
    (r) => row([el("th", { scope: "row" }), el("td"), el("td", { class: "number" }), el("td", { class: "number" })],
      `port ${r.vf} ${r.port.port}`, `packets a second of ${r.vf} ${r.port.port}: in, and out dashed`),
    (node, { vf, port }) => {
      setText(node.children[0], `${vf} ${called(port)}`);
      setText(node.children[1], port.up ? (port.kind === "vhost" ? "guest" : "up") : port.kind === "vhost" ? "no guest" : "down");
      setText(node.children[2], perSecond(port.receive.packets_per_second));
      setText(node.children[3], perSecond(port.transmit.packets_per_second));
    });
}

export function updateCores(state, search) {
  const rows = state.vfs.flatMap((vf) => vf.lcores.filter((l) => l.used).map((core) => ({ vf: vf.name, core })))
    .filter((r) => !search || `${r.vf} core ${r.core.lcore}`.includes(search));
  keep(byId("cores").tBodies[0], rows, (r) => `${r.vf} ${r.core.lcore}`,
    (r) => row([el("th", { scope: "row" }, `${r.vf} core ${r.core.lcore}`), el("td", { class: "number" }), el("td", { class: "number" })],
      `core ${r.vf} ${r.core.lcore}`, `what core ${r.core.lcore} of ${r.vf} did: busy from below, asleep from above`),
    (node, { core }) => {
      setText(node.children[1], percent(core.busy));
      setText(node.children[2], percent(core.asleep));
    });
}

// -- time line -----------------------------------------------------------------------------------

const BAD = new Set(["death", "down", "flush failed", "change failed", "degraded", "not saved", "write failed"]);

export function updateEvents(state) {
  byId("no-events").hidden = state.events.length > 0;
  // spp_agent tells of what was before, and of its own clock.
  const events = [...state.events].sort((a, b) => b.time - a.time || b.number - a.number);
  keep(byId("events"), events.slice(0, EVENTS), (e) => String(e.number),
    (e) => el("li", {}, el("time", { datetime: new Date(e.time * 1000).toISOString() }, clock(e.time)), el("span", {}, e.who),
      el("strong", { class: BAD.has(e.what) ? "bad" : "" }, e.what), el("span", {}, e.text)),
    () => {});
}

// -- all as tables -------------------------------------------------------------------------------

const port = (end) => end.port + (end.vlan || "") + (end.filter === "reserved" ? "-rsvd" : "");

function tables(state) {
  const of = (pick) => state.vfs.flatMap((vf) => pick(vf).map((item) => [vf.name, item]));
  const host = state.host || { nics: [], slots: [] };
  return [
    ["Components", ["spp_vf", "Name", "Type", "Cores", "In", "Out", "Packets", "Rate", "A vector", "Cycles a packet"],
      of((vf) => vf.components).map(([vf, c]) => [vf, c.id, c.type, c.lcores.join(" "), c.rx.map(port).join(" "), c.tx.map(port).join(" "),
        human(c.packets), perSecond(c.packets_per_second), human(c.packets_per_vector), human(c.cycles_per_packet)])],
    ["Ports and rings", ["spp_vf", "Port", "Name", "Link", "In", "Out", "Packets in", "Packets out", "Addresses"],
      of((vf) => vf.ports).map(([vf, p]) => [vf, p.port, p.name, p.kind === "ring" ? "" : p.up ? "up" : "down", perSecond(p.receive.packets_per_second),
        perSecond(p.transmit.packets_per_second), human(p.receive.packets), human(p.transmit.packets), p.addresses.join(" ") + (p.nb_addresses > p.addresses.length ? " …" : "")])],
    ["NICs", ["Port", "Driver", "Link", "Speed", "Held by", "Missed"],
      host.nics.map((n) => [n.port, n.driver, n.up ? "up" : "down", n.speed_bps ? human(n.speed_bps) + "bit/s" : "not known", n.holder || "nobody", human(n.missed)])],
    ["Slots", ["Slot", "spp_vf", "State", "Sessions", "Deaths", "Buffers free", "Vectors free"],
      host.slots.map((s) => [s.slot, s.vf || "nobody", s.state, s.sessions, s.deaths, `${s.mbufs.free} of ${s.mbufs.total}`, `${s.vectors.free} of ${s.vectors.total}`])],
    ["Processes", ["Process", "What", "Answers", "Since", "Version", "DPDK", "Controller"],
      state.processes.map((p) => [p.name, "spp_" + p.type, p.up ? "yes" : "no", clock(p.since), p.version || "", p.dpdk || "", p.controller ? `${p.controller.address}: ${p.controller.connected ? "connected" : "gone"}` : "none"])],
  ];
}

export function updateTables(state) {
  const host = byId("tables");
  if (!byId("all").open) {
    if (host.children.length) host.replaceChildren();
    return;
  }
  keep(host, tables(state), (t) => t[0],
    ([name, heads]) => el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, el("table", {},
      el("caption", {}, name), el("thead", {}, el("tr", {}, ...heads.map((h) => el("th", { scope: "col" }, h)))), el("tbody"))),
    (node, [, , rows]) => keep(node.querySelector("tbody"), rows.map((cells, i) => [i, cells]), (r) => String(r[0]),
      (r) => el("tr", {}, ...r[1].map(() => el("td"))),
      (tr, r) => r[1].forEach((cell, i) => setText(tr.children[i], String(cell)))));
}
