#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures re-wiring under load, many workers on one CPU, and rest: tables, JSON, exit code 1 when
a promise is broken. As root, on a build of the tree; nothing else should run on the machine.

    tests/hitless/run.py           some minutes
    tests/hitless/run.py --long    1,000 of each operation, 10,000 mixed: half an hour
"""

import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = ["hitless", "border", "many", "rest"]
COLUMNS = ["sent", "lost", "doubled", "reordered", "no_way", "destination_full", "flushes"]
HUGEPAGES_MB = 1280

sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "func")]
sys.dont_write_bytecode = True


def arguments():
    parser = argparse.ArgumentParser(description="Measure re-wiring under load, and rest.")
    parser.add_argument("--long", action="store_true", help="the full counts")
    parser.add_argument("--part", action="append", choices=PARTS, help="only this; repeatable")
    parser.add_argument("--dispatch", choices=["event", "auto"], action="append",
                        help="only this; repeatable")
    parser.add_argument("--operations", default="abcdefghijklm", metavar="LETTERS",
                        help="operations to do (default %(default)s)")
    parser.add_argument("--count", type=int, help="of each operation (100, long: 1000)")
    parser.add_argument("--flushes", type=int, help="mixed at random (1000, long: 10000)")
    parser.add_argument("--samples", type=int, help="of the first packet (20, long: 100)")
    parser.add_argument("--seed", type=int, default=int(time.time()),
                        help="for what is random (default: the time)")
    parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD_DIR", "build"))
    parser.add_argument("--json", metavar="FILE", help="write all figures there")
    args = parser.parse_args()
    args.part = args.part or PARTS
    args.dispatch = args.dispatch or ["event", "auto"]
    args.count = args.count or (1000 if args.long else 100)
    args.flushes = args.flushes or (10000 if args.long else 1000)
    args.samples = args.samples or (100 if args.long else 20)
    os.environ["BUILD_DIR"] = os.path.abspath(args.build)
    return args


args = arguments()

import janitor  # noqa: E402  (needs the paths and BUILD_DIR)
import border
import limits
import many
import operations
import rest
from bed import LOAD, Bed
from bench import Bench
from wiring import Wiring

breaches = []


def times(figures):
    return "/".join("-" if figures[k] is None else str(figures[k]) for k in ("p50", "p99", "max"))


def show(name, figures):
    if "sent" in figures:
        print(f"{name:8}", *(f"{figures[c]:>{max(9, len(c))}}" for c in COLUMNS),
              f"{times(figures['commit_us']):>18} {times(figures['retire_us']):>16}"
              f" {times(figures['trip_us']):>18} {figures['others_percent']:>6} %", flush=True)
    else:
        print(f"{name:8} commit {times(figures['commit_us'])}, retire "
              f"{times(figures['retire_us'])}, round trip {times(figures['trip_us'])} us",
              flush=True)


def hitless(b):
    bed = Bed(b)
    figures = {"capacity": {}, "idle": {}, "load": {}}
    print("without load, us p50/p99/max:")
    for letter in args.operations.replace("j", ""):
        figures["idle"][letter] = idle = bed.idle_flushes(
            operations.OPERATIONS[letter], args.count, args.seed, pace=0.002)
        breaches.extend(limits.commit(f"{letter}, no load", idle, limits.IDLE_COMMIT_US))
        show(letter, idle)
    bed.alone()
    print(f"under load ({100 * LOAD:.0f} % of what is carried), seed {args.seed}; us p50/p99/max; "
          "share of the CPU that others took:")
    print(f"{'':8}", *(f"{c:>9}" for c in COLUMNS),
          f"{'commit':>18} {'retire':>16} {'round trip':>18} {'others':>8}")
    groups = [(letter, operations.OPERATIONS[letter], args.count) for letter in args.operations]
    for name, operation, count in [*groups, ("mixed", operations.mixed, args.flushes // 2),
                                   ("named", operations.mixed, args.flushes // 2)]:
        if name == "named":
            bed.rewire(Wiring(named=True))
        load = bed.group(operation, count, args.seed, vms=3 if name in ("f", "mixed", "named") else 2,
                         pace=0.001 if name == "j" else 0.011)
        bed.alone()
        figures["load"][name] = load
        breaches.extend(limits.group(name, load))
        breaches.extend(limits.commit(f"{name}, under load", load, limits.LOAD_COMMIT_US))
        show(name, load)
    figures["capacity"] = {vms: round(packets) for vms, packets in bed.capacity.items()}
    print("carried, packets a second by number of VMs:", figures["capacity"])
    return figures


def between_vfs(b):
    figures = border.moved(b, args.count)
    breaches.extend(limits.group("ends of rings between two spp_vf", figures))
    breaches.extend(limits.commit("ends of rings", figures, limits.LOAD_COMMIT_US))
    print(f"{figures['moves']} moves, {figures['capacity']} packets/s carried:",
          *(f"{key} {figures[key]}" for key in COLUMNS[:-1]), "commit", times(figures["commit_us"]),
          "beside, without moves: lost", figures["control"]["lost"], figures["control"]["dropped"])
    return figures


def many_workers(b):
    figures = many.compare(b)
    breaches.extend(limits.many(figures))
    for key, value in figures.items():
        print(f"{key:16} {value}")
    return figures


def rested(b):
    here = rest.Rest(b)
    figures = {"nothing": here.idle(10)}
    breaches.extend(limits.nothing(figures["nothing"]))
    here.wire(rest.VHOST_ONLY)
    figures["vhosts and rings"] = here.idle(10)
    breaches.extend(limits.quiet(figures["vhosts and rings"]))
    here.wire(rest.FOUNDING)
    figures["with a NIC"] = here.idle(10)
    bare = here.bare(figures["with a NIC"], 3)
    breaches.extend(limits.with_nic(figures["with a NIC"], figures["vhosts and rings"]))
    for name, one in figures.items():
        print(f"{name:16} {one['path_percent']} % of a CPU for workers and scheduler, at most "
              f"{one['path_wakeups_max']} wake-ups a second of a thread; all threads "
              f"{one['cpu_percent']} %; others {one['others_percent']} %")
    print(f"a thread that only sleeps, for the wake-ups with a NIC: {bare} % of a CPU")
    figures["steps"] = [here.step() for _ in range(20)]
    for step in figures["steps"]:
        breaches.extend(limits.step(step))
    print(f"steps to full rate: {sum(s['sent'] for s in figures['steps'])} packets sent, "
          f"{sum(s['missing'] for s in figures['steps'])} missing")
    here.wire(rest.ONE_HOP)
    figures["first packet"] = {way: here.latency(way, args.samples, 1) for way in rest.WAYS}
    return figures


def polled(b):
    here = rest.Rest(b, idle_us=0, polling=True)
    here.wire(rest.POLLED)
    return {way: here.latency(way, args.samples, 0.2) for way in rest.WAYS}


def resting(on_bench, dispatch):
    figures = on_bench(rested, dispatch)
    figures["first packet, polled"] = on_bench(polled, "auto")
    for way, limit in (("vhost", limits.LATER_US), ("nic", 1000 + limits.LATER_US)):
        slow, fast = figures["first packet"][way], figures["first packet, polled"][way]
        breaches.extend(limits.first_packet(way, slow, fast, limit))
        print(f"first packet after a second, {way}: {times(slow)} us, polled {times(fast)} us")
    return figures


def main():
    watch = janitor.Janitor()

    def on_bench(part, dispatch):
        b = Bench(watch, dispatch)
        try:
            return part(b)
        except BaseException:
            print(b.dump(), file=sys.stderr)
            raise
        finally:
            b.close()

    figures = {"seed": args.seed}
    try:
        janitor.reserve_hugepages(watch, HUGEPAGES_MB)
        for dispatch in args.dispatch:
            mine = figures[dispatch] = {}
            for part in args.part:
                print(f"== {part}, --dispatch {dispatch}", flush=True)
                before = len(breaches)
                if part == "hitless":
                    mine[part] = on_bench(hitless, dispatch)
                elif part == "border":
                    mine[part] = on_bench(between_vfs, dispatch)
                elif part == "many":
                    mine[part] = on_bench(many_workers, dispatch)
                else:
                    mine[part] = resting(on_bench, dispatch)
                for breach in breaches[before:]:
                    print("NOT KEPT:", breach, flush=True)
    finally:
        watch.close()
        figures["breaches"] = breaches
        if args.json:
            with open(args.json, "w", encoding="utf-8") as f:
                json.dump(figures, f, indent=2)
    print(f"{len(breaches)} promises not kept" if breaches else "all promises kept")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
