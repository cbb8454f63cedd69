// SPDX-License-Identifier: BSD-3-Clause
// Ten minutes of every port and core: from /api/history when the page begins, then from each state. Draws
// them on canvases, of which only those in view are touched.

const POINTS = 120;
const series = new Map(); // "port vf1 nic0", "core vf1 2": { a, b, sums, since }
const canvases = new Map(); // canvas -> key
const inView = new Set();
let secondsPerPoint = 5;

const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) inView.add(entry.target);
    else inView.delete(entry.target);
  }
});

const empty = () => ({ a: Array(POINTS).fill(null), b: Array(POINTS).fill(null), sum: [0, 0], count: 0, since: 0 });

const padded = (points) => [...Array(POINTS).fill(null), ...points].slice(-POINTS);

export function setHistory(history) {
  secondsPerPoint = history.seconds_per_point || 5;
  for (const p of history.ports) series.set(`port ${p.vf} ${p.port}`, { ...empty(), a: padded(p.receive), b: padded(p.transmit) });
  for (const c of history.lcores) series.set(`core ${c.vf} ${c.lcore}`, { ...empty(), a: padded(c.busy), b: padded(c.asleep) });
}

function add(key, time, a, b) {
  if (!series.has(key)) series.set(key, empty());
  const one = series.get(key);
  one.sum[0] += a;
  one.sum[1] += b;
  one.count++;
  if (!one.since) one.since = time;
  if (time - one.since < secondsPerPoint - 0.5) return;
  one.a.push(one.sum[0] / one.count);
  one.b.push(one.sum[1] / one.count);
  one.a.shift();
  one.b.shift();
  Object.assign(one, { sum: [0, 0], count: 0, since: time });
}

export function addState(state) {
  for (const vf of state.vfs) {
    for (const p of vf.ports) if (p.kind !== "ring") add(`port ${vf.name} ${p.port}`, state.time, p.receive.packets_per_second, p.transmit.packets_per_second);
    for (const l of vf.lcores) if (l.used) add(`core ${vf.name} ${l.lcore}`, state.time, l.busy, l.asleep);
  }
}

export function watch(canvas, key) {
  canvas.width = 240;
  canvas.height = 22;
  canvases.set(canvas, key);
  watcher.observe(canvas);
}

function line(g, points, top, width, height) {
  g.beginPath();
  let pen = false;
  points.forEach((value, i) => {
    if (value === null) {
      pen = false;
      return;
    }
    const x = (i / (POINTS - 1)) * width, y = height - 1 - (value / top) * (height - 3);
    if (pen) g.lineTo(x, y);
    else g.moveTo(x, y);
    pen = true;
  });
  g.stroke();
}

function drawPort(g, one, colors, width, height) {
  const top = Math.max(1, ...one.a, ...one.b);
  g.lineWidth = 1.5;
  g.strokeStyle = colors.wire;
  line(g, one.a, top, width, height);
  g.setLineDash([3, 2]);
  g.strokeStyle = colors.ink;
  line(g, one.b, top, width, height);
  g.setLineDash([]);
}

function drawCore(g, one, colors, width, height) {
  const step = width / POINTS;
  one.a.forEach((busy, i) => {
    if (busy === null) return;
    const x = i * step, tall = busy * height, rests = (one.b[i] || 0) * height;
    g.fillStyle = colors.line;
    g.fillRect(x, 0, step + 0.5, rests);
    g.fillStyle = colors.busy;
    g.fillRect(x, height - tall, step + 0.5, tall);
  });
  g.strokeStyle = colors.faint;
  g.strokeRect(0.5, 0.5, width - 1, height - 1);
}

export function drawAll() {
  const style = getComputedStyle(document.documentElement);
  const colors = Object.fromEntries(["wire", "ink", "busy", "line", "faint"].map((name) => [name, style.getPropertyValue("--" + name)]));
  for (const canvas of inView) {
    if (!canvas.isConnected) {
      canvases.delete(canvas);
      inView.delete(canvas);
      watcher.unobserve(canvas);
      continue;
    }
    const key = canvases.get(canvas), one = series.get(key);
    if (!one) continue;
    const g = canvas.getContext("2d");
    g.clearRect(0, 0, canvas.width, canvas.height);
    (key.startsWith("port") ? drawPort : drawCore)(g, one, colors, canvas.width, canvas.height);
  }
}
