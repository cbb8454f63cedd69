# SPDX-License-Identifier: BSD-3-Clause
"""Reads the figures out of `status` replies, so that only this file knows where they stand."""

import collections


def wiring(info):
    """{core: (type, rx ports, tx ports)} of the cores that have a component."""
    return {c["core"]: (c["type"], c["rx"], c["tx"]) for c in info["core"]
            if c["type"] not in ("none", "unuse")}


def idle_cores(info):
    return {c["core"] for c in info["core"]
            if c["type"] in ("none", "unuse") and c["status"] == "idle"}


def table(info):
    """{MAC: port} of the classifier table."""
    return {e["value"].lower(): e["port"] for e in info["classifier_table"]}


def drops(info):
    """Counter of dropped packets by reason, over all ports and components of a VF."""
    total = collections.Counter()
    for thing in [*info["components"], *info["ports"]]:
        for key in ("drops", "rx_drops", "tx_drops"):
            total.update(thing.get(key, {}))
    return total


def port(info, name):
    return next(p for p in info["ports"] if p["port"] == name)


def slot(primary_info, process_id):
    """The primary's entry for a VF that is attached; None when it is not."""
    return next((v for v in primary_info["vfs"] if v["process"] == process_id), None)


def missing(primary_info):
    """{slot: what} for VF slots without a VF whose pools are not full."""
    found = {}
    for vf in primary_info["vfs"]:
        if vf["state"] != "free":
            continue
        gaps = {pool: vf[pool]["total"] - vf[pool]["free"] for pool in ("mbufs", "vectors")
                if vf[pool]["total"] != vf[pool]["free"]}
        gaps.update({key: vf[key] for key in ("missing_mbufs", "missing_vectors") if vf[key]})
        if gaps:
            found[vf["slot"]] = gaps
    return found


def deaths(primary_info):
    return sum(vf["deaths"] for vf in primary_info["vfs"])


def heap_leaked(primary_info):
    return primary_info["heap"]["leaked"]
