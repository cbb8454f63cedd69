# SPDX-License-Identifier: BSD-3-Clause
"""Order at full speed, and what happens when somebody does not keep up: drop and count, no stall."""

import os
import signal

import numbered
import scenario
import status
from proc import frozen, wait_for
from spplib import FLUSH, SppTest, commands, component, table


def worker_thread(pid, lcore):
    """Thread id of a worker lcore."""
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="ascii") as comm:
            if comm.read().strip() in (f"rte-worker-{lcore}", f"dpdk-worker{lcore}"):
                return int(tid)
    raise AssertionError(f"no thread of lcore {lcore} in process {pid}")


class Order(SppTest):
    in_event = True

    @classmethod
    def prepare(cls, b):
        cls.tool = scenario.start_numbered(b)

    def full_speed(self, size, seconds):
        before = status.drops(self.b.vf_status())
        result = self.tool.run(scenario.ALL_WAYS, size=size, seconds=seconds)
        self.assertEqual(result.disorder(), [])
        for port, source in ((1, 1), (2, 1), (0, 2), (0, 3)):
            self.assertGreater(result.received(port, source), 1000 * seconds)
        # Every packet either arrived or was counted under a reason.
        dropped = sum((status.drops(self.b.vf_status()) - before).values())
        self.assertEqual(result.total_sent(), result.total_received() + dropped)

    def test_order_holds_for_10_s_at_full_speed(self):
        self.full_speed(64, 10)

    def test_order_holds_with_full_size_packets(self):
        self.full_speed(1514, 3)

    def test_order_holds_while_it_is_rewired(self):
        """Moving components between cores, with packets that may be dropped only when counted."""
        self.tool.begin(scenario.ALL_WAYS, seconds=5)
        stream = self.b.controller[1]
        flushes = 0
        while self.tool.running():
            old, new = ((4, 5), (8, 9)) if flushes % 2 == 0 else ((8, 9), (4, 5))
            self.send_ok(stream, commands(
                component(old[0], "none"), component(old[1], "none"),
                component(new[0], "forward", ["ring0"], ["vhost0"]),
                component(new[1], "forward", ["vhost0"], ["ring1"]), FLUSH))
            flushes += 1
        if flushes % 2 == 1:
            self.send_ok(stream, commands(
                component(8, "none"), component(9, "none"),
                component(4, "forward", ["ring0"], ["vhost0"]),
                component(5, "forward", ["vhost0"], ["ring1"]), FLUSH))
        result = self.tool.result()
        self.assertEqual(result.disorder(), [])
        self.assertGreater(flushes, 20)


