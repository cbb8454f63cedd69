# SPDX-License-Identifier: BSD-3-Clause
"""A ring with its ends in two spp_vf: wired, moved, taken home, saved; nothing is lost or out of order.

Long form: SPP_TEST_MOVES=1000 ./test -k func/ring_between.
"""

import os
import signal
import subprocess

import between
import numbered
import pcapng
import status
from between import MAC, WAYS, Between
from proc import wait_for
from spplib import SppTest, component, program

MOVES = int(os.environ.get("SPP_TEST_MOVES", "20"))
NONE = [component(12, "none")]


class Wired(SppTest):
    in_event = True
    deadline = 120 + MOVES

    def start(self, **more):
        self.two = Between(self, **more)
        return self.two

    def test_both_ways_and_both_ends_moved_under_traffic(self):
        two = self.start()
        two.wire()
        tool = two.tools()
        self.whole(tool.run(WAYS, count=2000, rate=20000))
        self.shown()
        tool.begin(WAYS, rate=5000)
        two.moved(100)
        for n in range(MOVES):
            two.send(*flat(between.MOVES[n % len(between.MOVES)]))
            two.moved(20)
        result = tool.end()
        self.whole(result)
        self.assertGreater(result.total_sent(), 50 * MOVES)

    def shown(self):
        """Each has its end of it, the primary who has which."""
        two = self.two
        near, far = two.port(1, "ring5"), two.port(2, "ring5")
        self.assertEqual((near["end"], near["peer"]), ("tx", {"process": 2}))
        self.assertEqual((far["end"], far["peer"]), ("rx", {"process": 1}))
        self.assertEqual(near["tx"]["packets"], far["rx"]["packets"])
        self.assertEqual((near["rx"]["packets"], far["tx"]["packets"]), (0, 0))
        self.assertGreaterEqual(near["tx"]["packets"], 2000)
        ring = two.ring("ring5")
        self.assertEqual((ring["rx"], ring["tx"], ring["holder"], ring["waiting"]), (2, 1, 2, 0))
        self.assertEqual(two.ring("ring4")["waiting"], None)
        self.assertEqual(self.b.primary_status()["shared_rings"], {"total": 16, "used": 2})

    def test_a_consumer_moves_home_and_away_by_two_commands(self):
        """What comes while nobody has the end is no_consumer, and nothing else is lost."""
        two = self.start()
        two.wire()
        # the same guest for both: it is the spp_vf that has it which gets what the ring brings
        tool = two.tools()
        tool.begin(WAYS[:1] + ["rx:0", "rx:1"], rate=5000)
        two.moved(100)
        back = component(4, "forward", ["ring5"], ["nic0"])
        for _ in range(max(MOVES // 10, 2)):
            two.send(2, *NONE)
            self.assertEqual(two.port(1, "ring5")["peer"], "gone")
            two.send(1, component(3, "none"))
            two.send(1, back)
            wait_for("its area to be given back", lambda: two.ring("ring5")["waiting"] is None)
            self.assertNotIn("peer", two.port(1, "ring5"))
            two.moved(100, 1, "nic0")
            two.send(1, component(4, "none"))
            self.assertEqual(two.port(1, "ring5")["peer"], None)
            two.send(1, component(3, "forward", ["ring6"], ["nic0"]))
            two.send(2, component(12, "forward", ["ring5"], ["vhost58"]))
            two.moved(100)
        result = tool.end()
        self.assertEqual(result.disorder(), [])
        drops = status.drops(self.b.vf_status(1)) + status.drops(self.b.vf_status(2))
        self.assertEqual({name for name, nb in drops.items() if nb}, {"no_consumer"})
        self.assertEqual(sum(result.missing().values()), drops["no_consumer"])

    def test_what_waits_comes_first_when_a_ring_comes_home(self):
        """Its consumer stood still, and then died."""
        two = self.start()
        two.wire()
        tool = numbered.Numbered(self.b, [two.nic.port])
        tool.begin([f"tx:0:1:{MAC}", "rx:0"], rate=5000)
        wait_for("packets to come to the other one",
                 lambda: two.port(2, "ring5")["rx"]["packets"] > 100)
        self.b.vfs[2].send_signal(signal.SIGSTOP)
        wait_for("bytes to wait", lambda: two.port(1, "ring5")["waiting"] > 50000)
        self.b.vfs[2].kill()
        wait_for("its slot to be free", lambda: status.slot(self.b.primary_status(), 2) is None)
        two.send(1, component(3, "none"), component(4, "forward", ["ring5"], ["nic0"]))
        wait_for("its area to be given back", lambda: two.ring("ring5")["waiting"] is None)
        two.moved(1000, 1, "nic0")
        result = tool.end()
        self.assertEqual(result.disorder(), [])
        self.assertGreater(result.received(0), 1500, "what waited, and what came then")

    def test_one_end_alone_takes_no_area_and_the_first_to_come_waits_for_the_second(self):
        two = self.start()
        two.send(1, *between.WIRING[1])
        self.assertEqual(two.areas(), 0)
        self.assertEqual([two.port(1, ring)["peer"] for ring in ("ring5", "ring6")], [None, None])
        two.refused(2, r"ring6 is held by spp_vf 1 \(its rx end\) until its wiring lets go",
                    component(12, "forward", ["ring6"], ["vhost58"]))
        two.refused(2, r"ring5 is held by spp_vf 1 \(its tx end\) until its wiring lets go",
                    component(12, "forward", ["vhost58"], ["ring5"]))
        self.assertEqual(two.areas(), 0)
        two.send(2, *between.WIRING[2])
        self.assertEqual(two.areas(), 2)
        tool = two.tools()
        self.whole(tool.run(WAYS, count=500, rate=20000))
        for number in (1, 2):
            two.send(number, *(component(core, "none") for core in (2, 3) if number == 1),
                     *(component(core, "none") for core in (12, 13) if number == 2))
        self.assertEqual(two.areas(), 0, "nobody has an end of it")

    def test_none_left(self):
        two = self.start(args=["--shared-rings", "1"])
        two.send(1, *between.WIRING[1])
        two.send(2, *between.WIRING[2][:1])
        two.refused(2, r"ring6: its rx end is in spp_vf 1, and no shared ring is left for it: "
                    r"spp_primary has 1 \(--shared-rings\), all in use", *between.WIRING[2][1:])
        two.send(2, *NONE)
        self.assertEqual(two.areas(), 1, "the ring's tx end is at it")
        two.send(1, component(2, "none"))
        two.send(2, *between.WIRING[2][1:])
        self.assertEqual((two.areas(), two.ring("ring6")["tx"]), (1, 2))

    def test_saved_wiring_comes_back_in_any_order(self):
        two = self.start(state=True)
        two.wire()
        wait_for("both wirings to be saved", lambda: all(
            self.b.vf_status(n)["state_file"]["saved"] for n in (1, 2)))
        tool = two.tools()
        self.whole(tool.run(WAYS, count=500, rate=20000))
        tool.proc.kill()
        for order in ((1, 2), (2, 1)):
            for number in (1, 2):
                self.b.vfs[number].kill()
            wait_for("both slots to be free", lambda: all(
                status.slot(self.b.primary_status(), n) is None for n in (1, 2)))
            self.assertEqual(two.areas(), 0)
            self.assertEqual(status.missing(self.b.primary_status()), {})
            for number in order:
                two.start(number)
            for number in (1, 2):
                self.assertEqual(len(status.wiring(self.b.vf_status(number))), 2)
            self.assertEqual(two.areas(), 2)
            self.assertEqual(two.port(1, "ring5")["peer"], {"process": 2})
            self.assertEqual(two.port(2, "ring6")["peer"], {"process": 1})

    def test_a_circle_over_two_spp_vf_ends(self):
        """Neither sees it when it is wired: each packet goes round four times."""
        two = self.start()
        two.send(1, component(2, "merge", ["nic0", "ring5"], ["ring6"]))
        two.send(2, component(12, "forward", ["ring6"], ["ring5"]))
        tool = numbered.Numbered(self.b, [two.nic.port])
        tool.run([f"tx:0:1:{MAC}"], count=100, rate=1000)

        def dropped():
            return status.drops(self.b.vf_status(1)) + status.drops(self.b.vf_status(2))
        wait_for("all packets to be dropped", lambda: sum(dropped().values()) >= 100)
        self.assertEqual(dict(dropped()), {"loop": 100})
        self.assertEqual([two.port(number, "ring5")["waiting"] for number in (1, 2)], [0, 0])
        self.assertEqual(two.port(2, "ring6")["rx"]["packets"], 400)

    def test_both_ends_are_captured(self):
        """The tx end as a port that sends, the rx end as a ring."""
        two = self.start()
        two.wire()
        tool = two.tools()
        readers = {number: subprocess.Popen(
            [program("sppctl"), "capture", "--to", f"vf{number}", "ring5", "-w",
             self.b.path(f"{number}.pcapng"), "-c", "100"], stderr=subprocess.PIPE, text=True,
            env={**os.environ, **self.b.env}) for number in (1, 2)}
        wait_for("both captures to run", lambda: all(
            self.b.vf_status(number)["captures"] for number in readers))
        self.whole(tool.run(WAYS[:1] + ["rx:0", "rx:1"], count=100, rate=5000))
        for number, reader in readers.items():
            _, err = reader.communicate(timeout=20)
            self.assertEqual(reader.returncode, 0, err)
            file = pcapng.read(self.b.path(f"{number}.pcapng"))
            self.assertEqual({p.port for p in file.packets}, {"ring5"})
            self.assertEqual(len(file.packets), 100)


def flat(move):
    number, parts = move
    return [number, *parts]
