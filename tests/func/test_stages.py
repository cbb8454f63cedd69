# SPDX-License-Identifier: BSD-3-Clause
"""What the classifier does with each kind of address, and frames of every size."""

import numbered
import scenario
import status
from bench import message
from proc import wait_for
from spplib import FLUSH, Lost, SppTest, commands, component, table

BROADCAST, MULTICAST = "ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01"
NOBODY = "02:00:00:00:00:77"


class Classifier(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.tool = scenario.start_numbered(b)

    def send(self, macs, count=1000, **options):
        """count packets to each MAC from the NIC: what came to (vhost0, vhost1), by MAC."""
        result = self.tool.run([f"tx:0:1:{','.join(macs)}", "rx:1", "rx:2"],
                               count=count * len(macs), rate=20000, **options)
        self.assertEqual(result.disorder(), [])
        got = [{macs[flow]: f["received"] for (_, flow), f in result.flows(port).items()}
               for port in (1, 2)]
        if any(n < count for flows in got for n in flows.values()):
            raise Lost(f"not {count} of each: {got}")
        return got

    def dropped(self, reason):
        return status.drops(self.b.vf_status())[reason]

    def test_broadcast_and_multicast_reach_every_port_with_an_entry_once(self):
        """Also with several entries that lead to one port."""
        self.send_ok(self.b.controller[1], commands(
            table("02:00:00:00:00:01", "ring0"), table("02:00:00:00:00:02", "ring0"), FLUSH))
        got = self.send([BROADCAST, MULTICAST])
        self.assertEqual(got, [{BROADCAST: 1000, MULTICAST: 1000}] * 2)
        got = self.send(["02:00:00:00:00:01", "02:00:00:00:00:02"])
        self.assertEqual(got, [{"02:00:00:00:00:01": 1000, "02:00:00:00:00:02": 1000}, {}])
        self.send_ok(self.b.controller[1], commands(
            table("02:00:00:00:00:01", "unuse"), table("02:00:00:00:00:02", "none"), FLUSH))

    def test_unknown_unicast_goes_to_default_if_there_is_one_else_it_is_counted(self):
        before = self.dropped("no_entry")
        self.assertEqual(self.send([NOBODY]), [{}, {}])
        self.assertEqual(self.dropped("no_entry") - before, 1000)
        self.send_ok(self.b.controller[1], commands(table("default", "ring2"), FLUSH))
        self.assertEqual(self.send([NOBODY]), [{}, {NOBODY: 1000}])
        self.assertEqual(self.send([scenario.MACS[0]]), [{scenario.MACS[0]: 1000}, {}])
        self.send_ok(self.b.controller[1], commands(table("default", "unuse"), FLUSH))
        self.assertEqual(self.send([NOBODY]), [{}, {}])

    def test_entry_whose_port_no_classifier_has_is_counted(self):
        stream = self.b.controller[1]
        self.send_ok(stream, commands(
            component(2, "none"), component(2, "classifier", ["nic0"], ["ring0"]), FLUSH))
        before = self.dropped("no_port")
        self.assertEqual(self.send([scenario.MACS[1]]), [{}, {}])
        self.assertEqual(self.dropped("no_port") - before, 1000)
        self.send_ok(stream, commands(component(2, "none"), FLUSH))
        self.send_ok(stream, message("2-initial"))
        self.assertEqual(self.send([scenario.MACS[1]]), [{}, {scenario.MACS[1]: 1000}])

    def test_16384_entries_in_one_message(self):
        macs = [f"06:00:00:00:{n >> 8:02x}:{n & 255:02x}" for n in range(16384 - 2)]
        stream = self.b.controller[1]
        self.send_ok(stream, commands(*[table(mac, "ring2") for mac in macs], FLUSH), 20)
        some = macs[::2000]
        self.assertEqual(self.send(some), [{}, {mac: 1000 for mac in some}])
        self.send_error(stream, commands(table("06:00:00:01:00:00", "ring2"), FLUSH), "16384")
        self.send_ok(stream, commands(*[table(mac, "unuse") for mac in macs], FLUSH), 20)
        self.assertEqual(len(status.table(self.b.vf_status())), 2)

    def test_sizes_from_60_to_1514_and_tagged(self):
        for size in (60, 61, 127, 1000, 1513, 1514):
            self.assertEqual(self.send([scenario.MACS[0]], 200, size=size),
                             [{scenario.MACS[0]: 200}, {}], size)
        # MAC entries are for untagged packets: tagged ones are seen on their way to the NIC.
        for size in (60, 1514):
            result = self.tool.run([f"tx:1:2:{scenario.NIC_MAC}", "rx:0"], count=200, rate=20000,
                                   size=size, vlan=7)
            self.assertEqual(result.disorder(), [])
            self.assertEqual(result.received(0), 200, f"{size} and a VLAN tag")


class LargeFrames(SppTest):
    """Packets of several mbufs through every stage, from one guest to the other."""

    MTU = 9000

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        b.primary(["net_null0"], args=["--mtu", cls.MTU], mem=640)
        b.vf(1)
        reply = b.controller[1].request(commands(
            component(2, "merge", ["vhost0"], ["ring0"]),
            component(3, "classifier", ["ring0"], ["ring1", "ring2"]),
            component(4, "forward", ["ring1"], ["vhost1"]),
            table(scenario.MACS[1], "ring1"), table(scenario.MACS[0], "ring2"), FLUSH))
        if any(r["result"] != "success" for r in reply["results"]):
            raise AssertionError(reply)
        cls.tool = numbered.Numbered(
            b, [numbered.vhost(b.sock(0), 0), numbered.vhost(b.sock(1), 1)])

    def send(self, size):
        result = self.tool.run([f"tx:0:1:{scenario.MACS[1]}", "rx:1"], count=500, rate=5000,
                               size=size)
        self.assertEqual(result.disorder(), [])
        return result.received(1)

    def test_up_to_the_mtu_pass_and_larger_are_counted(self):
        for size in (1514, 4000, self.MTU + 14):
            self.assertEqual(self.send(size), 500, size)
        before = status.drops(self.b.vf_status())["too_big"]
        self.assertEqual(self.send(self.MTU + 19), 0)
        wait_for("too_big", lambda: status.drops(
            self.b.vf_status())["too_big"] - before == 500)
