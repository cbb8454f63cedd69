# SPDX-License-Identifier: BSD-3-Clause
"""A guest that never empties its ring while packets for it come as fast as they can: what another
guest keeps, beside what it keeps when the first one is healthy, and when there is nothing for it.
"""

import statistics

import numbered
import scenario
import status
from churn import Master
from proc import wait_for
from spplib import FLUSH, commands, component, table

RATE = 4000           # packets a second for the other guest, each way
LATENCY_RATE = 400
RATE_KEPT, LATENCY_KEPT = 0.99, 1.1
WAYS = ("alone", "healthy", "stuck")


def percentile(values, percent):
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


class Stuck:
    """nic0 - ring0 - vhost0, the sick guest's, and nic1 - ring2 - vhost1, the other's."""

    def __init__(self, b):
        self.b = b
        b.start_controller()
        nics = [numbered.memif(b, 0), numbered.memif(b, 1)]
        b.primary([nic.server for nic in nics])
        b.vf(1)
        reply = b.controller[1].request(commands(
            component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "forward", ["ring0"], ["vhost0"]),
            component(4, "forward", ["vhost0"], ["nic0"]),
            component(5, "classifier", ["nic1"], ["ring2"]),
            component(6, "forward", ["ring2"], ["vhost1"]),
            component(7, "forward", ["vhost1"], ["nic1"]),
            table(scenario.MACS[0], "ring0"), table(scenario.MACS[1], "ring2"), FLUSH))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(bad)
        self.flooder = numbered.Numbered(b, [nics[0].port], name="flooder")
        self.other = numbered.Numbered(b, [nics[1].port, numbered.vhost(b.sock(1), 1)], name="other")
        self.idle = self.held()

    def held(self):
        """mbufs and vectors in use in this spp_vf."""
        slot = status.slot(self.b.primary_status(), 1)
        return tuple(slot[pool]["total"] - slot[pool]["free"] for pool in ("mbufs", "vectors"))

    def round(self, way, seconds, rate=None):
        """Figures of the other guest while the first one fares so. rate: of the flood."""
        guest = None
        if way == "healthy":
            guest = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(0))], name="guest")
            guest.begin(["rx:0"])
        elif way == "stuck":
            guest = Master(self.b.sock(0))
            guest.start()
            wait_for("the stuck guest", lambda: status.port(self.b.vf_status(), "vhost0")["link_up"])
        before = status.drops(self.b.vf_status())
        if way != "alone":
            self.flooder.begin([f"tx:0:3:{scenario.MACS[0]}"], rate=rate)
        figures = self.figures(seconds)
        if way != "alone":
            figures["flood"] = self.flooder.end().total_sent()
        figures["vhost_full"] = (status.drops(self.b.vf_status()) - before)["vhost_full"]
        if way == "healthy":
            guest.proc.kill()
        elif way == "stuck":
            guest.close()
        wait_for("no guest", lambda: not status.port(self.b.vf_status(), "vhost0")["link_up"])
        return figures

    def figures(self, seconds):
        ways = [f"tx:0:1:{scenario.MACS[1]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"]
        self.other.begin(ways, rate=RATE, seconds=seconds)
        held = []
        while self.other.running():
            held.append(self.held())
        result = self.other.result()
        self.other.begin([f"tx:0:1:{scenario.MACS[1]}", "rx:1"], rate=LATENCY_RATE, seconds=seconds,
                         latency=True, settle=200)
        latency = self.other.result().raw["latency"]["us"]
        return {"rate": result.total_received() / result.seconds, "lost": sum(
            result.missing().values()), "p50": percentile(latency, 50),
            "p99": percentile(latency, 99), "mbufs": max(h[0] for h in held) - self.idle[0],
            "vectors": max(h[1] for h in held) - self.idle[1]}

    def contest(self, rounds, seconds, rate=None, show=lambda line: None):
        """{way: medians}, the ways by turns."""
        found = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                figures = self.round(way, seconds, rate)
                found[way].append(figures)
                show(f"{way:8} " + ", ".join(f"{k} {v:.0f}" for k, v in figures.items()))
        return {way: {key: statistics.median(f.get(key, 0) for f in rows) for key in
                      ("rate", "lost", "p50", "p99", "mbufs", "vectors", "vhost_full", "flood")}
                for way, rows in found.items()}


def breaches(figures):
    """What the stuck guest cost the other one, beyond what a healthy one does."""
    stuck, healthy = figures["stuck"], figures["healthy"]
    found = []
    if stuck["rate"] < RATE_KEPT * healthy["rate"]:
        found.append(f"rate {stuck['rate']:.0f} of {healthy['rate']:.0f}")
    if stuck["p99"] > LATENCY_KEPT * healthy["p99"]:
        found.append(f"p99 {stuck['p99']:.0f} us of {healthy['p99']:.0f}")
    if stuck["lost"]:
        found.append(f"{stuck['lost']} packets lost")
    return found
