# SPDX-License-Identifier: BSD-3-Clause
"""Frames of several mbufs: NICs are asked to send them only where there can be any."""

import os
import sys

import numbered
import status
from bench import TREE
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import Frontend

sys.path.insert(0, os.path.join(TREE, "tests", "bench"))
import nic as bench_nic  # noqa: E402

MULTI_SEGS = 1 << 15  # RTE_ETH_TX_OFFLOAD_MULTI_SEGS
ONE_MBUF = 2026       # the largest --mtu whose frames, with two tags, fit into one


class Chains(SppTest):
    def asked_for(self, mtu):
        """Whether spp_primary has asked its NIC for frames of several mbufs."""
        nic = numbered.memif(self.b, 0)
        self.b.primary([nic.server], args=["--mtu", mtu])
        offloads = self.b.telemetry("/ethdev/info,0")["tx_offloads"]
        return "MULTI_SEGS" in offloads if isinstance(offloads, list) else bool(offloads & MULTI_SEGS)

    def test_not_where_every_frame_fits_into_one(self):
        """It would cost i40e and ixgbe their fast way to send."""
        self.assertFalse(self.asked_for(1500))

    def test_not_up_to_the_last_byte(self):
        self.assertFalse(self.asked_for(ONE_MBUF))

    def test_where_one_may_take_two(self):
        self.assertTrue(self.asked_for(ONE_MBUF + 1))

    def test_a_nic_that_takes_none_is_given_none(self):
        b = self.b
        b.start_controller()
        nic = bench_nic.Nic(b, 0)
        driver = ["-d", bench_nic.DRIVER]
        b.primary([nic.vdev], args=["--mtu", 9000], mem=640, eal=driver)
        b.vf(1, eal=driver)
        self.send_ok(b.controller[1], commands(component(2, "forward", ["vhost0"], ["nic0"]), FLUSH))
        guest = Frontend(b.sock(0))
        self.addCleanup(guest.close)
        wait_for("the guest", lambda: status.port(b.vf_status(), "vhost0")["link_up"])
        for size in (60, 2000, 4000, 60, 9014, 1514):
            guest.send(bytes(12) + b"\x88\xb5" + bytes(size - 14))
        wait_for("all", lambda: status.port(b.vf_status(), "vhost0")["rx_packets"] == 6)
        wait_for("those of one mbuf", lambda: nic.taken() == 4)
        wait_for("the others, counted",
                 lambda: +status.drops(b.vf_status()) == {"too_big": 2})
        self.assertEqual(nic.not_simple(), 0)
