# SPDX-License-Identifier: BSD-3-Clause
"""Rings between two spp_vf, all on one CPU: their ends are moved from core to core under load."""

import time

import between
import judge
import numbered
import status
from bed import FLUSH_TRIES, GUEST_RING, LOAD, PACE, prefer, urgent
from between import MOVES, SOCK, WAYS, Between
from cpu import Cpu, aside
from spplib import FLUSH, commands


class Host:
    """What Between asks of a test."""

    def __init__(self, b):
        self.b = b
        self.failed = []

    def addCleanup(self, function):  # pylint: disable=invalid-name
        self.b.closers.append(function)

    def send_ok(self, stream, message):
        """If need be only once a worker that had no turn for 100 ms has had one."""
        for _ in range(FLUSH_TRIES):
            reply = stream.request(message)
            bad = [r["error_details"]["message"] for r in reply["results"] if r["result"] == "error"]
            if not bad:
                return reply
            self.failed += bad
        raise AssertionError(f"{message}: {bad}")


def carried(tool, rate=None, seconds=0.5):
    result = tool.run(WAYS, rate=rate, seconds=seconds, settle=200)
    return result.total_received() / result.seconds


def phase(b, tool, capacity, count, act):
    """`count` times act(n), 90 a second, at a share of what is carried; what became of the packets."""
    before = sum((status.drops(b.vf_status(n)) for n in (1, 2)), start=status.drops({"drops": {}}))
    tool.begin(WAYS, rate=int(LOAD * capacity / 2))
    with urgent():
        for n in range(count):
            begun = time.monotonic()
            act(n)
            time.sleep(max(0.0, PACE - (time.monotonic() - begun)))
    result = tool.end()
    after = sum((status.drops(b.vf_status(n)) for n in (1, 2)), start=status.drops({"drops": {}}))
    return judge.verdict(result, after - before, capacity, GUEST_RING)


def moved(b, count):
    """`count` moves of one end each, beside as many times nothing."""
    host = Host(b)
    two = Between(host)
    two.wire()
    tool = numbered.Numbered(b, [two.nic.port, numbered.vhost(SOCK, 1, GUEST_RING)], memory=256)
    prefer(tool.proc.pid)
    aside(b)
    capacity = carried(tool, int(carried(tool) / 2))
    commits = []

    def move(n):
        number, parts = MOVES[n % len(between.MOVES)]
        reply = host.send_ok(b.controller[number], commands(*parts, FLUSH))
        commits.append(reply["results"][-1]["commit_us"])

    control = phase(b, tool, capacity, count, lambda n: None)
    cpu = Cpu(b)
    figures = phase(b, tool, capacity, count, move)
    return {"moves": count, "capacity": round(capacity), "control": control,
            "others_percent": round(100 * cpu.others()), **figures, "failed": host.failed,
            "commit_us": judge.summary(commits)}
