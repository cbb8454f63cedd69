# SPDX-License-Identifier: BSD-3-Clause
"""Copies of a VM's packets for one that looks at them: whole, in order, and the VM notices nothing,
whether they are put in, taken out, or find no room.
"""

import signal

import numbered
import scenario
import status
from ctllib import Ctl
from frames import Tap, frame
from guest import TestpmdGuest
from panel import goes_round
from proc import wait_for
from spplib import SppTest

MACS = scenario.MACS
LOOKS = 2  # the tool's port of who looks, at vhost2
WAYS = [f"tx:0:1:{MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"]
SIZES = [60, 590, 1514]


class Mirror(SppTest):
    """vhost0 is plugged; who looks is at vhost2. The tool has all ends."""

    in_event = True
    deadline = 120

    def setUp(self):
        super().setUp()
        b = self.b
        self.ctl = Ctl(b)
        nic = numbered.memif(b, 0)
        b.primary([nic.server], rings=16, args=["-s", self.ctl.address])
        b.vf(1, config=b.vf_config(1, num_vhost=3, num_ring=16, first_vhost=0),
             args=["-s", self.ctl.address])
        self.ctl.wait("primary", "vf1")
        self.ctl.ok("plug", "vhost0", MACS[0])
        goes_round(self.ctl, 2)
        self.wiring = self.ctl.info()["core"]
        # a vhost is there while it is wired, or has a guest
        self.ctl.ok("mirror", "vhost0", "--to", "vhost2")
        self.tool = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1), numbered.vhost(b.sock(2), 2)])
        self.ctl.ok("unmirror", "vhost0")
        self.assertEqual(self.ctl.info()["core"], self.wiring)

    def drops(self):
        return status.drops(self.ctl.info())

    def originals(self, result):
        """All that was sent came, once and in order."""
        self.assertEqual(result.disorder(), [])
        sent = result.sent
        self.assertEqual((result.received(1, source=1), result.received(0, source=2)),
                         (sent[(1, 0)], sent[(2, 0)]))
        self.assertGreater(min(sent.values()), 0)

    def test_copies_are_whole_and_in_order(self):
        ctl, tool = self.ctl, self.tool
        for words, sources in ((["--rx"], [2]), (["--tx"], [1]), ([], [1, 2])):
            out = ctl.ok("mirror", "vhost0", "--to", "vhost2", *words)
            self.assertIn("mirror", out)
            result = tool.run([*WAYS, f"rx:{LOOKS}"], count=2000, rate=5000)
            self.originals(result)
            self.assertEqual({s: result.received(LOOKS, source=s) for s in (1, 2)},
                             {s: 2000 if s in sources else 0 for s in (1, 2)})
            self.assertIn("already", ctl.ok("mirror", "vhost0", "--to", "vhost2", *words))
            ctl.ok("unmirror", "vhost0", "--to", "vhost2")
            self.assertEqual(ctl.info()["core"], self.wiring)
        self.assertIn("nothing to do", ctl.ok("unmirror", "vhost0"))
        self.assertEqual(self.drops(), {})

    def test_put_in_and_taken_out_while_packets_flow(self):
        ctl, tool = self.ctl, self.tool
        tool.begin([*WAYS, f"rx:{LOOKS}"], rate=2000)
        for port in ("vhost0", "nic0") * 3:
            before = status.port(ctl.info(), "vhost2")["tx_packets"]
            ctl.ok("mirror", port, "--to", "vhost2")
            wait_for("copies", lambda seen=before: status.port(ctl.info(), "vhost2")["tx_packets"] > seen)
            ctl.ok("unmirror", port)
        self.originals(tool.end())
        self.assertEqual(ctl.info()["core"], self.wiring)
        # what is mirrored may be unplugged
        ctl.ok("mirror", "vhost0", "--to", "vhost2")
        self.assertIn("vhost0 is mirrored no more", ctl.ok("unplug", "vhost0"))
        self.assertEqual([c["type"] for c in ctl.info()["core"] if c["type"] != "unuse"], ["classifier", "merge"])

    def test_who_does_not_take_copies_costs_the_original_nothing(self):
        ctl, tool = self.ctl, self.tool
        ctl.ok("mirror", "vhost0", "--tx", "--to", "vhost1")
        hung = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(1))], name="hung")
        wait_for("a guest at vhost1", lambda: status.port(ctl.info(), "vhost1")["link_up"])
        hung.proc.send_signal(signal.SIGSTOP)
        self.originals(tool.run(WAYS, count=8000, rate=8000))
        self.assertEqual(set(self.drops()), {"mirror_full"})
        wait_for("no copy to wait", lambda: status.port(ctl.info(), "vhost1")["tx_packets"] +
                 self.drops()["mirror_full"] == 8000)
        hung.proc.send_signal(signal.SIGCONT)
        # nobody there at all
        ctl.ok("mirror", "vhost0", "--rx", "--to", "ring9")
        self.originals(tool.run(WAYS, count=1000, rate=5000))
        self.assertEqual(self.drops()["no_consumer"], 1000)

    def test_a_switch_and_a_restart(self):
        ctl, tool = self.ctl, self.tool
        for words in (["unplug", "vhost0"], ["plug", "vhost0", MACS[0], "--switch"]):
            ctl.ok(*words)
        before = ctl.info()["core"]
        tool.begin([*WAYS, f"rx:{LOOKS}"], rate=2000)
        ctl.ok("mirror", "vhost0", "--to", "vhost2")
        wait_for("copies", lambda: status.port(ctl.info(), "vhost2")["tx_packets"] > 100)
        self.assertRegex(ctl.ok("trace", "--what-if", "nic0", MACS[0]), r"(?s)mirror.*vhost0.*vhost2")
        dump = ctl.ok("dump", "vf1")
        self.assertEqual(ctl.run("diff", "-", text=dump)[0], 0)
        ctl.ok("unmirror", "vhost0")
        self.originals(tool.end())
        self.assertEqual(ctl.info()["core"], before)
        ctl.ok("apply", "-", text=dump)
        self.originals(tool.run([*WAYS, f"rx:{LOOKS}"], count=500, rate=2000))

    def test_what_cannot_be_is_refused(self):
        ctl = self.ctl
        for code, words, error in (
                (2, ["mirror", "vhost0"], "where to? (--to vhost5"),
                (2, ["mirror", "vhost0", "--to", "vf1"], "where to?"),
                (2, ["status", "--to", "vhost0"], "takes no --to"),
                (2, ["unplug", "vhost0", "--to", "vhost2"], "vhost2: not a process"),
                (2, ["mirror", "vhost0", "--to", "vhost0"], "cannot be mirrored to itself"),
                (1, ["mirror", "vhost1", "--to", "vhost2"], "nothing comes in by it"),
                (1, ["mirror", "vhost0", "--to", "nic0"], "nic0 is in use by merge on core 3")):
            self.assertIn(error, ctl.refused(code, *words), words)
        self.assertEqual(ctl.info()["core"], self.wiring)


