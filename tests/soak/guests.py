# SPDX-License-Identifier: BSD-3-Clause
"""Guests of the second spp_vf: one that is killed, paused and started again, and one that connects
several times a second, takes a few packets or none, and never drains its ring.
"""

import signal

import vhost_frontend
from act import Act
from numbered import Numbered, vhost
from second_vf import VHOSTS

NIC_MAC = "02:00:00:00:ff:01"


class RealGuest(Act):
    """A DPDK guest that sends and receives."""

    tool = None

    def run(self):
        while True:
            yield from self.rest()
            yield from self.until("spp_vf 2", lambda: self.soak.second.up or self.soak.resting, 60)
            if not self.soak.resting:
                yield from self.live()
                self.drop()

    def live(self):
        self.tool = Numbered(self.b, [vhost(self.b.sock(VHOSTS[0]))], wait=False, name="guest")
        proc = self.tool.proc
        proc.expected_end = True  # when spp_vf is killed before it is connected

        def ready():
            return "\nready\n" in proc.text()

        # When spp_vf goes meanwhile it waits for its link for ever.
        yield from self.until("the guest to be ready", lambda: ready() or not proc.alive() or
                              not self.soak.second.up or self.soak.resting, 60)
        if not ready():
            self.counts["did not connect"] += 1
            return
        self.tool.begin([f"tx:0:1:{NIC_MAC}", "rx:0"], rate=1000)
        yield from self.pause(0.5, 6.0, unless=lambda: not self.soak.second.up)
        way = self.rng.choice(["killed", "paused", "paused, killed"])
        if way != "killed" and proc.alive():
            proc.send_signal(signal.SIGSTOP)
            yield from self.pause(0.2, 1.5)
            proc.send_signal(signal.SIGCONT if way == "paused" else signal.SIGKILL)
        if way == "paused":
            yield from self.pause(0.2, 1.0)
        self.counts[way] += 1

    def drop(self):
        if self.tool is not None:
            self.tool.proc.kill()
            self.b.forget(self.tool.proc)
            self.tool = None


class RudeGuest(Act):
    """Many short lives at the second socket."""

    def run(self):
        while True:
            yield from self.rest()
            if not self.soak.second.up:
                yield
                continue
            try:
                guest = vhost_frontend.Frontend(self.b.sock(VHOSTS[1]), deadline=0.5)
            except (OSError, vhost_frontend.Closed):
                self.counts["refused"] += 1  # it has just gone, or still has the guest before
                yield from self.pause(0.1, 0.2)
                continue
            guest.post(self.rng.choice([0, 0, 1, 100, 255]))
            yield from self.pause(0.02, 1.0)
            try:
                if self.soak.second.up and self.rng.random() < 0.5:
                    guest.reset()
                    self.counts["reset"] += 1
            except (OSError, vhost_frontend.Closed):
                pass  # spp_vf has gone
            guest.close()
            self.counts["connected"] += 1
            yield from self.pause(0.02, 0.1)
