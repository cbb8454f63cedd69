# SPDX-License-Identifier: BSD-3-Clause
"""Two spp_vf with rings between them: the panel of test_ring_between.py and test_ring_death.py.

    NIC ── nic0 ─► classifier ─► ring5 ══► forward ─► vhost58 ── VM       (spp_vf 1 ══► spp_vf 2)
    NIC ── nic0 ◄─ forward ◄─ ring6 ◄══ forward ◄─ vhost58 ── VM

Without configuration files: what one names belongs to its spp_vf. The tool has the NIC as port 0, the
VM as port 1.
"""

import os

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, commands, component, table

MAC = scenario.MACS[0]
SOCK = "/tmp/sock58"
WAYS = [f"tx:0:1:{MAC}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"]
IDS = {1: [0, 2, 3, 4, 5], 2: [10, 12, 13, 14, 15]}
WIRING = {
    1: [component(2, "classifier", ["nic0"], ["ring5"]), component(3, "forward", ["ring6"], ["nic0"]),
        table(MAC, "ring5")],
    2: [component(12, "forward", ["ring5"], ["vhost58"]),
        component(13, "forward", ["vhost58"], ["ring6"])],
}
# A component from one core to another, and back: each has a ring to the other spp_vf.
MOVES = [
    (1, [component(2, "none"), component(4, "classifier", ["nic0"], ["ring5"])]),
    (2, [component(12, "none"), component(14, "forward", ["ring5"], ["vhost58"])]),
    (2, [component(13, "none"), component(15, "forward", ["vhost58"], ["ring6"])]),
    (1, [component(3, "none"), component(5, "forward", ["ring6"], ["nic0"])]),
    (1, [component(4, "none"), component(2, "classifier", ["nic0"], ["ring5"])]),
    (2, [component(14, "none"), component(12, "forward", ["ring5"], ["vhost58"])]),
    (2, [component(15, "none"), component(13, "forward", ["vhost58"], ["ring6"])]),
    (1, [component(5, "none"), component(3, "forward", ["ring6"], ["nic0"])]),
]


class Between:
    def __init__(self, test, vdevs=(), args=(), state=False, mem=768):
        self.test, self.b = test, test.b
        b = self.b
        test.addCleanup(self.unlink)
        self.unlink()
        if state:
            os.mkdir(b.path("state"))
        self.args = ["--state-dir", b.path("state")] if state else []
        b.start_controller()
        self.nic = numbered.memif(b, 0)
        b.primary([self.nic.server, *vdevs], rings=16, mem=mem, args=["--max-vf", "2", *args])
        self.tool = None
        self.start(1)
        self.start(2)

    def start(self, number, wait=True):
        self.b.vf(number, config=False, ids=IDS[number], args=self.args, wait=wait)

    @staticmethod
    def unlink():
        if os.path.exists(SOCK):
            os.unlink(SOCK)

    def send(self, number, *parts):
        return self.test.send_ok(self.b.controller[number], commands(*parts, FLUSH))

    def refused(self, number, pattern, *parts):
        self.test.send_error(self.b.controller[number], commands(*parts, FLUSH), pattern)
        self.test.send_ok(self.b.controller[number], commands({"command": "cancel"}))

    def wire(self):
        for number, parts in WIRING.items():
            self.send(number, *parts)

    def tools(self):
        self.tool = numbered.Numbered(self.b, [self.nic.port, numbered.vhost(SOCK, 1)])
        return self.tool

    def port(self, number, name):
        """The entry of a port in a spp_vf's status; None: it has none."""
        return next((p for p in self.b.vf_status(number)["port"] if p["port"] == name), None)

    def ring(self, name):
        """As spp_primary shows it."""
        return next(r for r in self.b.primary_status()["ring"] if r["port"] == name)

    def areas(self):
        return self.b.primary_status()["shared_rings"]["used"]

    def moved(self, packets=500, number=2, name="vhost58"):
        """So many more have come out there."""
        def count():
            return status.port(self.b.vf_status(number), name)["tx_packets"]
        start = count()
        wait_for(f"{packets} packets to {name}", lambda: count() >= start + packets)