class Bystander(SppTest):
    """vhost1's traffic, at a moderate rate, must not notice what happens at vhost0 or ring0."""

    in_event = True
    elsewhere = ()

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nics = [numbered.memif(b, 0), numbered.memif(b, 1)]
        b.primary([nic.server for nic in cls.nics])
        b.vf(1, elsewhere=cls.elsewhere)
        # nic1 - vhost1 beside nic0 - vhost0, all in one VF: one event device, one pool.
        stream = b.controller[1]
        reply = stream.request(commands(
            component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "forward", ["ring0"], ["vhost0"]),
            component(4, "forward", ["vhost0"], ["nic0"]),
            component(5, "classifier", ["nic1"], ["ring2"]),
            component(6, "forward", ["ring2"], ["vhost1"]),
            component(7, "forward", ["vhost1"], ["nic1"]),
            table(scenario.MACS[0], "ring0"), table(scenario.MACS[1], "ring2"), FLUSH))
        if any(r["result"] != "success" for r in reply["results"]):
            raise AssertionError(reply)
        cls.flooder = numbered.Numbered(b, [cls.nics[0].port], name="flooder")
        cls.bystander = numbered.Numbered(b, [cls.nics[1].port, numbered.vhost(b.sock(1), 1)],
                                          name="bystander")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.bystander.quiet)
        self.addCleanup(self.flooder.quiet)
        self.bystander.begin([f"tx:0:1:{scenario.MACS[1]}", f"tx:1:2:{scenario.NIC_MAC}",
                              "rx:0", "rx:1"], rate=3000)

    def guest(self):
        """A guest on vhost0 that takes what comes."""
        guest = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(0))], name="guest")
        self.addCleanup(guest.proc.kill)
        guest.begin(["rx:0"])
        return guest

    def flood(self, **options):
        """nic0 as fast as it goes."""
        self.flooder.begin([f"tx:0:3:{scenario.MACS[0]}", "rx:0"], **options)

    def unhurt(self):
        result = self.bystander.end()
        self.whole(result)
        self.assertGreater(result.total_received(), 3000)

    def guest_is_there(self):
        return status.port(self.b.vf_status(), "vhost0")["link_up"]

    def counted(self, reason, at_least=1):
        return status.drops(self.b.vf_status())[reason] >= at_least

    def full_ring(self):
        guest = self.guest()
        # The consumer of ring0 hangs.
        with frozen(worker_thread(self.b.vfs[1].pid, 3)):
            self.flood(seconds=3)
            wait_for("ring_full", lambda: self.counted("ring_full", 1000))
            self.flooder.result()
            self.unhurt()
        before = status.port(self.b.vf_status(), "vhost0")["tx_packets"]
        self.flood(count=1000)
        self.flooder.result()
        wait_for("packets at the guest again", lambda: status.port(
            self.b.vf_status(), "vhost0")["tx_packets"] >= before + 1000)
        self.assertEqual(guest.end().disorder(), [])


class Drops(Bystander):
    def test_a_full_ring_of_a_consumer_on_the_same_cpu_stalls_nobody(self):
        self.full_ring()

    def test_no_guest_is_counted_and_stalls_nobody(self):
        wait_for("no guest", lambda: not self.guest_is_there())
        self.flood(count=200000)
        result = self.flooder.result()
        wait_for("no_guest", lambda: self.counted("no_guest", 1000))
        self.assertEqual(result.total_sent(), 200000)
        self.unhurt()

    def test_a_dead_guest_is_counted_and_stalls_nobody_and_may_come_back(self):
        guest = self.guest()
        self.flood(seconds=8)
        wait_for("packets at the guest", lambda: status.port(
            self.b.vf_status(), "vhost0")["tx_packets"] > 1000)
        os.kill(guest.proc.pid, signal.SIGSTOP)
        before = status.drops(self.b.vf_status())["vhost_full"]
        wait_for("vhost_full", lambda: self.counted("vhost_full", before + 1000))
        sent = status.port(self.b.vf_status(), "vhost0")["tx_packets"]
        os.kill(guest.proc.pid, signal.SIGCONT)
        wait_for("packets at the guest again", lambda: status.port(
            self.b.vf_status(), "vhost0")["tx_packets"] > sent + 1000)
        self.flooder.result()
        self.assertEqual(guest.end().disorder(), [])
        self.unhurt()

    def test_a_killed_guest_stalls_nobody(self):
        self.flood(seconds=6)
        for _ in range(3):
            guest = self.guest()
            wait_for("a guest", self.guest_is_there)
            guest.proc.kill()
            wait_for("no guest", lambda: not self.guest_is_there())
        self.flooder.result()
        self.unhurt()

    def test_a_ring_without_consumer_is_counted_and_stalls_nobody(self):
        stream = self.b.controller[1]
        self.send_ok(stream, commands(component(3, "none"), FLUSH))
        self.flood(count=200000)
        self.flooder.result()
        wait_for("no_consumer", lambda: self.counted("no_consumer", 1000))
        self.unhurt()
        self.send_ok(stream, commands(component(3, "forward", ["ring0"], ["vhost0"]), FLUSH))


class FullRing(Bystander):
    """The classifier on another CPU than ring0's consumer and the scheduler: it can outrun them."""

    elsewhere = (2,)

    def test_a_full_ring_of_a_consumer_on_another_cpu_stalls_nobody(self):
        self.full_ring()
