# SPDX-License-Identifier: BSD-3-Clause
"""From the figures before and after a run of numbered packets to what was lost, came twice or in
another order; and percentiles. Pure but for reading what others have measured.
"""

import collections

NO_WAY = ("no_entry", "no_port", "same_port", "component_removed", "no_consumer", "incomplete")
DESTINATION = ("vhost_full", "nic_full")


def percentile(values, percent):
    """The smallest value that so many percent of all do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]


def summary(values):
    """p50, p99 and the largest."""
    return {"n": len(values), "p50": percentile(values, 50), "p99": percentile(values, 99),
            "max": max(values, default=None)}


def verdict(result, dropped, capacity, ring):
    """What became of the packets of a run.

    result: of the tool; dropped: Counter by reason during the run; capacity: packets a second all
    destinations together can be handed; ring: what a guest's ring holds. A destination that did not look for longer than its ring
    holds at that rate lost its packets itself; only then they are not counted as lost here.
    """
    dropped = collections.Counter({k: n for k, n in dropped.items() if n})
    no_way = sum(dropped[reason] for reason in NO_WAY)
    full = sum(dropped[reason] for reason in DESTINATION)
    excused = full if result.gap_us >= ring / capacity * 1e6 else 0
    missing = result.total_sent() - result.total_received()
    flows = [f for port in result.ports.values() for f in port["flows"]]
    return {
        "sent": result.total_sent(), "received": result.total_received(),
        "lost": missing - no_way - excused,
        "doubled": result.doubled(),
        "reordered": sum(f["reordered"] for f in flows),
        "corrupted": sum(port["corrupted"] for port in result.ports.values()),
        "no_way": no_way, "destination_full": full, "excused": excused,
        "gap_us": result.gap_us, "dropped": dict(dropped),
    }
