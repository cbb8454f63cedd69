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
    """Counter of dropped packets by reason, over all of a VF, also of what is gone."""
    return collections.Counter(info["drops"])


def port(info, name):
    """The figures of a port, flat: rx_packets, tx_packets, link_up."""
    one = next(p for p in info["port"] if p["port"] == name)
    return {"link_up": one["link"], "rx_packets": one["rx"]["packets"],
            "tx_packets": one["tx"]["packets"]}


def problems(info, name):
    """What is wrong with a vhost, by name."""
    return next(p for p in info["port"] if p["port"] == name)["problems"]


def slot(primary_info, process_id):
    """The primary's entry for a VF that is attached; None when it is not."""
    return next((v for v in primary_info["vf"] if v["process"] == process_id), None)


def missing(primary_info):
    """{slot: {pool: packets}} for slots without a VF whose pools are not full."""
    found = {}
    for vf in primary_info["vf"]:
        gaps = {pool: vf[pool] for pool in ("mbufs", "vectors")
                if vf[pool]["missing"] or vf[pool]["total"] != vf[pool]["free"]}
        if vf["state"] == "free" and gaps:
            found[vf["slot"]] = gaps
    return found


def deaths(primary_info):
    return sum(vf["deaths"] for vf in primary_info["vf"])


def sessions(primary_info):
    """Attaches of all slots since start."""
    return sum(vf["sessions"] for vf in primary_info["vf"])


def heap_leaked(primary_info):
    return primary_info["heap"]["leaked"]
