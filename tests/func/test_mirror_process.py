# SPDX-License-Identifier: BSD-3-Clause
"""spp_mirror beside a spp_vf, by what networking-spp's Tap-as-a-Service and spp-ctl send: a VM's packets
go by way of the mirror to the VM and to a tap.

    NIC ── phy:0 ─► classifier ─► ring:0 ══► mirror ══► ring:5 ─► merge ─► vhost:58 ── VM
                                             └═════► ring:4 ─► merge ─► vhost:59 ── tap

Before the tap ring:0 leads to the first merge directly.
"""

import os

import numbered
import scenario
import status
from proc import wait_for
from spplib import Lost, SppTest
from text_clients import Refused, SppCtl

MIRROR = 2
SOCKS = ("/tmp/sock58", "/tmp/sock59")
TX = f"tx:0:1:{scenario.MACS[0]}"
WAYS = [TX, "rx:1", "rx:2"]
# networking-spp's order of an IN plug: (client id, action, port, side, component)
PLUG = [(1, "add", "ring:4", "rx", "forward_1_tx"), (2, "add", "ring:4", "tx", "mirror_0"),
        (1, "add", "ring:5", "rx", "forward_0_tx"), (2, "add", "ring:5", "tx", "mirror_0"),
        (1, "del", "ring:0", "rx", "forward_0_tx"), (2, "add", "ring:0", "rx", "mirror_0")]
UNPLUG = [(2, "del", "ring:0", "rx", "mirror_0"), (1, "add", "ring:0", "rx", "forward_0_tx"),
          (2, "del", "ring:5", "tx", "mirror_0"), (1, "del", "ring:5", "rx", "forward_0_tx"),
          (2, "del", "ring:4", "tx", "mirror_0"), (1, "del", "ring:4", "rx", "forward_1_tx")]


