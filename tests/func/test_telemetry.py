# SPDX-License-Identifier: BSD-3-Clause
"""/spp/... of DPDK telemetry: the figures of every spp_vf, asked of the primary."""

from spplib import FLUSH, SppTest, commands, component

WRONG = (65536, 99999, 2**32 - 1, 2**32, 2**64, "-1", "x")


class Telemetry(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0", "net_null1"], rings=4)
        b.vf(1, ids=[0, 2, 3])

    def ask(self, command):
        return self.b.telemetry(command)

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

    def test_z_more_names_than_an_array_has_room_for_are_told(self):
        """512; the rest is not left out without a word, and each kind can be had alone."""
        b = self.b
        b.vfs[1].kill()
        b.primary_proc.kill()
        b.controller.close()
        b.controller = None
        b.prefix = b.new_prefix("q")
        b.primary(["net_null0"], rings=512)
        b.vf(1, ids=[0, 2, 3], config=b.vf_config(1, num_vhost=3, num_ring=512))
        names = self.ask("/spp/ports,vf1")
        self.assertEqual((len(names), names[:5]), (512, ["nic0", "vhost0", "vhost1", "vhost2", "ring0"]))
        self.assertEqual(names[-1], "and 5 more: /spp/ports,vf1,ring has those of a kind")
        for kind, wanted in (("nic", ["nic0"]), ("vhost", ["vhost0", "vhost1", "vhost2"]),
                             ("ring", [f"ring{n}" for n in range(512)])):
            self.assertEqual(self.ask(f"/spp/ports,vf1,{kind}"), wanted)

    def test_what_is_not_there_is_null(self):
        for command in ("/spp/status,vf9", "/spp/status,x", "/spp/ports,vf1,nic7",
                        "/spp/components,vf1,63", "/spp/ports,vf1,", "/spp/status,vf1 "):
            self.assertIsNone(self.ask(command), command)

    def test_no_command_of_dpdks_ends_the_primary(self):
        """Collectors ask all there are; event_sw's xstats once ended it."""
        for command in self.ask("/"):
            for params in ("", ",0", ",0,0"):
                self.ask(command + params)
            for number in WRONG:
                self.ask(f"{command},{number}")
                self.ask(f"{command},0,{number}")
        for command in ("dev_xstats,0", "port_xstats,0,0", "queue_xstats,0,0",
                        "rxa_queue_conf,0,65536,0", "rxa_rxq_instance_get,65536,0"):
            self.assertIsNone(self.ask("/eventdev/" + command))
        self.assertTrue(self.b.primary_proc.alive())

    def test_a_number_that_is_too_high_is_null(self):
        """DPDK looks at what it finds there: /eal/heap_info even locks it."""
        self.assertEqual(self.ask("/ethdev/info,0")["name"], "net_null0")
        self.assertEqual(self.ask("/eal/heap_info,0")["Name"], "socket_0")
        self.assertIn("Length", self.ask("/eal/memzone_info,0"))
        for number in (99, 65535, *WRONG):
            self.assertIsNone(self.ask(f"/ethdev/info,{number}"))
            self.assertIsNone(self.ask(f"/eal/heap_info,{number}"))
        for number in (2560, 65535, *WRONG):
            self.assertIsNone(self.ask(f"/eal/memzone_info,{number}"))
