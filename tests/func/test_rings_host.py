# SPDX-License-Identifier: BSD-3-Clause
"""sppctl over two real spp_vf: patch, plug, dump and apply of rings between them, with packets in them.

Without configuration files, so that what one wires is its own: vhost56 is vf1's, vhost57 vf2's, and
nic0 that of vf1. The tool has the NIC as port 0, the VMs as ports 1 and 2.
"""

import json
import os
import signal

import numbered
import scenario
import status
from ctllib import Ctl
from proc import wait_for
from spplib import SppTest

MACS = scenario.MACS
SOCKS = ["/tmp/sock56", "/tmp/sock57"]
PATCH = ["patch", "vhost56", "vhost57", "--to", "vf1,vf2"]
PLUG = ["plug", "vhost57", MACS[1], "--to", "vf2,vf1", "--nic", "nic0"]
EACH_OTHER = [f"tx:1:1:{MACS[1]}", f"tx:2:2:{MACS[0]}", "rx:0", "rx:1", "rx:2"]


class RingsHost(SppTest):
    in_event = True
    deadline = 150

    def start(self, *args):
        b = self.b
        self.addCleanup(self.unlink)
        self.unlink()
        self.ctl = Ctl(b)
        self.nic = numbered.memif(b, 0)
        b.primary([self.nic.server], rings=128, mem=768,
                  args=["--max-vf", "2", "-s", self.ctl.address, *args])
        for number, ids in ((1, [0, 2, 3, 4, 5, 6, 7]), (2, [10, 12, 13, 14, 15])):
            b.vf(number, config=False, ids=ids, args=["-s", self.ctl.address])
        self.ctl.wait("primary", "vf1", "vf2")
        return self.ctl

    @staticmethod
    def unlink():
        for sock in SOCKS:
            if os.path.exists(sock):
                os.unlink(sock)

    def tool(self):
        return numbered.Numbered(self.b, [self.nic.port, *(
            numbered.vhost(sock, i + 1) for i, sock in enumerate(SOCKS))])

    def components(self):
        return [len(status.wiring(self.ctl.info(f"vf{n}"))) for n in (1, 2)]

    def areas(self):
        return self.ctl.info("primary")["shared_rings"]["used"]

    def test_two_vms_of_two_vfs_are_patched(self):
        ctl = self.start()
        out = ctl.ok(*PATCH)
        self.assertIn("vf1 vf2: done", out)
        self.assertEqual((self.components(), self.areas()), ([2, 2], 2))
        tool = self.tool()
        result = tool.run(EACH_OTHER, count=2000, rate=10000)
        self.whole(result)
        self.assertEqual((result.received(2, source=1), result.received(1, source=2)),
                         (2000, 2000))
        self.assertRegex(ctl.ok("topo", "-i", "0"), r"vhost56 ─+► forward \[\d\] ─+► ring127 \(to vf2\)")
        dump = ctl.ok("dump")
        ctl.ok("unpatch", "vhost57")
        self.assertEqual((self.components(), self.areas()), ([0, 0], 0))
        ctl.ok("apply", "-", text=dump)
        self.assertEqual((self.components(), self.areas()), ([2, 2], 2))
        self.whole(tool.run(EACH_OTHER, count=500, rate=10000))

    def test_a_vm_is_plugged_to_the_nic_of_another_vf(self):
        ctl = self.start()
        ctl.ok("plug", "vhost56", MACS[0], "--to", "vf1", "--nic", "nic0")
        self.assertIn("vf1 vf2: done", ctl.ok(*PLUG))
        tool = self.tool()
        ways = [f"tx:0:1:{MACS[1]}", f"tx:1:2:{scenario.NIC_MAC}",
                f"tx:2:3:{scenario.NIC_MAC}", "rx:0", "rx:1", "rx:2"]
        result = tool.run(ways, count=2000, rate=5000)
        self.whole(result)
        self.assertEqual((result.received(2, source=1), result.received(0, source=3)),
                         (2000, 2000))
        # the other VM loses nothing while this one goes and comes
        tool.begin([f"tx:0:1:{MACS[0]}", "rx:0", "rx:1", "rx:2"], rate=2000)
        for _ in range(5):
            ctl.ok("unplug", "vhost57")
            ctl.ok(*PLUG)
        self.whole(tool.end())

    def test_a_vm_of_another_vf_looks_at_one(self):
        ctl = self.start()
        ctl.ok("plug", "vhost56", MACS[0], "--to", "vf1", "--nic", "nic0")
        self.assertIn("vf1 vf2: done", ctl.ok("mirror", "vhost56", "--to", "vhost57,vf1,vf2"))
        tool = self.tool()
        ways = [f"tx:0:1:{MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0", "rx:1"]
        result = tool.run([*ways, "rx:2"], count=2000, rate=5000)
        self.assertEqual((result.disorder(), result.received(1), result.received(0)), ([], 2000, 2000))
        self.assertEqual([result.received(2, source=n) for n in (1, 2)], [2000, 2000])
        # no more of them while packets flow; then it is killed, and what is mirrored does not notice
        tool.begin(ways, rate=2000)
        self.assertIn("vf1 vf2: done", ctl.ok("unmirror", "vhost56"))
        ctl.ok("mirror", "vhost56", "--to", "vhost57,vf1,vf2")
        self.b.vfs[2].kill()
        wait_for("vf2 to be lost", lambda: ctl.states()["vf2"] == "lost")
        result = tool.end()
        self.assertEqual((result.disorder(), result.received(1, source=1), result.received(0, source=2)),
                         ([], result.sent[(1, 0)], result.sent[(2, 0)]))

    def test_when_there_is_no_shared_ring_left_all_is_taken_back(self):
        ctl = self.start("--shared-rings", "1")
        err = ctl.refused(1, *PATCH)
        self.assertIn("no shared ring is left", err)
        self.assertIn("all is as it was before", err)
        self.assertEqual((self.components(), self.areas()), ([0, 0], 0))
        history = json.loads(ctl.ok("history", "--json"))["history"]
        self.assertEqual({h["result"] for h in history}, {"refused", "taken back"})

    def test_a_vf_that_is_stopped_is_said_and_its_late_answer_is_taken_back(self):
        ctl = self.start()
        self.b.vfs[2].send_signal(signal.SIGSTOP)
        err = ctl.refused(3, *PATCH, "--timeout", "2")
        self.assertIn("vf2", err)
        self.b.vfs[2].send_signal(signal.SIGCONT)
        wait_for("both to be as before", lambda: self.components() == [0, 0])
        ctl.ok(*PATCH)
