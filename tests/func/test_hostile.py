# SPDX-License-Identifier: BSD-3-Clause
"""Hostile guests: the short form of tests/hostile/run.py. No crash, and nothing lost by others."""

import os
import sys

import status
from bench import TREE
from proc import wait_for
from spplib import Lost, SppTest

sys.path[:0] = [os.path.join(TREE, "tests", "hostile")]

from assault import Assault  # noqa: E402  (needs the path)
from cases import CASES  # noqa: E402
from cases_cve import cve_2019_14818_descriptors_left_open  # noqa: E402
from master import (GET_QUEUE_NUM, NEED_REPLY, NET_SET_MTU, RX, SET_VRING_ENABLE,  # noqa: E402
                    VERSION, Closed, Master)
from target import Bed, Between, Mirrored, Trusted  # noqa: E402

SEED = 7
COUNT = 300
ALL_GUESTS = 64 * 16  # descriptors


class Attacked(SppTest):
    deadline = 170
    kind = Bed

    def setUp(self):
        super().setUp()
        self.assault = Assault(self.b, kind=self.kind)

    def others_unhurt(self):
        if self.assault.lost:
            raise Lost(self.assault.faults)
        self.assertEqual(self.assault.faults, [])
        self.assertGreater(self.assault.packets, 1000)


class Hostile(Attacked):
    def test_every_attack_with_a_name(self):
        self.assault.named(CASES)
        self.others_unhurt()

    def test_random_attacks(self):
        self.assault.random(SEED, 0, COUNT)
        self.others_unhurt()

    def test_guests_killed_paused_rebooted_and_connecting_again(self):
        self.assault.churn(100)
        self.others_unhurt()

    def test_what_is_done_is_acknowledged_once_and_what_is_not_ends_the_connection(self):
        flags = VERSION | NEED_REPLY
        with Master(self.assault.bed.sock) as m:
            m.start()
            m.state(SET_VRING_ENABLE, RX, 1, flags)
            self.assertEqual(m.reply(), bytes(8))
            m.share(flags=flags)
            self.assertEqual(m.reply(), bytes(8))
            m.tell(GET_QUEUE_NUM, flags=flags)
            self.assertEqual(len(m.reply()), 8)
            m.u64(NET_SET_MTU, 1500, flags=flags)
            self.assertEqual(m.reply(), bytes(8))
            m.u64(NET_SET_MTU, 1, flags=flags)
            self.assertRaises(Closed, m.reply)
        self.assault.bed.gone()

    def test_descriptors_that_librte_vhost_loses_end_at_a_limit(self):
        bed = self.assault.bed
        self.assault.begin()
        for _ in range(300):
            try:
                with Master(bed.sock) as m:
                    cve_2019_14818_descriptors_left_open(m)
                    m.reply()
            except (Closed, OSError):
                pass
        self.assertLess(bed.nb_fds(), bed.fds + ALL_GUESTS + 64)
        bed.vf.wait_log("a guest was refused: [0-9]+ file descriptors are open")
        bed.fds = bed.nb_fds()
        self.assault.end("lost descriptors")
        self.others_unhurt()


class TrustedByMistake(Attacked):
    """Its virtio headers are read then, and frames may be 64 kB. (Long: tests/hostile/run.py --trusted.)"""

    kind = Trusted

    def test_frames_claims_and_random_attacks(self):
        self.assault.named(["virtio-headers-that-claim-anything"])
        drops = status.drops(self.b.vf_status())
        self.assertGreater(drops["bad_offload"], 0)
        self.assault.random(SEED, 0, 30)
        self.others_unhurt()


class OverRings(Attacked):
    """Packets of the hostile guest and of the other one cross rings to another spp_vf."""

    kind = Between

    def test_frames_of_all_sizes_and_random_attacks_over_rings_between(self):
        self.assault.named(["frames-of-all-sizes-in-all-numbers-of-parts"])
        drops = status.drops(self.b.vf_status(2)) + status.drops(self.b.vf_status(1))
        self.assertGreater(drops["too_big"], 0)
        self.assault.random(SEED, 0, 100)
        self.others_unhurt()
        self.assertGreater(status.port(self.b.vf_status(1), "ring1")["rx_packets"], 20)


class OverAMirror(Attacked):
    """What the hostile guest sends is copied by a spp_mirror, and recorded."""

    kind = Mirrored

    def test_frames_of_all_sizes_and_random_attacks_over_a_mirror(self):
        bed = self.assault.bed
        self.assault.named(["frames-of-all-sizes-in-all-numbers-of-parts"])
        self.assault.random(SEED, 0, 50)
        self.others_unhurt()
        mirrored = status.port(self.b.vf_status(2), "ring3")["tx_packets"]
        self.assertGreater(mirrored, 20)
        wait_for("all of it to be recorded", lambda: bed.recorded() >= mirrored)
