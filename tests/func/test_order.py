# SPDX-License-Identifier: BSD-3-Clause
"""Order at full speed, and what happens when somebody does not keep up: drop and count, no stall."""

import os
import signal

import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

NIC_MAC = "02:00:00:00:ff:00"


def ports(b, nic):
    return [nic.port, numbered.vhost(b.sock(0), 1), numbered.vhost(b.sock(1), 2)]


class Order(SppTest):
    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nic = numbered.memif(b, 0)
        b.primary([cls.nic.server])
        b.vf(1)
        scenario.send(b, *scenario.MESSAGES)

    def full_speed(self, size, seconds):
        before = status.drops(self.b.vf_status())
        tool = numbered.Numbered(
            self.b, ports(self.b, self.nic),
            [f"tx:0:1:{','.join(scenario.MACS)}", f"tx:1:2:{NIC_MAC}", f"tx:2:3:{NIC_MAC}",
             "rx:0", "rx:1", "rx:2"], size=size, seconds=seconds)
        result = tool.result(60 + seconds)
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
        tool = numbered.Numbered(
            self.b, ports(self.b, self.nic),
            [f"tx:0:1:{','.join(scenario.MACS)}", f"tx:1:2:{NIC_MAC}", f"tx:2:3:{NIC_MAC}",
             "rx:0", "rx:1", "rx:2"], seconds=5)
        stream = self.b.controller[1]
        flushes = 0
        while tool.proc.alive():
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
        result = tool.result()
        self.assertEqual(result.disorder(), [])
        self.assertGreater(flushes, 20)


class Drops(SppTest):
    """vhost1's traffic, at a moderate rate, must not notice what happens at vhost0."""

    @classmethod
    def prepare(cls, b):
        b.start_controller()
        cls.nics = [numbered.memif(b, 0), numbered.memif(b, 1)]
        b.primary([nic.server for nic in cls.nics])
        b.vf(1)
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

    def bystander(self):
        """3000 packets a second each way between nic1 and vhost1."""
        return numbered.Numbered(
            self.b, [self.nics[1].port, numbered.vhost(self.b.sock(1), 1)],
            [f"tx:0:1:{scenario.MACS[1]}", f"tx:1:2:{NIC_MAC}", "rx:0", "rx:1"],
            rate=3000, name="bystander")

    def flood(self, more=(), **options):
        """nic0 as fast as it goes."""
        return numbered.Numbered(self.b, [self.nics[0].port, *more],
                                 [f"tx:0:3:{scenario.MACS[0]}", "rx:0"], name="flood", **options)

    def unhurt(self, tool):
        result = tool.end()
        self.assertEqual(result.disorder(), [])
        self.assertEqual(result.missing(), {})
        self.assertGreater(result.total_received(), 3000)

    def counted(self, reason, at_least=1):
        return status.drops(self.b.vf_status())[reason] >= at_least

    def test_no_guest_is_counted_and_stalls_nobody(self):
        bystander = self.bystander()
        result = self.flood(count=200000).result()
        wait_for("no_guest", lambda: self.counted("no_guest", 1000))
        self.assertEqual(result.total_sent(), 200000)
        self.unhurt(bystander)

    def test_a_dead_guest_is_counted_and_stalls_nobody_and_may_come_back(self):
        guest = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(0))], ["rx:0"], name="guest")
        bystander = self.bystander()
        flood = self.flood(seconds=8)
        wait_for("packets at the guest", lambda: status.port(
            self.b.vf_status(), "vhost0")["tx_packets"] > 1000)
        os.kill(guest.proc.pid, signal.SIGSTOP)
        before = status.drops(self.b.vf_status())["vhost_full"]
        wait_for("vhost_full", lambda: self.counted("vhost_full", before + 1000))
        sent = status.port(self.b.vf_status(), "vhost0")["tx_packets"]
        os.kill(guest.proc.pid, signal.SIGCONT)
        wait_for("packets at the guest again", lambda: status.port(
            self.b.vf_status(), "vhost0")["tx_packets"] > sent + 1000)
        flood.result()
        self.assertEqual(guest.end().disorder(), [])
        self.unhurt(bystander)

    def test_a_killed_guest_stalls_nobody(self):
        bystander = self.bystander()
        flood = self.flood(seconds=6)
        for _ in range(3):
            guest = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(0))], ["rx:0"],
                                      name="guest")
            wait_for("a guest", lambda: status.port(self.b.vf_status(), "vhost0")["link_up"])
            guest.proc.kill()
            wait_for("no guest",
                     lambda: not status.port(self.b.vf_status(), "vhost0")["link_up"])
        flood.result()
        self.unhurt(bystander)

    def test_a_full_ring_is_counted_and_stalls_nobody(self):
        guest = numbered.Numbered(self.b, [numbered.vhost(self.b.sock(0))], ["rx:0"], name="guest")
        # The consumer of ring0 gets the CPU only when nobody else wants it.
        for tid in os.listdir(f"/proc/{self.b.vfs[1].pid}/task"):
            with open(f"/proc/{self.b.vfs[1].pid}/task/{tid}/comm", encoding="ascii") as comm:
                if comm.read().strip() in ("lcore-worker-3", "rte-worker-3"):
                    os.sched_setscheduler(int(tid), os.SCHED_IDLE, os.sched_param(0))
                    break
        else:
            self.fail("no thread of lcore 3 among the threads of spp_vf")
        try:
            bystander = self.bystander()
            flood = self.flood(seconds=5)
            wait_for("ring_full", lambda: self.counted("ring_full"))
            flood.result()
            self.unhurt(bystander)
            self.assertEqual(guest.end().disorder(), [])
        finally:
            os.sched_setscheduler(int(tid), os.SCHED_OTHER, os.sched_param(0))

    def test_a_ring_without_consumer_is_counted_and_stalls_nobody(self):
        stream = self.b.controller[1]
        self.send_ok(stream, commands(component(3, "none"), FLUSH))
        bystander = self.bystander()
        self.flood(count=200000).result()
        wait_for("no_consumer", lambda: self.counted("no_consumer", 1000))
        self.unhurt(bystander)
        self.send_ok(stream, commands(component(3, "forward", ["ring0"], ["vhost0"]), FLUSH))
