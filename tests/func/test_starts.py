# SPDX-License-Identifier: BSD-3-Clause
"""Many spp_vf that start at once, and those that start too early.

    SPP_TEST_STARTS=1000 ./test -k func/starts.many
"""

import os
import signal
import sys
import time

import status
from bench import TREE
from proc import wait_for
from spplib import SppTest

sys.path.insert(0, os.path.join(TREE, "tests", "bench"))
import nic as bench_nic  # noqa: E402

AT_ONCE = 6
ROUNDS = -(-int(os.environ.get("SPP_TEST_STARTS", 2 * AT_ONCE)) // AT_ONCE)


class Starts(SppTest):
    deadline = 120 + 15 * ROUNDS

    def begin(self, number):
        return self.b.vf(number, config=False, ids=[0, 1 + number], wait=False)

    def test_many_at_the_primary_s_ready(self):
        """One in 30 rounds of six had a start that failed: "event_sw0 already allocated"."""
        b = self.b
        for _ in range(ROUNDS):
            b.primary(["net_null0", "net_null1"], mem=640, args=["--max-vf", AT_ONCE], wait=False)
            b.primary_proc.wait_log("ready: ", 15)
            vfs = [self.begin(n) for n in range(1, AT_ONCE + 1)]
            for vf in vfs:
                vf.wait_log("ready: slot", 30)
                self.assertNotIn("already allocated", vf.text())
            for vf in vfs:
                vf.send_signal(signal.SIGTERM)
            for vf in vfs:
                self.assertEqual(vf.wait(15), 0, vf.tail())
            wait_for("all slots", lambda: all(
                status.slot(b.primary_status(), n) is None for n in range(1, AT_ONCE + 1)))
            self.assertEqual(status.missing(b.primary_status()), {})
            self.assertEqual(b.primary_proc.stop(), 0)
            for proc in (*vfs, b.primary_proc):
                b.procs.remove(proc)
            b.vfs.clear()

    def test_while_the_primary_is_starting_they_wait(self):
        b = self.b
        nic = bench_nic.Nic(b, 0, "slow=3000")
        begun = time.monotonic()
        b.primary([nic.vdev], eal=["-d", bench_nic.DRIVER], args=["--max-vf", 2], wait=False)
        b.primary_proc.until(lambda: os.path.exists(f"/var/run/dpdk/{b.prefix}/spp_start"),
                             "its EAL")
        vfs = [b.vf(n, config=False, ids=[0, 1 + n], eal=["-d", bench_nic.DRIVER], wait=False)
               for n in (1, 2)]
        for vf in vfs:
            vf.wait_log(rf"waiting: pid {b.primary_proc.pid} \(spp_primary\) is starting", 2.5)
        self.assertNotIn("ready", b.primary_proc.text())
        for vf in vfs:
            vf.wait_log("ready: slot", 15)
        self.assertGreater(time.monotonic() - begun, 3)

    def test_one_that_waits_may_be_ended(self):
        b = self.b
        nic = bench_nic.Nic(b, 0, "slow=3000")
        b.primary([nic.vdev], eal=["-d", bench_nic.DRIVER], wait=False)
        b.primary_proc.until(lambda: os.path.exists(f"/var/run/dpdk/{b.prefix}/spp_start"),
                             "its EAL")
        vf = self.begin(1)
        vf.wait_log("waiting: ", 2.5)
        self.assertEqual(vf.stop(signal.SIGTERM, 1), 0)
        self.assertNotIn("EAL", vf.text())
        b.primary_proc.wait_log("ready", 10)
