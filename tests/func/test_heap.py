# SPDX-License-Identifier: BSD-3-Clause
"""DPDK loses memory with each spp_vf that dies: shown, bounded, and refused in time."""

import signal

import numbered
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import Frontend

KB = 1024
TOO_MANY = 100
USED_UP = "memory of spp_primary is used up"


class Heap(SppTest):
    def heap(self):
        return self.b.primary_status()["heap"]

    def ended(self, number=1):
        wait_for("the slot to be free",
                 lambda: status.slot(self.b.primary_status(), number) is None)
        self.assertEqual(status.missing(self.b.primary_status()), {})

    def test_what_deaths_cost_is_bounded_and_orderly_ends_cost_nothing(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        lost = []
        for how in ("first", "order", "kill", "kill", "guest", "order"):
            before = self.heap()["leaked"]
            b.vf(1)
            self.send_ok(b.controller[1], commands(
                component(2, "forward", ["nic0"], ["vhost0"]), FLUSH))
            guest = Frontend(b.sock(0)) if how == "guest" else None
            if how in ("first", "order"):
                self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
            else:
                b.vfs[1].kill()
            self.ended()
            if guest is not None:
                guest.close()
            lost.append(self.heap()["leaked"] - before)
        first, order, kill, again, guest, last = lost
        self.assertLess(first, 1024 * KB, "stays for all that follow in the slot")
        for n in (order, last):
            self.assertLess(abs(n), 4 * KB, "an orderly end")
        for n in (kill, again):
            self.assertLess(n, 192 * KB, "a death: docs/operations.md, Memory")
        self.assertLess(guest, (192 + 64) * KB, "a death with a guest connected")

    def test_when_it_is_used_up_a_start_is_refused_and_the_others_go_on(self):
        b = self.b
        b.start_controller()
        nic = numbered.memif(b, 1)
        b.primary(["net_null0", nic.server], rings=8, mem=262)  # little more than it needs
        b.vf(2, ids=[0, 14, 15])
        left = self.heap()["restarts_left"]
        self.assertGreater(left, 0)
        self.assertLess(left, TOO_MANY)
        self.send_ok(b.controller[2], commands(
            component(14, "forward", ["nic1"], ["vhost2"]),
            component(15, "forward", ["vhost2"], ["nic1"]), FLUSH))
        witness = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(2), 1)], name="witness")
        witness.begin(["tx:0:1:02:00:00:00:00:01", "tx:1:2:02:00:00:00:00:02", "rx:0", "rx:1"],
                      rate=2000)
        # DPDK loses little more than what guests need: have one each time.
        little = b.primary_status()["version"]["dpdk"] >= "24.11"
        deaths = 0
        while self.heap()["restarts_left"] > 0:
            b.vf(1)
            if little:
                guest = Frontend(b.sock(0))
                wait_for("the guest", lambda: status.port(b.vf_status(1), "vhost0")["link_up"])
            b.vfs[1].kill()
            self.ended()
            if little:
                guest.close()
            deaths += 1
            self.assertLess(deaths, TOO_MANY)
        self.assertGreaterEqual(deaths, left, "it was good for as many as it said")
        used = self.heap()["used"]
        for _ in range(10):
            vf = b.vf(1, wait=False)
            self.assertEqual(vf.wait(), 1)
            self.assertIn(USED_UP, vf.text())
            self.assertNotIn("EAL", vf.text(), "nothing of the memory is touched")
        self.assertEqual(self.heap()["used"], used)
        guest = Frontend(b.sock(3))
        wait_for("another guest of the one that runs", lambda: "vhost3.*guest connected" and
                 any(p["port"] == "vhost3" and p["link"] for p in b.vf_status(2)["port"]))
        guest.close()
        self.whole(witness.end())
        b.vfs[2].kill()
        self.ended(2)
        witness.proc.kill()
        self.assertEqual(b.primary_proc.stop(), 0)
