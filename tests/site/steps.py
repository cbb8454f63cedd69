# SPDX-License-Identifier: BSD-3-Clause
"""What is tried, one after the other; each goes on from what the one before has left. A step returns its figure, a
line for the report; what it raises is why it failed. All are bounded by deadlines, none by a speed: figures are for
whoever reads them.
"""

import statistics
import subprocess
import sys
import time

from end import Talker
from pinged import Pings
from proc import wait_for
from stream import SIZES, SPOKEN_FOR, Stream

LOSSY_SETTLE_S = 1.0  # where some never come
WAYS = {1: ["from the other end"], 2: ["nic0 to nic1", "nic1 to nic0"]}
GOOD = {"lost": 0, "doubled": 0, "late": 0, "damaged": 0}


class Skipped(Exception):
    """Not tried, and why."""


class Steps:
    def __init__(self, programs, ends, args):
        """args: of run.py."""
        self.programs, self.ends, self.args = programs, ends, args
        self.deadline = programs.deadline

    # -- asking ---------------------------------------------------------------------------------

    def talk(self, source, target, rate=None):
        return Talker(self.ends[source], self.ends[target], rate or self.args.rate, SIZES)

    def both(self, rate=None):
        """Frames both ways; of one NIC: the pings of whoever is at the other end."""
        if len(self.ends) == 1:
            return [Pings(self.ends[0])]
        return [self.talk(0, 1, rate), self.talk(1, 0, rate)]

    def whole(self, talkers):
        """All has come, once, in order, undamaged; how many."""
        streams = [talker.stop(self.args.settle) for talker in talkers]
        for stream, way in zip(streams, WAYS[len(self.ends)]):
            verdict = stream.verdict()
            if verdict != GOOD or stream.refused:
                said = ", ".join(f"{n} {what}" for what, n in verdict.items() if n)
                raise AssertionError(f"{way}: of {stream.sent} frames {said or 'all came'}"
                                     + (f"; {stream.refused} were not taken by its own spp_vf" if stream.refused else "")
                                     + f"; {self.drops()}")
        if not all(stream.sent for stream in streams):
            raise AssertionError(f"nothing came; {self.drops()}")
        return sum(stream.sent for stream in streams)

    def drops(self):
        """Where they may have gone, by what the programs count."""
        said = []
        for number in self.programs.vfs:
            said += [f"vf{number} {reason} {n}" for reason, n in self.programs.status(number)["drops"].items() if n]
        for nic in self.programs.nics():
            said += [f"{nic['port']} {name} {nic[name]}" for name in ("rx_missed", "tx_errors") if nic[name]]
        return "counted since the start: " + (", ".join(said) or "no drop")

    def links(self):
        return [nic["link"] for nic in self.programs.nics()]

    def passes(self, what, since, talkers, deadline=None):
        """Until frames sent after that moment come, all ways; seconds from it to the latest one."""
        def came():
            firsts = [talker.stream.first_after(since) for talker in talkers]
            return None if None in firsts else max(firsts) - since
        return wait_for(what, came, deadline or self.deadline)

    def in_order(self, talkers):
        """Lost may be what was on its way; nothing comes twice, late, or damaged. How many were lost."""
        streams = [talker.stop(min(self.args.settle, LOSSY_SETTLE_S)) for talker in talkers]
        for stream in streams:
            verdict = stream.verdict()
            if {**verdict, "lost": 0} != GOOD:
                raise AssertionError(f"of {stream.sent} frames: {verdict}")
        return sum(stream.verdict()["lost"] for stream in streams)

    # -- the steps ------------------------------------------------------------------------------

    def attach(self):
        """spp_primary with the NICs, a spp_vf for each, wired"""
        begun = time.monotonic()
        self.programs.start(0)
        primary = time.monotonic() - begun
        wanted = [f"nic{i}" for i in range(len(self.ends))]
        if [nic["port"] for nic in self.programs.nics()] != wanted:
            raise AssertionError(f"spp_primary has {[nic['port'] for nic in self.programs.nics()]}, not {wanted}")
        for number in self.programs.vfs:
            self.programs.start(number)
            self.programs.wire(number)
        wait_for("both ends", lambda: all(end.guest for end in self.ends), self.deadline)
        drivers = ", ".join(f"{nic['port']} {nic['driver']}" for nic in self.programs.nics())
        dpdk = self.programs.status(0)["version"]["dpdk"]
        return f"spp_primary ready after {primary:.1f} s; DPDK {dpdk}; {drivers}"

    def links_up(self):
        """the cable is in: links are up, and a frame comes through"""
        wait_for("the links (is the cable in, and where it should be?)", lambda: all(self.links()), self.deadline, 0.1)
        speeds = ", ".join(f"{nic['port']} {nic['speed_mbps'] or 'unknown'} Mbit/s" for nic in self.programs.nics())
        begun = time.monotonic()
        talkers = self.both(20)
        if len(self.ends) == 1:
            print(f"  >>> At the other end now, until all is done: ping -i 0.01 {self.args.answer}", flush=True)
        try:
            self.passes("a frame through the cable", begun, talkers,
                        self.deadline if len(self.ends) == 2 else self.args.hand)
        finally:
            self.in_order(talkers)
        return speeds

    def round_trip(self):
        """one frame at a time: to the other end and back"""
        if len(self.ends) == 1:
            raise Skipped("the ping at the other end has it")
        stream = Stream(SPOKEN_FOR | 1)
        self.ends[0].streams[stream.number] = stream
        for number in range(self.args.trips):
            self.ends[0].send(stream, 60)
            wait_for(f"frame {number} back", lambda: len(stream.came) > number, self.deadline, 0.0002)  # noqa: B023
        if stream.verdict() != GOOD:
            raise AssertionError(f"of {stream.sent} frames: {stream.verdict()}")
        took = sorted(1e6 * seconds for _, _, seconds in stream.came)
        return (f"{stream.sent} of 60 bytes: median {statistics.median(took):.0f} us, 99 % "
                f"{took[int(0.99 * (len(took) - 1))]:.0f}, longest {took[-1]:.0f} (two ends in Python included)")

    def order_and_loss(self):
        """frames of all sizes, both ways at once"""
        talkers = self.both()
        time.sleep(self.args.seconds)
        what = f"frames of {SIZES[0]} to {SIZES[-1]} bytes, both ways" if len(self.ends) == 2 else "pings"
        return f"{self.whole(talkers)} {what}, in {self.args.seconds:g} s: 0 lost, doubled, late, damaged"

    def rewire(self):
        """components move from core to core while frames pass"""
        talkers, commits = self.both(), []
        try:
            for turn in range(self.args.moves):
                commits.append(self.programs.move(
                    1 + turn % len(self.ends), turn // len(self.ends) % 2)["commit_us"])
                time.sleep(self.args.pace)
        finally:
            sent = self.whole(talkers)
        return (f"{self.args.moves} changes of the wiring, {sent} frames: 0 lost, doubled, late, damaged; a change took "
                f"{statistics.median(commits):.0f} us (median), {max(commits)} at the most")

    def kill_a_vf(self):
        """SIGKILL of a spp_vf under load; its slot is whole again; it comes back as it was wired"""
        talkers = self.both()
        self.passes("frames", time.monotonic(), talkers)
        killed = time.monotonic()
        self.programs.kill(1)
        self.programs.slot_is_whole()
        whole = time.monotonic() - killed
        self.programs.start(1)
        back = self.passes("frames after the kill", time.monotonic(), talkers)
        silence = max(talker.stream.longest_silence() for talker in talkers)
        lost = self.in_order(talkers)
        return (f"slot in order after {whole:.2f} s; {silence:.2f} s without a frame ({back:.2f} s after it had "
                f"answered), {lost} lost meanwhile, none doubled or late; nothing missing")

    def kill_the_primary(self):
        """SIGKILL of spp_primary under load: each spp_vf ends by itself; all comes back as it was wired"""
        talkers = self.both()
        self.passes("frames", time.monotonic(), talkers)
        killed = time.monotonic()
        self.programs.kill(0)
        codes = [self.programs.ended_alone(number) for number in self.programs.vfs]
        ended = time.monotonic() - killed
        if set(codes) != {1}:
            raise AssertionError(f"spp_vf ended with {codes}, not with 1")
        for number in (0, *self.programs.vfs):
            self.programs.start(number)
        self.passes("frames after the kill", time.monotonic(), talkers)
        silence = max(talker.stream.longest_silence() for talker in talkers)
        self.in_order(talkers)
        return f"each spp_vf had ended after {ended:.2f} s; {silence:.2f} s without a frame, links included"

    def cable(self, plugged):
        """By a command, or by the operator's hand."""
        command = self.args.plug if plugged else self.args.unplug
        if command:
            subprocess.run(["sh", "-c", command], stdin=subprocess.DEVNULL, check=True, timeout=self.deadline)
        elif sys.stdin.isatty():
            print(f"  >>> {'Put the cable back' if plugged else 'Pull the cable'} now (no key "
                  f"needed; {self.args.hand:g} s)", flush=True)
        else:
            raise Skipped("nobody to pull the cable: no terminal; --unplug COMMAND and --plug COMMAND do it, --no-pull "
                          "leaves it out")

    def pull(self):
        """the cable is pulled and put back while frames pass"""
        if self.args.no_pull:
            raise Skipped("--no-pull")
        patience = self.deadline if self.args.unplug else self.args.hand
        talkers = self.both()
        try:
            self.cable(False)
            wait_for("a link to go", lambda: not all(self.links()), patience, 0.05)
            down = time.monotonic()
            self.cable(True)
            wait_for("all links", lambda: all(self.links()), patience, 0.05)
            up = time.monotonic()
            back = self.passes("frames after the cable was put back", up, talkers)
        finally:
            lost = self.in_order(talkers)
        return (f"link seen to go and, {up - down:.1f} s later, to come; a frame {back:.2f} s after that; {lost} lost "
                "meanwhile, none doubled or late")

    def end(self):
        """SIGTERM: each ends in order"""
        codes = self.programs.stop()
        bad = {name: code for name, code in codes.items() if code != 0}
        if bad or len(codes) != len(self.ends) + 1:
            raise AssertionError(f"exit codes: {codes}")
        return "exit code 0 each"

    ALL = (attach, links_up, round_trip, order_and_loss, rewire, kill_a_vf, kill_the_primary, pull, end)
    NEEDED = (attach, links_up)  # without these the rest says nothing