class MirrorProcess(SppTest):
    in_event = True

    def start(self):
        b = self.b
        self.addCleanup(self.unlink)
        self.unlink()
        os.mkdir(b.path("state"))
        self.ctl = SppCtl()
        b.closers.append(lambda: self.ctl.close())
        nic = numbered.memif(b, 0)
        b.primary([nic.server], rings=8, mem=768, args=["--max-vf", "2", *self.ctl.for_primary])
        self.ctl.accept_primary()
        b.vf(1, config=False, ids=[0, 2, 3, 4, 5], args=self.ctl.for_vf)
        self.ctl.accept_vf()
        self.start_mirror()
        self.wire()
        self.tool = numbered.Numbered(
            b, [nic.port, *(numbered.vhost(sock, n) for n, sock in enumerate(SOCKS, 1))])
        for vhost in ("vhost58", "vhost59"):
            wait_for(vhost, lambda: status.port(b.vf_status(1), vhost)["link_up"])

    @staticmethod
    def unlink():
        for sock in SOCKS:
            if os.path.exists(sock):
                os.unlink(sock)

    def start_mirror(self):
        self.b.vf(MIRROR, config=False, ids=[10, 12, 13], name="spp_mirror",
                  args=[*self.ctl.for_vf, "--state-dir", self.b.path("state")])
        answer = self.ctl.accept_vf().do("_get_client_id")
        self.assertEqual((answer["client_id"], answer["process_type"]), (MIRROR, "mirror"))

    def wire(self):
        ctl = self.ctl
        for name, core, kind in (("classifier", 2, "classifier"), ("forward_0_tx", 3, "merge"),
                                 ("forward_1_tx", 4, "merge"), ("forward_0_rx", 5, "forward")):
            ctl.component_start(name, core, kind)
        for port, side, name in (("ring:0", "tx", "classifier"), ("phy:0", "rx", "classifier"),
                                 ("vhost:58", "tx", "forward_0_tx"), ("ring:0", "rx", "forward_0_tx"),
                                 ("vhost:59", "tx", "forward_1_tx"), ("phy:0", "tx", "forward_0_rx"),
                                 ("vhost:58", "rx", "forward_0_rx")):
            ctl.port_attach(port, side, name)
        ctl.table("add", scenario.MACS[0], "ring:0")
        ctl.component_start("mirror_0", 12, "mirror", vf=MIRROR)

    def do(self, steps):
        for vf, action, port, side, name in steps:
            self.ctl.vfs[vf].do(f"port {action} {port} {side} {name}")

    def core(self):
        return self.ctl.vfs[MIRROR].info()["core"][0]

    def ports(self, side):
        return [p["port"] for p in self.core()[side]]

    def received(self):
        """By the mirror."""
        return status.port(self.b.vf_status(MIRROR), "ring0")["rx_packets"]

    def arrives(self, vm=True, tap=True):
        """What is sent comes to these, whole and in order, and to no other."""
        result = self.tool.run(WAYS, count=1000, rate=20000)
        sent = result.total_sent()
        self.assertEqual((sent, result.disorder()), (1000, []))
        for port, wanted in ((1, vm), (2, tap)):
            got = result.received(port)
            if wanted and got < sent:
                raise Lost(f"{sent - got} of {sent} packets lost at port {port}")
            self.assertEqual(got, sent if wanted else 0)

    def test_a_tap_is_plugged_and_unplugged_as_networking_spp_does(self):
        self.start()
        self.arrives(tap=False)
        self.tool.begin(WAYS, rate=5000)
        self.do(PLUG)
        self.assertEqual(self.ports("tx_port"), ["ring:4", "ring:5"])
        start = self.received()
        wait_for("mirrored packets", lambda: self.received() > start + 500)
        self.assertEqual(self.tool.end().disorder(), [])
        self.arrives()
        with self.assertRaisesRegex(Refused, "error occur: .*one rx port and two tx ports"):
            self.ctl.port_attach("ring:6", "tx", "mirror_0", vf=MIRROR)
        with self.assertRaisesRegex(Refused, r"Invalid value \(component type\)"):
            self.ctl.component_start("fwd", 13, "forward", vf=MIRROR)
        self.arrives()
        self.rests_with_one_tx_port()
        self.is_killed_and_comes_back()
        self.do(UNPLUG)
        self.assertEqual((self.ports("rx_port"), self.ports("tx_port")), ([], []))
        self.arrives(tap=False)
        self.is_stopped_with_its_ports()
        self.assertEqual(self.ctl.vfs[MIRROR].ask("exit")["results"], [{"result": "success"}])
        self.assertEqual(self.b.vfs[MIRROR].wait(), 0)
        self.arrives(tap=False)

    def rests_with_one_tx_port(self):
        """Nothing is read meanwhile: it waits in the ring."""
        self.ctl.port_detach("ring:4", "tx", "mirror_0", vf=MIRROR)
        before = self.received()
        result = self.tool.run(WAYS, count=50, rate=1000)
        self.assertEqual((result.received(1), result.received(2)), (0, 0))
        self.assertEqual(self.received(), before)
        self.ctl.port_attach("ring:4", "tx", "mirror_0", vf=MIRROR)
        wait_for("what waited", lambda: self.received() == before + 50)
        self.assertEqual(self.ports("tx_port"), ["ring:5", "ring:4"])
        self.tool.quiet()
        self.arrives()

    def is_killed_and_comes_back(self):
        wait_for("its wiring to be saved",
                 lambda: self.b.vf_status(MIRROR)["state_file"]["saved"])
        start = self.received()
        self.tool.begin(WAYS, rate=20000)
        wait_for("load", lambda: self.received() > start + 1000)
        self.b.vfs[MIRROR].kill()
        wait_for("its slot to be free",
                 lambda: status.slot(self.b.primary_status(), MIRROR) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})
        self.start_mirror()
        self.assertEqual(self.ports("tx_port"), ["ring:5", "ring:4"])
        wait_for("mirrored packets again", lambda: self.received() > 1000)
        result = self.tool.end()
        self.assertEqual(result.disorder(), [])
        self.assertGreater(min(result.received(port) for port in (1, 2)), 1000)
        self.tool.quiet()
        self.arrives()

    def is_stopped_with_its_ports(self):
        """The ports are let go: the spp_vf may have them, and the mirror has them again."""
        self.do(PLUG)
        self.arrives()
        self.ctl.component_stop("mirror_0", vf=MIRROR)
        self.assertEqual({c["type"] for c in self.ctl.vfs[MIRROR].info()["core"]}, {"unuse"})
        self.ctl.port_attach("ring:0", "rx", "forward_0_tx")
        self.arrives(tap=False)
        self.ctl.port_detach("ring:0", "rx", "forward_0_tx")
        self.ctl.component_start("mirror_0", 13, "mirror", vf=MIRROR)
        self.do([step for step in PLUG if step[0] == MIRROR])
        self.arrives()
        self.ctl.component_stop("mirror_0", vf=MIRROR)
        self.ctl.port_attach("ring:0", "rx", "forward_0_tx")
