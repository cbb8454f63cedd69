# SPDX-License-Identifier: BSD-3-Clause
"""What must be as it was whenever everything rests: memory, descriptors, mbufs, vectors, events.
Reads /proc, status and DPDK's telemetry; knows nothing of what went on before.
"""

import json
import os
import re
import socket
import time

import status

RSS_KB = 16 << 10   # a process may grow so much after the first minute
SETTLED = 10        # looks at a process
HEAP_KB = 400       # of the primary's DPDK heap, for each start of a spp_vf (DPDK's own leak)
WORKERS = 12        # each keeps an empty vector at hand
# Of a VF pages count as soon as it touches them, its guests' too: only what it starts with is fixed.
STEADY = {"primary": ("fds", "hugepages_kb"), "vf1": ("fds",)}
# Of DPDK's dump of an event device.
INFLIGHT, CREDITS = re.compile(r"inflight (\d+)"), re.compile(r"Credits: (\d+)")
WAITING = re.compile(r"(?:rx|cq) ring used:\s*(\d+)")


def process(pid):
    """Of one process: resident memory, descriptors, hugepages."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        fields = dict(line.split(":", 1) for line in f.read().splitlines())
    return {"rss_kb": int(fields["VmRSS"].split()[0]),
            "hugepages_kb": int(fields["HugetlbPages"].split()[0]),
            "fds": len(os.listdir(f"/proc/{pid}/fd"))}


def telemetry(b, command):
    """What DPDK's telemetry of the primary answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
        sock.settimeout(5)
        sock.connect(f"/var/run/dpdk/{b.prefix}/dpdk_telemetry.v2")
        sock.recv(1 << 14)
        sock.send(command.encode())
        return json.loads(sock.recv(1 << 18))[command.split(",")[0]]


def events(b, device):
    """What ports hold, and credits that no port has, so that an event has them or nobody: both 0 at
    rest. (The queues do not fit into telemetry's string; what is in them has credits.)"""
    dump = telemetry(b, f"/eventdev/dev_dump,{device}")
    inflight, *ports = [int(n) for n in INFLIGHT.findall(dump)]
    return {"at_ports": sum(ports) + sum(map(int, WAITING.findall(dump))),
            "credits": inflight - sum(map(int, CREDITS.findall(dump)))}


def settled(proc):
    """process(), of several looks the one with the fewest descriptors: a connection that was just
    closed has one until the other side has seen it."""
    looks = []
    for _ in range(SETTLED):
        looks.append(process(proc.pid))
        time.sleep(0.05)
    return min(looks, key=lambda one: one["fds"])


def look(b):
    """All of it, as one flat value; spp_vf 1 runs and rests."""
    primary = b.primary_status()
    slot = status.slot(primary, 1)
    return {
        "primary": settled(b.primary_proc),
        "vf1": settled(b.vfs[1]),
        "mbufs_used": slot["mbufs"]["total"] - slot["mbufs"]["free"],
        "vectors_used": slot["vectors"]["total"] - slot["vectors"]["free"],
        "events": events(b, slot["slot"]),
        "missing": status.missing(primary),
        "heap_kb": primary["heap"]["used"] >> 10,
        "sessions": sum(vf["sessions"] for vf in primary["vf"]),
        "deaths": status.deaths(primary),
    }


def breaches(first, now):
    """How `now` differs from the first look in a way it may not."""
    bad = []
    for name, steady in STEADY.items():
        bad += [f"{name}: {figure} {now[name][figure]}, at first {first[name][figure]}"
                for figure in steady if now[name][figure] > first[name][figure]]
        grown = now[name]["rss_kb"] - first[name]["rss_kb"]
        if grown > RSS_KB:
            bad.append(f"{name}: {grown} kB more resident memory than at first")
    for figure, most in (("mbufs_used", 0), ("vectors_used", WORKERS)):
        if now[figure] > most:
            bad.append(f"spp_vf 1 at rest has {now[figure]} {figure}, at most {most} are in order")
    if any(now["events"].values()):
        bad.append(f"event device of spp_vf 1 at rest: {now['events']}")
    if now["missing"]:
        bad.append(f"missing in the slots: {now['missing']}")
    starts = now["sessions"] - first["sessions"]
    if now["heap_kb"] - first["heap_kb"] > HEAP_KB * starts:
        bad.append(f"the primary's heap grew from {first['heap_kb']} to {now['heap_kb']} kB in "
                   f"{starts} starts of a spp_vf")
    return bad
