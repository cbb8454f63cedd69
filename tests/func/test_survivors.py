# SPDX-License-Identifier: BSD-3-Clause
"""A spp_vf that lives on for a moment without its spp_primary, and the next spp_primary."""

import signal

from spplib import SppTest


class Survivors(SppTest):

    def test_the_next_primary_waits_for_a_vf_of_the_one_before(self):
        """It wrote the memory's administration anew under the VF: SIGFPE with DPDK 24.11."""
        b = self.b
        b.primary(["net_null0"], args=["--max-vf", 2])
        vf = b.vf(1, ids=[0, 2], args=["--vhost-client"])
        vf.send_signal(signal.SIGSTOP)
        b.primary_proc.kill()
        b.procs.remove(b.primary_proc)
        b.primary(["net_null0"], args=["--max-vf", 2], wait=False)
        b.primary_proc.wait_log(
            rf"spp_primary: waiting for the end of pid {vf.pid} \(spp_vf\), which still uses", 10)
        vf.expected_end = True
        vf.send_signal(signal.SIGCONT)
        self.assertEqual(vf.wait(10), 1, vf.tail())
        self.assertIn("error: ended without spp_primary", vf.text())
        b.primary_proc.wait_log("ready: ", 15)
        self.assertNotIn("Cannot", b.primary_proc.text())
        b.procs.remove(vf)
        b.vfs.clear()
        b.vf(1, ids=[0, 2])

    def test_a_primary_that_waits_can_be_ended(self):
        b = self.b
        b.primary(["net_null0"], args=["--max-vf", 2])
        vf = b.vf(1, ids=[0, 2])
        vf.send_signal(signal.SIGSTOP)
        b.primary_proc.kill()
        b.procs.remove(b.primary_proc)
        b.primary(["net_null0"], args=["--max-vf", 2], wait=False)
        b.primary_proc.wait_log("waiting for the end of", 10)
        self.assertEqual(b.primary_proc.stop(), 0)
        vf.kill()
