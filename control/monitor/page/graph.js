// SPDX-License-Identifier: BSD-3-Clause
// Where everything of a spp_vf stands in the drawing: NICs left, guests right, the way between them in
// columns, as `sppctl topo` draws it. Pure: from a spp_vf of /api/state to nodes and wires with places.

export const FOLDED_LANE = 21;
const COLUMN = 190, LANE = 52, TOP = 26, LEFT = 12;
export const NODE_WIDTH = 128, NODE_HEIGHT = 34, FOLD_FROM = 8;

const numberOf = (name) => Number((name.match(/\d+/) || [0])[0]);
const byNumber = (a, b) => numberOf(a.name) - numberOf(b.name) || (a.name < b.name ? -1 : 1);

/** Nodes and wires without places. */
export function graph(vf) {
  const nodes = new Map(), wires = [];
  const port = (end) => {
    const key = "port " + end.port;
    if (!nodes.has(key)) {
      const figures = vf.ports.find((p) => p.port === end.port);
      const kind = figures ? figures.kind : end.port.replace(/\d.*/, "");
      nodes.set(key, { key, name: end.port, kind: kind === "uplink" ? "nic" : kind, figures, links: [] }); // two NICs as one
    }
    return nodes.get(key);
  };
  for (const one of vf.components) {
    const node = { key: "component " + one.id, name: one.id, kind: "component", component: one, links: [] };
    nodes.set(node.key, node);
    for (const [ends, inwards] of [[one.rx, true], [one.tx, false]]) {
      for (const end of ends) {
        const other = port(end);
        const from = inwards ? other : node, to = inwards ? node : other;
        const back = wires.find((wire) => wire.from === to && wire.to === from);
        const wire = { key: from.key + " > " + to.key, from, to, port: other, end, inwards, twin: Boolean(back) };
        if (back) back.twin = true; // a switch has a port both ways
        wires.push(wire);
        if (node.links.includes(other)) continue;
        node.links.push(other);
        other.links.push(node);
      }
    }
  }
  return { nodes: [...nodes.values()], wires };
}

/** Columns: how far a node is from a NIC; guests all in the last one. */
function columns(nodes, wires) {
  const spread = (first) => {
    let now = first;
    for (const node of now) node.column = 0;
    while (now.length) {
      const next = [];
      for (const node of now)
        for (const other of node.links)
          if (other.column === undefined) {
            other.column = node.column + 1;
            next.push(other);
          }
      now = next.filter((node) => node.kind !== "vhost");
    }
  };
  spread(nodes.filter((node) => node.kind === "nic"));
  for (const node of nodes.filter((n) => n.kind === "vhost").sort(byNumber)) if (node.column === undefined) spread([node]);
  // A ring that another spp_vf fills is where packets come from, as a NIC is.
  const sources = nodes.filter((node) => node.kind === "ring" && !wires.some((wire) => wire.to === node));
  spread(sources.filter((node) => node.column === undefined));
  for (const node of nodes) if (node.column === undefined) spread([node]);
  for (const node of sources) node.column = Math.max(0, Math.min(...node.links.map((other) => other.column)) - 1);
  const last = Math.max(2, ...nodes.map((node) => node.column));
  for (const node of nodes) if (node.kind === "vhost" && node.column > 0) node.column = last;
  return last;
}

const component = (wire) => (wire.inwards ? wire.to : wire.from);

/** Does the wire of a guest go by a column, or (without one) by any? On the guest's row, then. */
export function passesBy(wire, column) {
  const first = component(wire).column, last = wire.port.column;
  if (wire.port.kind !== "vhost") return false;
  return column === undefined ? last - first > 1 : first < column && column < last;
}

/** From a guest's component towards the NIC: rings and components that nobody else uses. */
function lane(guest, first) {
  const path = [first];
  let before = guest, node = first;
  while (node.links.length === 2) {
    const next = node.links[0] === before ? node.links[1] : node.links[0];
    if (next.kind === "vhost" || next.kind === "nic" || next.links.length > 2 || path.includes(next)) break;
    path.push(next);
    before = node;
    node = next;
  }
  // What several share (classifier, merge) stands by itself.
  while (path.length && path[path.length - 1].links.length > 2) path.pop();
  return path;
}

/**
 * Give every node x and y. Guests that are folded have their lane as one wire: its nodes are hidden.
 * @param open names of guests that are unfolded  @param shown does a guest stand in the drawing?
 */
export function layout(vf, open, shown) {
  const { nodes, wires } = graph(vf);
  const last = columns(nodes, wires);
  const guests = nodes.filter((node) => node.kind === "vhost").sort(byNumber);
  const fold = guests.length >= FOLD_FROM;
  let y = TOP;
  for (const guest of guests) {
    guest.hidden = !shown(guest);
    guest.folded = fold && !open.has(guest.name);
    guest.ways = wires.filter((wire) => wire.port === guest);
    const lanes = guest.ways.map((way) => lane(guest, component(way)));
    const top = y;
    lanes.forEach((path, i) => {
      for (const node of path) {
        if (node.y !== undefined) continue;
        node.hidden = guest.hidden || guest.folded;
        node.guest = guest;
        node.y = guest.folded ? top + i * FOLDED_LANE : top + i * LANE;
      }
    });
    if (guest.hidden) continue;
    y += Math.max(1, lanes.length) * (guest.folded ? FOLDED_LANE : LANE) + (guest.folded ? 10 : 6);
    guest.y = (top + y - (guest.folded ? FOLDED_LANE + 10 : LANE + 6)) / 2;
  }
  let bottom = y;
  for (let column = last; column >= 0; column--) {
    const free = nodes.filter((node) => node.column === column && node.y === undefined && !node.hidden);
    for (const node of free) {
      const placed = node.links.filter((other) => other.y !== undefined && !other.hidden);
      node.wish = placed.length ? placed.reduce((sum, other) => sum + other.y, 0) / placed.length : TOP;
      node.inwards = wires.some((wire) => wire.from === node && wire.to.kind === "nic") ? 1 : 0;
    }
    free.sort((a, b) => a.inwards - b.inwards || a.wish - b.wish);
    let least = TOP;
    const taken = nodes.filter((n) => n.column === column && n.y !== undefined && !n.hidden).map((n) => n.y);
    // Wires that pass by on a guest's row.
    for (const wire of wires) if (passesBy(wire, column) && !wire.port.hidden) taken.push(wire.port.y);
    free.forEach((node, i) => {
      // In a long list of guests what all share stands at its head, where one looks first.
      node.y = Math.max(least, Math.min(node.wish, TOP + (i + 1) * 4 * LANE));
      while (taken.some((t) => Math.abs(t - node.y) < LANE - 4)) node.y += 8;
      least = node.y + LANE + 14;
      bottom = Math.max(bottom, node.y + LANE);
    });
  }
  for (const node of nodes) node.x = LEFT + node.column * COLUMN;
  return { nodes, wires, width: LEFT + last * COLUMN + NODE_WIDTH + 190, height: bottom + 14, fold };
}
