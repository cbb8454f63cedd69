# SPDX-License-Identifier: BSD-3-Clause
"""Transactions on the real packet path: staging, cancel, refused flushes, moving under traffic."""

import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

CANCEL = {"command": "cancel"}


class Rewire(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.tool = scenario.start_numbered(b)

    def setUp(self):
        super().setUp()
        self.peer = self.b.controller[1]
        self.addCleanup(self.tool.quiet)
        self.before = status.wiring(self.b.vf_status()), status.table(self.b.vf_status())

    def tearDown(self):
        after = status.wiring(self.b.vf_status()), status.table(self.b.vf_status())
        self.assertEqual(after, self.before, "each case ends as it began")
        super().tearDown()

    def stream(self, rate=5000):
        self.tool.begin(scenario.ALL_WAYS, rate=rate)
        self.moved(100)
        return self.tool

    def moved(self, packets=2000):
        """So many more packets have gone through."""
        def count():
            return status.port(self.b.vf_status(), "nic0")["rx_packets"]
        start = count()
        wait_for(f"{packets} packets from nic0", lambda: count() >= start + packets)

    def lost_nothing(self, tool):
        self.moved()
        self.whole(tool.end())

    def test_staged_changes_nothing_until_flush_and_cancel_forgets(self):
        tool = self.stream()
        self.send_ok(self.peer, commands(component(2, "none"), component(3, "none"),
                                         table(scenario.MACS[0], "unuse")))
        info = self.b.vf_status()
        self.assertEqual((status.wiring(info), status.table(info)), self.before)
        self.assertTrue(info["staged"])
        self.send_ok(self.peer, commands(CANCEL))
        self.assertFalse(self.b.vf_status()["staged"])
        self.send_ok(self.peer, commands(FLUSH))
        self.lost_nothing(tool)

    def test_a_refused_flush_leaves_everything_as_it_was(self):
        tool = self.stream()
        generation = self.b.vf_status()["generation"]
        for _ in range(20):
            self.send_error(self.peer, commands(
                component(2, "none"), component(4, "none"),
                component(4, "forward", ["ring0", "nic0"], ["vhost0"]), FLUSH), "forward")
            self.send_ok(self.peer, commands(CANCEL))
        self.assertEqual(self.b.vf_status()["generation"], generation)
        self.lost_nothing(tool)

    def test_moving_every_component_between_cores_loses_and_reorders_nothing(self):
        tool = self.stream()
        wiring = self.before[0]
        for _ in range(5):
            for core, (kind, rx, tx) in wiring.items():
                away = 13 if core != 13 else 12
                for old, new in ((core, away), (away, core)):
                    self.send_ok(self.peer, commands(
                        component(old, "none"), component(new, kind, rx, tx), FLUSH))
        self.lost_nothing(tool)

    def test_table_changes_lose_nothing_of_the_others(self):
        tool = self.stream()
        for n in range(100):
            mac = f"06:00:00:00:00:{n:02x}"
            self.send_ok(self.peer, commands(table(mac, "ring0"), FLUSH))
            self.send_ok(self.peer, commands(table(mac, "unuse"), FLUSH))
        self.lost_nothing(tool)

    def test_both_spellings_of_everything_and_named_components_on_one_core(self):
        self.send_ok(self.peer, commands(
            component(4, "unuse"), component(5, "none"),
            {**component(8, "forwarder", ["ring:0"], ["vhost:0"]), "core_id": 8, "name": "down"},
            component(8, "forward", ["vhost0"], ["ring1"], name="up"),
            component(3, "none"), component(3, "merger", ["ring:1", "ring3"], ["phy:0"]),
            component(2, "none"), component(2, "classifier_mac", ["phy:0"], ["ring:0", "ring2"]),
            table(scenario.MACS[0].upper(), "none"), table(scenario.MACS[0], "ring:0"), FLUSH))
        on_core_8 = [c for c in self.b.vf_status()["core"] if c["core"] == 8]
        self.assertEqual({c["name"] for c in on_core_8}, {"down", "up"})
        tool = self.stream()
        # Only one of the two, and back.
        self.send_ok(self.peer, commands({**component(8, "none"), "name": "up"}, FLUSH))
        self.assertEqual([c["name"] for c in self.b.vf_status()["core"] if c["core"] == 8], ["down"])
        self.send_ok(self.peer, commands(
            component(8, "forward", ["vhost0"], ["ring1"], name="up"), FLUSH))
        result = tool.end()
        self.whole(result, but=[(2, 0)])  # vhost0's own
        self.send_ok(self.peer, commands(
            component(8, "none"), component(4, "forward", ["ring0"], ["vhost0"]),
            component(5, "forward", ["vhost0"], ["ring1"]), FLUSH))

    def test_a_component_without_ports_is_valid_and_idle(self):
        self.send_ok(self.peer, commands(component(9, "merge", [], []), FLUSH))
        entry = next(c for c in self.b.vf_status()["core"] if c["core"] == 9)
        self.assertEqual(entry["status"], "incomplete")
        self.send_ok(self.peer, commands(component(9, "none"), FLUSH))

    def test_removed_under_full_speed_what_is_in_flight_is_delivered_or_counted(self):
        before = status.drops(self.b.vf_status())
        tool = self.stream(rate=None)
        for _ in range(10):
            scenario.send(self.b, "5-stop-vm-vhost0", "3-start-vm-vhost0")
        result = tool.end()
        self.assertEqual(result.disorder(), [])
        dropped = status.drops(self.b.vf_status()) - before
        # What vhost0 sent while nobody took it may still be in its ring.
        missing = sum(n for flow, n in result.missing().items() if flow != (2, 0))
        self.assertGreaterEqual(sum(dropped.values()), missing, dropped)
