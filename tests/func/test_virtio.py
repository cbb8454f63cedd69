# SPDX-License-Identifier: BSD-3-Clause
"""virtio NICs are refused: with the reason, with what to use instead, and at once."""

import glob
import os
import socket
import sys

import status
from bench import TREE
from proc import wait_for
from spplib import SppTest

sys.path.insert(0, os.path.join(TREE, "tests", "bench"))
import nic as bench_nic  # noqa: E402

WRONG, FAILED = 2, 1
INSTEAD = "use net_memif or net_tap"


class Virtio(SppTest):
    def refused(self, code, pattern, devices, **more):
        proc = self.b.primary(devices, wait=False, **more)
        self.assertEqual(proc.wait(20), code, proc.tail())
        self.assertRegex(proc.text(), pattern)
        self.assertEqual(glob.glob(f"/dev/hugepages/{self.b.prefix}map_*"), [])

    def user(self, device, options, **more):
        self.refused(WRONG, rf"spp_primary: error: --vdev {device}: its driver wakes the other "
                            rf"end by file descriptors that only spp_primary has: {INSTEAD}",
                     [f"{device},{options}"], **more)

    def test_user_is_refused_before_it_waits_for_its_other_end(self):
        path = self.b.path("other-end")
        self.user("net_virtio_user0", f"path={path}")
        self.user("net_virtio_user1", f"path={path},server=1")  # DPDK's would wait for ever
        self.assertFalse(os.path.exists(path))
        self.user("virtio_user2", f"path={path}")

    def test_user_is_refused_beside_others_and_whatever_its_other_end(self):
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(self.b.path("silent"))
            silent.listen()
            self.user("net_virtio_user0", f"path={self.b.path('silent')}", portmask="0x1",
                      eal=["--vdev", "net_null0"])
            self.user("net_virtio_user0", "path=/dev/vhost-net", eal=["--vdev=net_null0"])

    def test_pci_is_refused_by_its_driver(self):
        """Its name is all that is looked at; the device behind it here is none of virtio's."""
        nic = bench_nic.Nic(self.b, 0)
        self.refused(FAILED, r"spp_primary: error: nic0: driver net_virtio keeps mbufs when it is "
                             r"stopped, .*in a VM e1000e, igb or vmxnet3; net_memif, net_tap",
                     [nic.vdev.replace(nic.name, "net_virtio0")],
                     eal=["-d", "net_bench_virtio.so"])

    def test_it_may_be_there_when_it_is_no_nic(self):
        """A PCI one that the host itself uses is not in -p."""
        nic = bench_nic.Nic(self.b, 0)
        self.b.primary(["net_null0", nic.vdev.replace(nic.name, "net_virtio0")], portmask="0x1",
                       eal=["-d", "net_bench_virtio.so"])
        self.b.vf(1, ids=[0, 2], eal=["-d", "net_bench_virtio.so"])
        wait_for("its attach", lambda: status.slot(self.b.primary_status(), 1) is not None)
