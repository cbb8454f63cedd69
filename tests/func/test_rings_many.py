# SPDX-License-Identifier: BSD-3-Clause
"""Rings between three spp_vf, without configuration files: a chain, two NICs into one VM, a circle.

nic0 is vf1's, nic1 vf2's, the VM vf3's. The tool has the NICs as ports 0 and 1, the VM as port 2.
"""

import os

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

MAC = scenario.MACS[0]
NIC_MACS = [scenario.NIC_MAC, "02:00:00:00:ff:01"]
SOCK = "/tmp/sock58"
IDS = {1: [0, 2, 3], 2: [6, 7, 8, 9, 10], 3: [11, 12, 13]}
CHAIN = {
    1: [component(2, "forward", ["nic0"], ["ring1"]), component(3, "forward", ["ring4"], ["nic0"])],
    2: [component(7, "forward", ["ring1"], ["ring2"]), component(8, "forward", ["ring3"], ["ring4"])],
    3: [component(12, "forward", ["ring2"], ["vhost58"]),
        component(13, "forward", ["vhost58"], ["ring3"])],
}
# What is in the middle, from one core to another and back.
MOVES = [
    [component(7, "none"), component(9, "forward", ["ring1"], ["ring2"])],
    [component(8, "none"), component(10, "forward", ["ring3"], ["ring4"])],
    [component(9, "none"), component(7, "forward", ["ring1"], ["ring2"])],
    [component(10, "none"), component(8, "forward", ["ring3"], ["ring4"])],
]
TWO_NICS = {
    1: [component(2, "classifier", ["nic0"], ["ring5"]), component(3, "forward", ["ring7"], ["nic0"]),
        table(MAC, "ring5")],
    2: [component(7, "classifier", ["nic1"], ["ring6"]), component(8, "forward", ["ring8"], ["nic1"]),
        table(MAC, "ring6")],
    3: [component(12, "merge", ["ring5", "ring6"], ["vhost58"]),
        component(13, "classifier", ["vhost58"], ["ring7", "ring8"]),
        table(NIC_MACS[0], "ring7"), table(NIC_MACS[1], "ring8")],
}
CIRCLE = {
    1: [component(2, "merge", ["nic0", "ring11"], ["ring9"])],
    2: [component(7, "forward", ["ring9"], ["ring10"])],
    3: [component(12, "forward", ["ring10"], ["ring11"]),
        component(13, "forward", ["vhost58"], ["ring12"])],  # which keeps the VM's socket
}


class Three(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        if os.path.exists(SOCK):
            os.unlink(SOCK)
        b.start_controller()
        nics = [numbered.memif(b, 0), numbered.memif(b, 1)]
        b.primary([nic.server for nic in nics], rings=16, mem=768, args=["--max-vf", "3"])
        for number, ids in IDS.items():
            b.vf(number, config=False, ids=ids)
        # one tool for all cases: nic0 is always core 2's and nic1 core 7's (numbered.py)
        cls.wire(TWO_NICS)
        cls.tool = numbered.Numbered(b, [*(nic.port for nic in nics), numbered.vhost(SOCK, 2)])
        wait_for("the guest", lambda: status.port(b.vf_status(3), "vhost58")["link_up"])

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        if os.path.exists(SOCK):
            os.unlink(SOCK)

    @classmethod
    def wire(cls, wiring):
        """In place of all that was wired."""
        for number, parts in wiring.items():
            cls.send(number, *(component(core, "none") for core in IDS[number][1:]), *parts)

    @classmethod
    def send(cls, number, *parts):
        reply = cls.b.controller[number].request(commands(*parts, FLUSH))
        if any(result["result"] != "success" for result in reply["results"]):
            raise AssertionError(f"spp_vf {number}: {reply}")

    def drops(self):
        return {number: status.drops(self.b.vf_status(number)) for number in IDS}

    def rx(self, number, ring):
        return next(p for p in self.b.vf_status(number)["port"] if p["port"] == ring)["rx"]["packets"]

    def moved(self, packets):
        start = self.rx(3, "ring2")
        wait_for(f"{packets} packets more", lambda: self.rx(3, "ring2") >= start + packets)

    def ways(self, *more):
        return [*more, "rx:0", "rx:1", "rx:2"]

    def test_a_chain_whose_middle_moves(self):
        self.wire(CHAIN)
        ways = self.ways(f"tx:0:1:{MAC}", f"tx:2:2:{NIC_MACS[0]}")
        result = self.tool.run(ways, count=2000, rate=20000)
        self.whole(result)
        self.assertEqual((result.received(2, source=1), result.received(0, source=2)), (2000, 2000))
        self.assertEqual((self.rx(2, "ring1"), self.rx(3, "ring2")), (2000, 2000))
        self.assertEqual((self.rx(2, "ring3"), self.rx(1, "ring4")), (2000, 2000))
        self.tool.begin(ways, rate=5000)
        for parts in 2 * MOVES:
            self.send(2, *parts)
            self.moved(20)
        result = self.tool.end()
        self.whole(result)
        self.assertGreater(result.total_sent(), 20 * len(MOVES))

    def test_the_classifiers_of_two_nics_into_one_vm(self):
        self.wire(TWO_NICS)
        result = self.tool.run(self.ways(f"tx:0:1:{MAC}", f"tx:1:2:{MAC}",
                                         f"tx:2:3:{','.join(NIC_MACS)}"), count=2000, rate=10000)
        self.whole(result)
        self.assertEqual([result.received(2, source=n) for n in (1, 2)],
                         [result.sent[1, 0], result.sent[2, 0]])
        self.assertEqual([result.received(nic, source=3, flow=nic) for nic in (0, 1)],
                         [result.sent[3, nic] for nic in (0, 1)])
        self.assertGreaterEqual(min(result.sent.values()), 1000)

    def test_a_circle_over_three_ends(self):
        """Nobody of the three sees it: each packet goes over eight rings, the ninth refuses it."""
        self.wire(CIRCLE)
        before = self.drops()
        self.tool.run([f"tx:0:1:{MAC}"], count=100, rate=1000)
        wait_for("all packets to be dropped",
                 lambda: sum(sum((now - before[n]).values()) for n, now in self.drops().items()) >= 100)
        self.assertEqual({n: dict(now - before[n]) for n, now in self.drops().items()},
                         {1: {}, 2: {}, 3: {"loop": 100}})
        self.assertEqual((self.rx(2, "ring9"), self.rx(3, "ring10"), self.rx(1, "ring11")),
                         (300, 300, 200))
