# SPDX-License-Identifier: BSD-3-Clause
"""Figures as lines of a table and as JSON. Knows what contest.py makes, nothing of processes."""

import json
import os
import platform
import re

from others import SHARE_MAX

TITLES = {"event": "spp event", "auto": "spp auto", "testpmd": "testpmd io", "ovs": "OVS-DPDK"}

heads = []  # printed so far


def load(path):
    if path and os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            return json.load(f)
    return {}


def save(path, figures):
    if path:
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1)
        os.replace(path + ".new", path)


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        model = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    return {"cpu": model, "cpus": os.cpu_count(), "kernel": platform.release(),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME", "?")}


def spread(value, digits=1):
    if value is None:
        return "-"
    return f"{value['median']:.{digits}f} ({value['min']:.{digits}f}-{value['max']:.{digits}f})"


def head():
    print(f"{'path':18} {'system':11} {'cycles/packet':>22} {'Mpps':>20} {'× testpmd':>10} "
          f"{'lost':>6} "
          f"{'scheduler':>9}  {'cycles by component (packets a vector)'}")


def scheduler_share(figures):
    """Of all CPU time of ours."""
    total = sum(figures["threads"].values())
    mine = sum(share for thread, share in figures["threads"].items()
               if re.match(r"spp_primary (spp_primary|rte-worker|dpdk-worker|lcore)", thread))
    return mine / total if total else 0


def show(part, path, result, threads=False):
    """The lines of a path; before the first of a kind a head."""
    if part == "latency":
        latencies(path, result)
        return
    if not heads:
        head()
        heads.append(part)
    rows(path, result, threads)


def latencies(path, result):
    print(f"{path.name}: {path.title}; microseconds from source to sink, p50 / p99 / p99.9, median "
          "of the runs")
    for kind, figures in result.items():
        shares = [share for share in figures if share.endswith("%")]
        cells = [f"{share}: " + " / ".join(
            "-" if figures[share][p] is None else f"{figures[share][p]['median']:.1f}"
            for p in ("p50", "p99", "p99.9")) + f" ({figures[share]['lost']['median']:.1%} lost)"
                 for share in shares]
        print(f"{'':18} {TITLES[kind]:11} capacity {figures['capacity'] / 1e6:6.2f} Mpps   "
              + "   ".join(cells), flush=True)


def rows(path, result, threads=False):
    for kind, figures in result.items():
        parts = " ".join(f"{name} {one['cycles']:g} ({one['vector']:g})"
                         for name, one in figures["components"].items())
        share = f"{scheduler_share(figures):.0%}" if kind in ("event", "auto") else ""
        lost = figures["lost"]
        ratio = f"{figures['of_testpmd']['median']:.2f}" if figures.get("of_testpmd") else ""
        print(f"{path.name:18} {TITLES[kind]:11} {spread(figures['cycles']):>22} "
              f"{spread(figures['mpps'], 2):>20} {ratio:>10} "
              f"{'-' if lost is None else format(lost['median'], '.1%'):>6} {share:>9}  {parts}"
              f"{'  ' + str(figures['drops']) if figures['drops'] else ''}"
              + (f"  DISTURBED: others had {figures['others']:.0%} of the CPUs"
                 if figures["others"] > SHARE_MAX else ""), flush=True)
        if threads:
            for thread, cpu in sorted(figures["threads"].items()):
                print(f"{'':18}   {thread}: {cpu:.1%}")
    if path.wanted:
        print(f"{path.name:18} {'wanted':11} {path.wanted:>12g}", flush=True)
