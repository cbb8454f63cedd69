#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures speed: what a packet costs on each path, ours in both dispatch modes beside testpmd and,
where it is installed, OVS-DPDK, run by turns. Tables, JSON, plots. Called by ./bench, as root, on a
build of the tree; nothing else should run on the machine.
"""

import argparse
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
HUGEPAGES_MB = 3072

sys.path[:0] = [HERE, os.path.join(TREE, "tests", "func"), os.path.join(TREE, "tests", "hitless")]
sys.dont_write_bytecode = True

SYSTEMS = ["event", "auto", "testpmd", "ovs"]
PARTS = ["table", "guests", "hops", "growth", "apart", "latency", "step"]


def arguments():
    parser = argparse.ArgumentParser(
        prog="./bench", description="Measure cycles a packet and packets a second on each path, "
        "ours beside testpmd and OVS-DPDK. As root; with two CPUs or more.")
    parser.add_argument("--quick", action="store_true", help="3 short runs of each: under 3 minutes")
    parser.add_argument("--part", action="append", choices=PARTS,
                        help="only this; repeatable (default: all; --quick: table)")
    parser.add_argument("--path", action="append", metavar="NAME",
                        help="only this path; repeatable; see --list. With --part latency its "
                        "latency")
    parser.add_argument("--system", action="append", choices=SYSTEMS, help="only this; repeatable")
    parser.add_argument("--size", action="append", type=int, metavar="BYTES",
                        help="packets of this size instead of the path's; repeatable")
    parser.add_argument("--runs", type=int, help="of each system (7, quick: 3)")
    parser.add_argument("--seconds", type=float, help="of each run (0.5, quick: 0.3)")
    parser.add_argument("--list", action="store_true", help="only print the paths")
    parser.add_argument("--json", metavar="FILE", help="add all figures to this file")
    parser.add_argument("--plots", metavar="DIR",
                        help="measure nothing: draw what --json FILE holds into DIR (SVG), and "
                        "print it as Markdown tables")
    parser.add_argument("--threads", action="store_true", help="print each thread's share, too")
    parser.add_argument("--against", metavar="DIR",
                        help="only compare this build with that of DIR, each path of --path in the "
                        "modes of --system, 30 rounds beside a control")
    parser.add_argument("--beside", metavar="NAME",
                        help="the same beside another path of this build: what the one takes more")
    parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD_DIR", "build"))
    args = parser.parse_args()
    args.runs = args.runs or (30 if args.against or args.beside else 3 if args.quick else 7)
    args.seconds = args.seconds or (0.3 if args.quick else 0.5)
    args.part = args.part or (["table"] if args.quick else PARTS)
    args.system = args.system or SYSTEMS
    os.environ["BUILD_DIR"] = os.path.abspath(args.build)
    return args


args = arguments()

import against  # noqa: E402  (needs the paths and BUILD_DIR)
import janitor  # noqa: E402
import latency  # noqa: E402
import paths  # noqa: E402
import plots  # noqa: E402
import report  # noqa: E402
import step  # noqa: E402
from contest import Contest  # noqa: E402


def chosen():
    """[(part, path)]"""
    every = {"table": paths.TABLE, "guests": paths.GUESTS, "hops": paths.HOPS,
             "apart": paths.APART, "latency": paths.LATENCY,
             "growth": [p for group in paths.GROWTH.values() for p in group]}
    if args.path:
        found = [(part, path) for part, group in every.items() for path in group
                 if path.name in args.path and (part == "latency") == (args.part == ["latency"])]
        unknown = set(args.path) - {path.name for _, path in found}
        if unknown:
            sys.exit(f"no such path: {', '.join(sorted(unknown))} (./bench --list names them)")
        return found
    return [(part, path) for part in args.part if part in every for path in every[part]]


def sized(path):
    return [path] if not args.size else [paths.with_size(path, size) for size in args.size]


def measure(watch, part, path, figures):
    """One path: into the figures, and printed."""
    with Contest(watch, path, args.system) as contest:
        if part == "latency":
            result = latency.measure(contest, args.runs, args.seconds)
        else:
            result = contest.runs(args.runs, args.seconds)
    figures.setdefault(part, {})[path.name] = {
        "title": path.title, "wanted": path.wanted, "date": time.strftime("%Y-%m-%d"),
        "systems": result}
    report.show(part, path, result, args.threads)


def compare(watch):
    """Against another build, or path. True when nothing is dearer."""
    good = True
    other = paths.by_name(args.beside) if args.beside else os.path.abspath(args.against)
    for _, path in chosen():
        for mode in [s for s in args.system if s in ("auto", "event")]:
            with against.Against(watch, path, mode, other) as contest:
                rounds = contest.rounds(args.runs, args.seconds)
            good &= against.show(path, mode, rounds)
    return good


def main():
    if args.list:
        for path in paths.EVERY:
            print(f"{path.name:20} {path.title}")
        return 0
    if args.plots:
        plots.draw_all(args.plots, report.load(args.json))
        print(plots.tables(report.load(args.json)))
        return 0
    watch = janitor.Janitor()
    figures = report.load(args.json)
    figures["machine"] = report.machine()
    figures["command"] = " ".join(["./bench", *sys.argv[1:]])
    try:
        janitor.reserve_hugepages(watch, HUGEPAGES_MB)
        if args.against or args.beside:
            return 0 if compare(watch) else 1
        if "step" in args.part:
            print(step.HEAD)
            figures["step"] = step.measure(watch, args.runs)
            report.save(args.json, figures)
        for part, path in chosen():
            for one in sized(path):
                measure(watch, part, one, figures)
                report.save(args.json, figures)
    finally:
        watch.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
