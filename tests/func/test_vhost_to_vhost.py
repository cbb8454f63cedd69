# SPDX-License-Identifier: BSD-3-Clause
"""The founding document's "next step": VM to VM, through a ring and directly, changed at run time."""

import scenario
from bench import message
from net import transfer
from spplib import FLUSH, SppTest, commands, component

MB = 1 << 20


class VhostToVhost(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.vm0, cls.vm1 = scenario.start(b, wire=False, vdevs=["net_null0"])

    def clear(self):
        idle = [component(core, "none") for core in range(2, 14)]
        self.send_ok(self.b.controller[1], commands(*idle, FLUSH))

    def check(self, name):
        self.clear()
        self.assertEqual(self.vm0.ns.ping(self.vm1.address, 3)[1], 0, "without wiring")
        self.send_ok(self.b.controller[1], message(name))
        self.vm0.ns.wait_ping(self.vm1.address)
        self.assertEqual(self.vm0.ns.ping(self.vm1.address, 200), (200, 200))
        self.assertEqual(self.vm1.ns.ping(self.vm0.address, 200), (200, 200))
        for a, z in ((self.vm0, self.vm1), (self.vm1, self.vm0)):
            sent, received = transfer(a.ns, z.ns, z.address, 20 * MB)
            self.assertEqual(sent, received)

    def test_through_a_ring(self):
        self.check("vhost-to-vhost-by-ring")

    def test_directly(self):
        self.check("vhost-to-vhost-direct")
