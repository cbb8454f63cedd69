# SPDX-License-Identifier: BSD-3-Clause
"""The programs a hostile guest attacks: vhost0 is its port; nic0 and vhost1 carry numbered packets of
others through the same worker. Packets go to the hostile guest as well, so that its rings are used.
"""

import os

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, commands, component, table

RATE = 2000
STALL_US = 10000
SETTLE_MS = 150


class Bed:
    """One worker (core 2) does everything for both guests: a stall of one would be the other's."""

    def __init__(self, b, eal=()):
        self.b = b
        b.start_controller()
        nic = numbered.memif(b, 0)
        b.primary([nic.server, "net_null1"], rings=8, eal=eal)
        b.vf(1, config=b.vf_config(1, num_vhost=2, num_ring=8, first_vhost=0), ids=[0, 2])
        self.vf = b.vfs[1]
        reply = b.controller[1].request(commands(
            component(2, "classifier", ["nic0"], ["vhost0", "vhost1"], name="in"),
            component(2, "forward", ["vhost1"], ["nic0"], name="out"),
            component(2, "forward", ["vhost0"], ["nic1"], name="hostile"),
            table(scenario.MACS[0], "vhost0"), table(scenario.MACS[1], "vhost1"), FLUSH))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(bad)
        self.sock = b.sock(0)
        self.tool = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(1), 1)])
        self.fds = self.nb_fds()

    # -- what must not change ---------------------------------------------------------------

    def nb_fds(self):
        return len(os.listdir(f"/proc/{self.vf.pid}/fd"))

    def alive(self):
        return self.vf.alive()

    def connected(self):
        return status.port(self.b.vf_status(), "vhost0")["link_up"]

    def gone(self):
        """The hostile guest's place is free again."""
        wait_for("the hostile guest gone", lambda: self.nb_fds() <= self.fds, 5, step=0.001)

    def settled(self):
        """Gone with every descriptor it brought."""
        wait_for("the hostile guest gone, its descriptors closed",
                 lambda: not self.connected() and self.nb_fds() <= self.fds, 5)

    def pools(self):
        """What is free of the slot's mbufs and vectors."""
        slot = status.slot(self.b.primary_status(), 1)
        return slot["mbufs"]["free"], slot["vectors"]["free"]

    def returned(self, pools):
        """All mbufs and vectors that were free then; a few may be on their way."""
        wait_for(f"mbufs and vectors {pools} free again",
                 lambda: all(now >= then - 2 for now, then in zip(self.pools(), pools)), 5)

    # -- traffic ----------------------------------------------------------------------------

    def begin(self):
        """Others' packets both ways, and some for the hostile guest (source 3: not checked)."""
        self.tool.begin([f"tx:0:1:{scenario.MACS[1]}", f"tx:1:2:{scenario.NIC_MAC}",
                         f"tx:0:3:{scenario.MACS[0]}", "rx:0", "rx:1"], rate=RATE, settle=SETTLE_MS)

    def end(self):
        """(result, packets of others, lost ones, disorder)"""
        result = self.tool.end()
        missing = {flow: n for flow, n in result.missing().items() if flow[0] != 3}
        sent = sum(n for flow, n in result.sent.items() if flow[0] != 3)
        return result, sent, sum(missing.values()), result.disorder()
