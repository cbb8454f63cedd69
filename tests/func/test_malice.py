# SPDX-License-Identifier: BSD-3-Clause
"""A malicious controller, and strangers on spp_agent's port, under traffic: no packet is lost, the
wiring stays, the operator is answered, memory and descriptors stay bounded.

SPP_TEST_FLOOD_S=60 ./test -k malice is the long form: so many seconds of each kind of flood.
"""

import os
import time

import malice
import numbered
import scenario
import status
from bench import TREE
from controller import local_status
from ctllib import Ctl
from proc import wait_for
from spplib import SppTest

FLOOD_S = float(os.environ.get("SPP_TEST_FLOOD_S", "0.25"))
RSS_KB = 32 << 10   # 8 MB of message, its reading, and what malloc keeps
ANSWER_S = 2.0      # on a machine that others use, too
RATE = 2000
STRANGERS = 1000
PEERS_MAX = 320     # spp_agent's, with some descriptors of its own
CLIENTS_MAX = 64
OURS = ("primary", "vf1")


def wired(info):
    return status.wiring(info), status.table(info), info["generation"], info["staged"]


def timed(ask):
    """What it took, in seconds."""
    begun = time.monotonic()
    ask()
    return time.monotonic() - begun


class OfTheController(SppTest):
    deadline = int(120 + 25 * FLOOD_S)

    def test_floods_of_all_kinds_cost_no_packet_and_no_wiring(self):
        b = self.b
        tool = scenario.start_numbered(b)
        ours = {0: b.primary_proc, 1: b.vfs[1]}
        paths = {0: b.primary_socket(), 1: b.vf_socket(1)}
        before = wired(b.vf_status())
        tool.begin(scenario.ALL_WAYS, rate=RATE)
        costs = None
        for pattern in malice.PATTERNS:
            floods = [malice.Flood(b.controller[number].sock, pattern) for number in ours]
            end = time.monotonic() + FLOOD_S
            slowest = 0.0
            while time.monotonic() < end:
                for flood in floods:
                    flood.step()
                if time.monotonic() > end - FLOOD_S / 2:
                    slowest = max(slowest, *(timed(lambda p=p: local_status(p))
                                             for p in paths.values()))
            self.assertLess(slowest, ANSWER_S, f"status during {pattern}")
            self.assertGreater(min(f.sent for f in floods), 0, pattern)
            for number in ours:
                b.controller.peers.pop(number).close()
            for number in ours:
                b.controller.wait(number)
            self.assertEqual(wired(b.vf_status()), before, pattern)
            # The first flood is what all later ones are measured by.
            now = {number: malice.settled(proc.pid) for number, proc in ours.items()}
            costs = costs or now
            for number, (rss, fds) in now.items():
                self.assertLess(rss, costs[number][0] + RSS_KB, f"{pattern}: resident kB")
                self.assertEqual(fds, costs[number][1], f"{pattern}: descriptors")
        self.whole(tool.end())
        self.send_ok(b.controller[1], {"commands": [{"command": "flush"}]})

    def test_a_controller_that_hangs_up_at_once_is_called_less_and_less_often(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        before = malice.cost(b.primary_proc.pid)
        calls = 0
        end = time.monotonic() + 3
        b.controller.peers.pop(0).close()
        while time.monotonic() < end:
            try:
                malice.reset(b.controller.accept(end - time.monotonic()).sock)
                calls += 1
            except AssertionError:
                break
        self.assertIn(calls, range(2, 10))
        self.assertLess(timed(b.primary_status), ANSWER_S)
        self.assertLessEqual(malice.cost(b.primary_proc.pid)[1], before[1])
        b.controller.wait(0)


class OfStrangers(SppTest):
    """spp_agent with real processes, and a port that anybody on the host may call."""

    deadline = int(120 + 10 * FLOOD_S)

    @classmethod
    def prepare(cls, b):
        cls.ctl = Ctl(b, args=["--timeout", "4"])
        cls.port = int(cls.ctl.address.rpartition(":")[2])
        cls.nic = numbered.memif(b, 0)
        b.primary([cls.nic.server], args=["-s", cls.ctl.address])
        b.vf(1, args=["-s", cls.ctl.address])
        cls.ctl.wait("primary", "vf1")
        for name in scenario.MESSAGES:
            cls.ctl.ok("send", "vf1", os.path.join(TREE, "config", "messages", name + ".json"))
        cls.tool = scenario.all_sides(b, cls.nic)

    def setUp(self):
        super().setUp()
        self.before = wired(self.b.vf_status())
        self.cost = malice.cost(self.ctl.agent.pid)
        self.tool.begin(scenario.ALL_WAYS, rate=RATE)

    def tearDown(self):
        self.whole(self.tool.end())
        self.assertEqual(wired(self.b.vf_status()), self.before)
        states = self.ctl.states()  # those of strangers who gave a name stay, as lost
        self.assertEqual({name: states.get(name) for name in OURS}, dict.fromkeys(OURS, "connected"))
        super().tearDown()

    def bounded(self):
        rss, fds = malice.cost(self.ctl.agent.pid)
        self.assertLess(rss, self.cost[0] + RSS_KB, "resident kB of spp_agent")
        self.assertLess(fds, self.cost[1] + PEERS_MAX + CLIENTS_MAX, "descriptors of spp_agent")

    def usable(self):
        """The operator asks and changes something, within his patience."""
        for words in (("status", "vf1"), ("ls",),
                      ("send", "vf1", os.path.join(TREE, "config", "messages", "status.json"))):
            self.assertLess(timed(lambda w=words: self.ctl.ok(*w)), ANSWER_S, words)
        self.bounded()

    def rests(self):
        """Once the strangers are gone nothing of them is left."""
        wait_for("descriptors of spp_agent as before",
                 lambda: malice.cost(self.ctl.agent.pid)[1] <= self.cost[1], 5)

    def test_1_a_thousand_at_once_that_say_nothing_or_little(self):
        strangers = malice.connections(self.port, STRANGERS)
        for turn in range(10):
            for sock in strangers[::2]:
                try:
                    sock.send(b'{"results": [{"result": "success"}]'[turn:turn + 1])
                except OSError:
                    pass  # it had to make room
            if turn % 5 == 0:
                self.usable()
        for sock in strangers:
            sock.close()
        self.rests()

    def test_2_garbage_as_fast_as_it_is_taken(self):
        end = time.monotonic() + max(2.0, 10 * FLOOD_S)
        floods, sent, calls, next_look = [], 0, 0, time.monotonic() + 0.5
        patterns = list(malice.PATTERNS)
        while time.monotonic() < end:
            while len(floods) < 16:
                floods.append(malice.Flood(malice.connections(self.port, 1)[0],
                                           patterns[calls % len(patterns)]))
                calls += 1
            for flood in list(floods):
                if not flood.step(0):
                    flood.sock.close()
                    sent += flood.sent
                    floods.remove(flood)
            if time.monotonic() > next_look:
                self.usable()
                next_look = time.monotonic() + 0.5
        for flood in floods:
            flood.sock.close()
        self.assertGreater(calls, 30)
        self.rests()

    def test_3_half_open_ones_and_those_that_read_nothing(self):
        strangers = malice.connections(self.port, 300)
        self.usable()
        for sock in strangers[:150]:
            malice.vanish(sock)
        deaf = [malice.Flood(sock, "short lines", read=False) for sock in strangers[150:]]
        for flood in deaf:
            flood.step(0)
        self.usable()
        for flood in deaf:
            malice.reset(flood.sock)
        self.usable()
        # A half-open one costs its descriptor until its time to say who it is has passed.
        wait_for("half-open ones to be given up",
                 lambda: malice.cost(self.ctl.agent.pid)[1] <= self.cost[1], 15)

    def test_4_impostors_do_not_take_a_processs_place(self):
        """They claim to be vf1: it keeps its requests, and they wait in vain."""
        impostors = malice.connections(self.port, 50)
        for sock in impostors:
            sock.setblocking(True)
            sock.settimeout(5)
            sock.recv(4096)
            sock.send(b'{"results":[{"result":"success"}],"process":1,"process_type":"vf"}')
        wait_for("them to be set aside",
                 lambda: "duplicate" in self.ctl.ok("ls"))
        self.usable()
        for sock in impostors:
            sock.setblocking(False)
            with self.assertRaises(BlockingIOError):
                sock.recv(1)
            sock.close()
        self.rests()

    def test_5_those_that_give_a_name_and_do_not_end_get_no_memory(self):
        """Two of each name: the second makes the agent ask the first again."""
        def claim(number):
            sock = malice.connections(self.port, 1)[0]
            sock.settimeout(5)
            sock.recv(4096)
            sock.send(b'{"results":[{"result":"success"}],"process":%d,"process_type":"vf"}' % number)
            return sock

        firsts = [claim(number) for number in range(100, 140)]
        wait_for("them to be known", lambda: "vf139" in self.ctl.ok("ls"))
        seconds = [claim(number) for number in range(100, 140)]
        for sock in firsts:
            sock.recv(4096)
            try:
                sock.sendall(b'{"results":["' + b"x" * (4 << 20))
            except OSError:
                pass  # it has been closed
        self.usable()
        for sock in firsts + seconds:
            sock.close()
        self.rests()

    def test_6_processes_come_back_to_an_agent_under_siege(self):
        self.ctl.agent.stop()
        self.ctl.start()
        self.cost = malice.cost(self.ctl.agent.pid)
        end = time.monotonic() + 20
        strangers = []
        while self.ctl.states() != dict.fromkeys(OURS, "connected"):
            self.assertLess(time.monotonic(), end, self.ctl.states())
            for sock in strangers:
                sock.close()
            strangers = malice.connections(self.port, 400)
        self.usable()
        for sock in strangers:
            sock.close()
