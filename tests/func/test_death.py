# SPDX-License-Identifier: BSD-3-Clause
"""A spp_vf dies or hangs at every point of its life; the other one notices nothing.

Long form: SPP_TEST_KILLS=1000 ./test -k func/death (SPP_TEST_SEED=N: other kills).
"""

import collections
import json
import os
import signal

import mortal
import numbered
import scenario
import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

KILLS = int(os.environ.get("SPP_TEST_KILLS", "21"))
SEED = int(os.environ.get("SPP_TEST_SEED", 20261130))
LONG = KILLS > 100
STOP_S = 10 if LONG else 1
STOPS_ONE_IN = 30 if LONG else 7
# The founding document's wiring for the second NIC and its first VM.
SURVIVOR = commands(component(15, "classifier", ["nic1"], ["ring4"]),
                    component(16, "merge", ["ring5"], ["nic1"]),
                    component(17, "forward", ["ring4"], ["vhost2"]),
                    component(18, "forward", ["vhost2"], ["ring5"]),
                    table(scenario.MACS[0], "ring4"), FLUSH)


def plan():
    """(point, signal) for each death: every point in turn; stops, which take long, are few."""
    for n in range(KILLS):
        point = mortal.POINTS[n % len(mortal.POINTS)]
        turn = n // len(mortal.POINTS)
        if (n + 3) % STOPS_ONE_IN == 0:
            yield point, signal.SIGSTOP
        else:
            yield point, mortal.SIGNALS[turn % 2]


class Deaths(SppTest):
    in_event = True
    deadline = 120 + 6 * KILLS

    def start(self):
        b = self.b
        b.env["SPP_STATE_DIR"] = b.path("state")
        b.start_controller()
        self.nic = numbered.memif(b, 1)
        b.primary(["net_null0", self.nic.server], rings=8, mem=1024 if LONG else 768)
        b.vf(2, ids=[14, 15, 16, 17, 18])
        self.send_ok(b.controller[2], SURVIVOR)
        self.death = mortal.Death(b, self, STOP_S, SEED)
        self.death.wired()
        self.death.leave()
        b.vfs[1].kill()
        wait_for("the first clean-up", lambda: status.slot(b.primary_status(), 1) is None)
        self.witness = numbered.Numbered(
            b, [self.nic.port, numbered.vhost(b.sock(2), 1)], name="witness")
        self.send()
        self.death.remember()
        self.heap = b.primary_status()["heap"]
        self.sessions = status.sessions(b.primary_status())

    def send(self):
        self.witness.begin([f"tx:0:1:{scenario.MACS[0]}", f"tx:1:2:{scenario.NIC_MAC}", "rx:0",
                            "rx:1"], rate=5000)

    def untouched(self):
        """The packets of the spp_vf that was not touched, so far; their number."""
        result = self.witness.end()
        self.whole(result)
        return result.total_sent()

    def figures(self, locks, packets):
        death = self.death
        back, cleaned = sorted(s for s, _ in death.back_s), sorted(death.cleaned_s)
        info = self.b.primary_status()
        starts = status.sessions(info) - self.sessions
        return {"seed": SEED, "total": death.count.total(), "deaths": dict(death.count),
                "locks": locks, "released": death.releases(), "packets": packets,
                "cleaned_ms": [round(1000 * x, 1) for x in (cleaned[len(cleaned) // 2], cleaned[-1])],
                "back_ms": [round(1000 * x) for x in (back[len(back) // 2],
                                                        back[len(back) * 99 // 100], back[-1])],
                "heap": [self.heap, info["heap"]], "attached": starts}

    def test_a_vf_dies_at_every_point_and_the_other_loses_nothing(self):
        self.start()
        locks, packets = collections.Counter(), 0
        for n, (point, number) in enumerate(plan()):
            if LONG and n > 0 and n % 50 == 0:
                packets += self.untouched()
                self.send()
                print(json.dumps(self.figures(locks, packets)), flush=True)
            try:
                self.death.once(point, number)
            except mortal.DeadLock as e:
                locks[str(e)] += 1
                packets += self.untouched()
                count = self.death.count
                self.new_bench()
                self.start()
                self.death.count = count
        packets += self.untouched()
        self.assertGreater(packets, 1000 * KILLS / 2)
        if LONG:
            print(json.dumps(self.figures(locks, packets)), flush=True)
        self.assertLessEqual(sum(locks.values()), KILLS // 20)
        self.assertLessEqual(self.death.releases(), max(1, KILLS // 20), "locks released")
        self.assertEqual(self.death.slow(), [],
                         "seconds from its start until a restarted one forwarded")
