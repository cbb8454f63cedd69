# SPDX-License-Identifier: BSD-3-Clause
"""/spp/... of DPDK telemetry: the figures of every spp_vf, asked of the primary."""

import json
import socket

from spplib import FLUSH, SppTest, commands, component


class Telemetry(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0", "net_null1"], rings=4)
        b.vf(1, ids=[0, 2, 3])

    def ask(self, command):
        path = f"/var/run/dpdk/{self.b.prefix}/dpdk_telemetry.v2"
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(5)
            s.connect(path)
            s.recv(16384)
            s.send(command.encode())
            return json.loads(s.recv(65536))[command.split(",")[0]]

    def test_lists_processes_ports_and_components_and_shows_each(self):
        self.send_ok(self.b.controller[1],
                     commands(component(2, "forward", ["nic0"], ["ring0"]),
                              component(3, "forward", ["ring0"], ["nic1"]), FLUSH))
        self.assertEqual(self.ask("/spp/status"), ["vf1"])
        one = self.ask("/spp/status,vf1")
        self.assertEqual((one["process"], one["degraded"]), (1, 0))
        self.assertIn("busy_cycles", one["lcore2"])
        self.assertIn("ring3", self.ask("/spp/ports,vf1"))
        self.assertGreater(self.ask("/spp/ports,vf1,nic0")["rx"]["packets"], 0)
        self.assertEqual(self.ask("/spp/components,vf1"), ["0", "1"])
        self.assertEqual(self.ask("/spp/components,vf1,1")["core"], 3)

    def test_what_is_not_there_is_null(self):
        for command in ("/spp/status,vf9", "/spp/status,x", "/spp/ports,vf1,nic7",
                        "/spp/components,vf1,63", "/spp/ports,vf1,", "/spp/status,vf1 "):
            self.assertIsNone(self.ask(command), command)

    def test_no_command_of_dpdks_ends_the_primary(self):
        """Collectors ask all there are; event_sw's xstats once ended it."""
        for command in self.ask("/"):
            for params in ("", ",0", ",0,0"):
                self.ask(command + params)
        for command in ("dev_xstats,0", "port_xstats,0,0", "queue_xstats,0,0",
                        "rxa_queue_conf,0,65536,0", "rxa_rxq_instance_get,65536,0"):
            self.assertIsNone(self.ask("/eventdev/" + command))
        self.assertTrue(self.b.primary_proc.alive())
