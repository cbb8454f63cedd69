# SPDX-License-Identifier: BSD-3-Clause
"""From the lines of a soak to its table and its drawings. Pure but for writing files.

    python3 tests/soak/draw.py soak.jsonl docs/reliability
"""

import collections
import json
import os
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, name) for name in ("bench", "hitless")]

import judge  # noqa: E402  (needs the path)
import svg

SUMS = ["sent", "received", "lost", "doubled", "reordered", "corrupted", "no_way",
        "destination_full", "excused", "flushes"]
TIMES = {"slot_us": "slot in order after the end of spp_vf 2, us",
         "back_ms": "spp_vf 2 forwards again after its start, ms"}


def table(minutes):
    """Markdown: all that was done and what became of it."""
    if not minutes:
        return "no minute was completed"
    rows = [(name.replace("_", " "), sum(one[name] for one in minutes)) for name in SUMS]
    counts = sum((collections.Counter(one["counts"]) for one in minutes), collections.Counter())
    rows.append(("flushes tried again", sum(len(one["tried_again"]) for one in minutes)))
    rows += sorted(counts.items())
    rows = [(name, f"{n:,}") for name, n in rows]
    for name, title in TIMES.items():
        times = judge.summary([n for one in minutes for n in one[name]])
        rows.append((f"{title}: p50 / p99 / max", f"{times['p50']} / {times['p99']} / {times['max']}"))
    rows.append(("commit of a flush, largest, us", max(one["commit_us"]["max"] or 0 for one in minutes)))
    return "\n".join([f"| in {minutes[-1]['time_s']} s | |", "|---|---:|",
                      *(f"| {name} | {text} |" for name, text in rows)])


def over_time(minutes, value):
    return [(one["time_s"] / 60, value(one)) for one in minutes]


def draw(folder, minutes):
    os.makedirs(folder, exist_ok=True)
    memory = [(f"{name}, resident", over_time(minutes, lambda one, n=name: one[n]["rss_kb"] / 1024))
              for name in ("primary", "vf1")]
    memory.append(("primary, DPDK heap in use", over_time(minutes, lambda one: one["heap_kb"] / 1024)))
    loss = [(name, over_time(minutes, lambda one, n=name: one[n]))
            for name in ("lost", "doubled", "reordered", "excused")]
    sent = [("thousand packets sent", over_time(minutes, lambda one: one["sent"] / 1000)),
            ("flushes", over_time(minutes, lambda one: one["flushes"]))]
    for name, title, unit, series in (
            ("soak-memory", "Memory at rest", "MB", memory),
            ("soak-loss", "Packets lost, doubled, reordered; a destination's own loss", "packets",
             loss),
            ("soak-traffic", "From one look to the next", "", sent)):
        with open(os.path.join(folder, f"{name}.svg"), "w", encoding="utf-8") as f:
            f.write(svg.lines(title, unit, "minutes", series))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    print(table(found))
    draw(sys.argv[2], found)