class MirrorVlan(SppTest):
    """Real guests: a VM in VLAN 101, and one that looks at it."""

    deadline = 120

    def test_it_is_seen_as_it_sees_itself(self):
        b = self.b
        ctl = Ctl(b)
        wire = b.wire(0)
        b.primary(rings=16, args=["-s", ctl.address])
        b.vf(1, config=b.vf_config(1, num_vhost=3, num_ring=16, first_vhost=0),
             args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        ctl.ok("plug", "vhost0", MACS[0], "--vlan", "101")
        ctl.ok("mirror", "vhost0", "--to", "vhost2")
        vms = [TestpmdGuest(b, f"vm{n}", b.sock(n), f"10.61.0.{10 + n}/24", f"00:11:22:33:44:{n:02x}" if n else MACS[0])
               for n in (0, 2)]
        for vm in vms:
            vm.start()
        for name in ("vhost0", "vhost2"):
            wait_for(f"a guest at {name}", lambda name=name: status.port(ctl.info(), name)["link_up"])
        ends = [Tap(wire.ns, "eth0"), *(Tap(vm.ns, vm.tap) for vm in vms)]
        b.closers += [end.close for end in ends]
        far, vm, looks = ends
        for end in ends:
            end.take(0, deadline=0.05)
        down = [frame(MACS[0], n, size) for n, size in enumerate(SIZES)]
        far.send(frame(MACS[0], n, size, 101, 5) for n, size in enumerate(SIZES))
        self.assertEqual([end.take(len(down)) for end in (vm, looks)], [down, down])
        up = [frame(scenario.NIC_MAC, n, size) for n, size in enumerate(SIZES)]
        vm.send(up)
        self.assertEqual(far.take(len(up)), [frame(scenario.NIC_MAC, n, size, 101) for n, size in enumerate(SIZES)])
        self.assertEqual(looks.take(len(up)), up)
        self.assertEqual(vm.take(0, 0.1), [])
