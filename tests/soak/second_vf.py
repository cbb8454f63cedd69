# SPDX-License-Identifier: BSD-3-Clause
"""The second spp_vf: wired once by its controller, then ended in every way there is and started
again with its saved wiring, under traffic of its own NIC and guests.
"""

import json
import os
import signal
import time

import status
from controller import Controller, local_status
from dying import BACK_S, Dying
from nic import mac
from spplib import FLUSH, commands, component, table

NUMBER = 2
CORES = list(range(14, 21))  # the first is its main lcore
VHOSTS = (4, 5)
WIRING = commands(
    component(15, "classifier", ["nic1"], ["ring8", "ring10"]),
    component(16, "merge", ["ring9", "ring11"], ["nic1"]),
    component(17, "forward", ["ring8"], ["vhost4"]), component(18, "forward", ["vhost4"], ["ring9"]),
    component(19, "forward", ["ring10"], ["vhost5"]), component(20, "forward", ["vhost5"], ["ring11"]),
    table(mac(0), "ring8"), table(mac(1), "ring10"), FLUSH)
# The same wiring again, by a flush that pauses, drains and links.
AGAIN = commands(component(17, "none"), component(17, "forward", ["ring8"], ["vhost4"]), FLUSH)
WAYS = ["killed", "killed", "segfault", "stopped, killed", "stopped, continued", "ended",
        "killed in a flush", "killed at start"]


class SecondVf(Dying):
    def __init__(self, soak):
        super().__init__(soak)
        self.controller = Controller()
        self.b.closers.append(self.controller.close)
        self.config = self.b.vf_config(NUMBER, num_vhost=len(VHOSTS), num_ring=4,
                                       first_vhost=VHOSTS[0])
        self.up = False  # it answers, is wired, and may be connected to
        self.proc = None
        self.back_ms = []
        self._start()
        reply = self.controller.wait(NUMBER).request(WIRING)
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(f"spp_vf {NUMBER}: {bad}")
        self.proc.until(self._saved, "its wiring to be saved")
        self.wiring = status.wiring(self.info())
        self.up = True

    def info(self):
        return local_status(self.b.vf_socket(NUMBER), 1.0)

    def _saved(self):
        state = self.info()["state_file"]
        return state["saved"] and state["generation"] > 0

    def _start(self):
        self.proc = self.b.vf(NUMBER, config=self.config, ids=CORES, eal=self.soak.eal, wait=False,
                              controller=self.controller)

    def run(self):
        while True:
            if self.soak.resting:
                yield from self.end("ended")
                yield from self.rest()
                yield from self.begin()
            yield from self.pause(0.3, 4.0)
            way = "ended" if self.soak.resting else self.rng.choice(WAYS)
            if way == "stopped, continued":
                yield from self.stand_still()
                continue
            yield from self.end(way)
            if way == "killed at start":
                self._start()
                yield from self.pause(0.0, 0.4)
                yield from self.end("killed")
            if not self.soak.resting:
                yield from self.begin()
            else:
                yield from self.rest()
                yield from self.begin()

    def begin(self):
        """With its saved wiring, until packets of its NIC come in."""
        begun = time.monotonic()
        self._start()
        yield from self.until(f"spp_vf {NUMBER} to forward again", self._forwards, BACK_S)
        self.back_ms.append(round((time.monotonic() - begun) * 1000))
        if status.wiring(self.info()) != self.wiring:
            raise AssertionError(f"spp_vf {NUMBER} came back with {status.wiring(self.info())}")
        self.up = True

    def _forwards(self, before=0):
        if not self.proc.alive():
            raise RuntimeError(f"{self.proc.name} ended by itself\n{self.proc.tail()}")
        return status.port(self.info(), "nic1")["rx_packets"] > before

    def stand_still(self):
        """A debugger's stop: guests and primary see one that does not answer."""
        self.up = False
        before = status.port(self.info(), "nic1")["rx_packets"]
        self.proc.send_signal(signal.SIGSTOP)
        yield from self.pause(0.2, 3.0)
        self.proc.send_signal(signal.SIGCONT)
        yield from self.until(f"spp_vf {NUMBER} to go on", lambda: self._forwards(before))
        self.counts["stopped, continued"] += 1
        self.up = True

    def end(self, way):
        self.up = False
        self.counts[way] += 1
        proc = self.proc
        proc.expected_end = True
        if way == "stopped, killed":
            proc.send_signal(signal.SIGSTOP)
            yield from self.pause(0.2, 3.0)
        if way == "killed in a flush" and NUMBER in self.controller.peers:
            self.controller.peers[NUMBER].sock.send(json.dumps(AGAIN).encode())
            time.sleep(self.rng.uniform(0, 0.002))
        proc.send_signal({"ended": signal.SIGTERM,
                          "segfault": signal.SIGSEGV}.get(way, signal.SIGKILL))
        yield from self.until(f"spp_vf {NUMBER} to end", lambda: not proc.alive())
        yield from self.put_in_order(NUMBER, time.monotonic())
        code = proc.wait()
        if way == "ended" and code != 0:
            raise AssertionError(f"spp_vf {NUMBER} ended with {code}\n{proc.tail()}")
        self.b.forget(proc)
        for peer in self.controller.peers.values():
            peer.close()
        self.controller.peers.clear()

    def turn(self):
        self.controller.poll()
        return super().turn()


def saved_state(b):
    """Both spp_vf save their wiring."""
    b.env["SPP_STATE_DIR"] = b.path("state")
    os.makedirs(b.path("state"), exist_ok=True)
