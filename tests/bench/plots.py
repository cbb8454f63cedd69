# SPDX-License-Identifier: BSD-3-Clause
"""The plots and tables of docs/performance.md, from the JSON of ./bench."""

import os

import svg
from report import TITLES


def triple(value, factor=1.0):
    return value and tuple(value[k] * factor for k in ("median", "min", "max"))


def systems(part):
    return [kind for kind in TITLES
            if any(kind in path["systems"] for path in part.values())]


def draw(folder, name, title, unit, part, figure, marked=False):
    kinds = systems(part)
    groups = [(label, [triple(path["systems"].get(kind, {}).get(figure)) for kind in kinds])
              for label, path in part.items()]
    marks = [path["wanted"] if marked else None for path in part.values()]
    text = svg.bars(title, unit, [TITLES[kind] for kind in kinds], groups, marks)
    with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
        f.write(text)


def draw_all(folder, figures):
    os.makedirs(folder, exist_ok=True)
    for part, title in (("table", "The paths"), ("growth", "Growth"),
                        ("apart", "Scheduler on a CPU of its own")):
        if part in figures:
            draw(folder, f"{part}-cycles.svg", f"{title}: cycles a delivered packet, all threads",
                 "cycles a packet (median, least, most)", figures[part], "cycles", marked=True)
            draw(folder, f"{part}-mpps.svg", f"{title}: packets delivered a second",
                 "million packets a second", figures[part], "mpps")
    for name, path in figures.get("latency", {}).items():
        kinds = list(path["systems"])
        shares = [s for s in path["systems"][kinds[0]] if s.endswith("%")]
        groups = [(f"{share} of capacity, {point}",
                   [triple(path["systems"][kind][share][point]) for kind in kinds])
                  for share in shares for point in ("p50", "p99")]
        text = svg.bars(f"Latency, {path['title']}", "microseconds", [TITLES[k] for k in kinds],
                        groups)
        with open(os.path.join(folder, f"latency-{name}.svg"), "w", encoding="utf-8") as f:
            f.write(text)


def cell(value, digits=1):
    if value is None:
        return "–"
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f}–{value['max']:.{digits}f})"


def table(part):
    """Markdown: cycles a packet / Mpps of each system."""
    kinds = systems(part)
    lines = ["| path | " + " | ".join(TITLES[k] for k in kinds) + " | wanted, at most |",
             "|---" * (len(kinds) + 2) + "|"]
    for name, path in part.items():
        cells = []
        for kind in kinds:
            one = path["systems"].get(kind)
            cells.append(f"{cell(one['cycles'])} / {one['mpps']['median']:.1f}" if one else "–")
        lines.append(f"| `{name}` {path['title']} | " + " | ".join(cells) +
                     f" | {path['wanted'] or '–'} |")
    return "\n".join(lines)


def latency_table(part):
    """Markdown: p50 / p99 / p99.9 in microseconds at shares of capacity."""
    lines = ["| path | system | capacity, Mpps | 10 % | 50 % | 90 % |", "|---" * 6 + "|"]
    for name, path in part.items():
        for kind, one in path["systems"].items():
            cells = [" / ".join(f"{one[s][p]['median']:.0f}" if one[s][p] else "–"
                                for p in ("p50", "p99", "p99.9"))
                     for s in one if s.endswith("%")]
            lines.append(f"| `{name}` | {TITLES[kind]} | {one['capacity'] / 1e6:.1f} | "
                         + " | ".join(cells) + " |")
    return "\n".join(lines)


def tables(figures):
    """All of it, for docs/performance.md."""
    out = [table(figures[part]) for part in ("table", "growth", "apart") if part in figures]
    if "latency" in figures:
        out.append(latency_table(figures["latency"]))
    return "\n\n".join(out)
