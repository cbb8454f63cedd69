# SPDX-License-Identifier: BSD-3-Clause
"""The programs a hostile guest attacks: vhost0 is its port; nic0 and vhost1 carry numbered packets of
others through the same worker. Packets go to the hostile guest as well, so that its rings are used.
"""

import os

import all_kinds
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

    number = 1  # of the spp_vf that has the guests
    ports = ["vhost0", "vhost1"]
    guest = "untrusted"  # what it is taken for

    def __init__(self, b, eal=()):
        self.b = b
        b.start_controller()
        nic = numbered.memif(b, 0)
        self.start([nic.server, "net_null1"], eal)
        self.vf = b.vfs[self.number]
        self.sock, neighbour = self.socks()
        self.tool = numbered.Numbered(b, [nic.port, numbered.vhost(neighbour, 1)])
        self.fds = self.nb_fds()

    def start(self, nics, eal):
        b = self.b
        b.primary(nics, rings=8, eal=eal)
        b.vf(1, config=b.vf_config(1, num_vhost=2, num_ring=8, first_vhost=0, guest=self.guest), ids=[0, 2])
        self.wire(1, component(2, "classifier", ["nic0"], self.ports, name="in"),
                  component(2, "forward", ["vhost1"], ["nic0"], name="out"),
                  component(2, "forward", ["vhost0"], ["nic1"], name="hostile"),
                  *(table(mac, port) for mac, port in zip(scenario.MACS, self.ports)))

    def socks(self):
        """Of the hostile guest and of its neighbour."""
        return self.b.sock(0), self.b.sock(1)

    def wire(self, number, *parts):
        reply = self.b.controller[number].request(commands(*parts, FLUSH))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(bad)

    # -- what must not change ---------------------------------------------------------------

    def nb_fds(self):
        return len(os.listdir(f"/proc/{self.vf.pid}/fd"))

    def alive(self):
        return self.vf.alive()

    def connected(self):
        return status.port(self.b.vf_status(self.number), self.ports[0])["link_up"]

    def gone(self):
        """The hostile guest's place is free again."""
        wait_for("the hostile guest gone", lambda: self.nb_fds() <= self.fds, 5, step=0.001)

    def settled(self):
        """Gone with every descriptor it brought."""
        wait_for("the hostile guest gone, its descriptors closed",
                 lambda: not self.connected() and self.nb_fds() <= self.fds, 5)

    def pools(self):
        """What is free of the mbufs and vectors of every spp_vf."""
        info = self.b.primary_status()
        slots = [status.slot(info, number) for number in self.b.vfs]
        return [slot[pool]["free"] for slot in slots for pool in ("mbufs", "vectors")]

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


class Trusted(Bed):
    """The hostile guest is one that is trusted, by mistake."""

    guest = "trusted"


class Shared(Bed):
    """Its rings lead to other processes, so no configuration file may name its ports."""

    ports = ["vhost58", "vhost59"]

    def socks(self):
        return [f"/tmp/sock{port.removeprefix('vhost')}" for port in self.ports]

    def unlink(self):
        for sock in self.socks():
            if os.path.exists(sock):
                os.unlink(sock)

    def alive(self):
        return all(vf.alive() for vf in self.b.vfs.values())


class Between(Shared):
    """The NICs are another spp_vf's: all packets of both guests cross rings between processes."""

    number = 2

    def start(self, nics, eal):
        b = self.b
        self.unlink()
        b.primary(nics, rings=8, mem=640, eal=eal, args=["--max-vf", "2"])
        b.vf(1, config=False, ids=[0, 2])
        b.vf(2, config=False, ids=[10, 12])
        self.wire(1, component(2, "classifier", ["nic0"], ["ring0", "ring2"], name="in"),
                  component(2, "forward", ["ring3"], ["nic0"], name="out"),
                  component(2, "forward", ["ring1"], ["nic1"], name="hostile"),
                  *(table(mac, ring) for mac, ring in zip(scenario.MACS, ("ring0", "ring2"))))
        self.wire(2, component(12, "forward", ["ring0"], ["vhost58"], name="to-hostile"),
                  component(12, "forward", ["vhost58"], ["ring1"], name="hostile"),
                  component(12, "forward", ["ring2"], ["vhost59"], name="in"),
                  component(12, "forward", ["vhost59"], ["ring3"], name="out"))


class Mirrored(Shared):
    """What the hostile guest sends goes by way of a spp_mirror, and the copy to a spp_pcap."""

    def start(self, nics, eal):
        b = self.b
        self.unlink()
        b.primary(nics, rings=8, mem=704, eal=eal, args=["--max-vf", "3"])
        b.vf(1, config=False, ids=[0, 2])
        b.vf(all_kinds.MIRROR, config=False, ids=[10, 12], name="spp_mirror")
        self.pcap = all_kinds.start_pcap(b, "ring:3")
        self.wire(1, component(2, "classifier", ["nic0"], self.ports, name="in"),
                  component(2, "forward", ["vhost59"], ["nic0"], name="out"),
                  component(2, "forward", ["vhost58"], ["ring0"], name="hostile"),
                  component(2, "forward", ["ring2"], ["nic1"], name="mirrored"),
                  *(table(mac, port) for mac, port in zip(scenario.MACS, self.ports)))
        self.wire(all_kinds.MIRROR, component(12, "mirror", ["ring0"], ["ring2", "ring3"]))
        self.b.controller[all_kinds.PCAP].request("start")

    def alive(self):
        return super().alive() and self.pcap.alive()

    def recorded(self):
        """Packets of the hostile guest, in a file by now."""
        return self.b.vf_status(all_kinds.PCAP)["written"]
