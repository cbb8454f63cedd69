# SPDX-License-Identifier: BSD-3-Clause
"""A spp_mirror, and a spp_pcap behind a ring from it: the one or the other or both end in every way
there is and start again, under the traffic of a NIC of their own.

    nic2 ─► spp_mirror 3 ─► ring12 ═► spp_pcap 4
                     └────► ring13, of which nobody has the other end
"""

import glob
import os
import signal
import subprocess
import time

import status
from bench import program
from controller import Controller, local_status
from dying import BACK_S, Dying
from proc import CPU_OURS
from spplib import FLUSH, commands, component

MIRROR, PCAP = 3, 4
WIRING = commands(component(25, "mirror", ["nic2"], ["ring12", "ring13"]), FLUSH)
WHO = [[MIRROR], [PCAP], [PCAP], [MIRROR, PCAP], [PCAP, MIRROR]]
WAYS = ["killed", "killed", "segfault", "stopped, killed", "ended"]


class Recorder(Dying):
    def __init__(self, soak):
        super().__init__(soak)
        self.controller = Controller()
        self.b.closers.append(self.controller.close)
        self.out = self.b.path("recorded")
        os.makedirs(self.out)
        self.procs = {}
        self._start(MIRROR)
        reply = self.controller.wait(MIRROR).request(WIRING)
        if any(r["result"] != "success" for r in reply["results"]):
            raise AssertionError(f"spp_mirror {MIRROR}: {reply}")
        self.procs[MIRROR].until(self._saved, "its wiring to be saved")
        self._start(PCAP)
        self._record()

    def info(self, number):
        return local_status(self.b.vf_socket(number), 1.0)

    def _saved(self):
        state = self.info(MIRROR)["state_file"]
        return state["saved"] and state["generation"] > 0

    def _start(self, number):
        b = self.b
        if number == MIRROR:
            self.procs[MIRROR] = b.vf(MIRROR, config=False, ids=[24, 25], eal=self.soak.eal,
                                      wait=False, controller=self.controller, name="spp_mirror")
            return
        self.procs[PCAP] = b.start("spp_pcap", [
            program("spp_pcap"), *b.eal([26, 27, 28], "--proc-type=secondary", *self.soak.eal),
            "--", "--client-id", PCAP, "-c", "ring:12", "--out-dir", self.out,
            "-s", self.controller.address], cpu=CPU_OURS)

    def _record(self):
        reply = self.controller[PCAP].request("start")
        if reply["results"] != [{"result": "success"}]:
            raise AssertionError(f"start: {reply}")

    def run(self):
        while True:
            if self.soak.resting:
                yield from self.end([MIRROR, PCAP], "ended")
                yield from self.rest()
                yield from self.begin([MIRROR, PCAP])
            yield from self.pause(0.3, 4.0)
            if not self.soak.resting:
                who = self.rng.choice(WHO)
                yield from self.end(who, self.rng.choice(WAYS))
                yield from self.begin(who)

    def end(self, who, way):
        for number in who:
            self.counts[f"{'spp_mirror' if number == MIRROR else 'spp_pcap'} {way}"] += 1
            proc = self.procs[number]
            proc.expected_end = True
            if way == "stopped, killed":
                proc.send_signal(signal.SIGSTOP)
                yield from self.pause(0.2, 1.0)
            proc.send_signal({"ended": signal.SIGTERM,
                              "segfault": signal.SIGSEGV}.get(way, signal.SIGKILL))
            yield from self.until(f"{proc.name} to end", lambda p=proc: not p.alive())
            yield from self.put_in_order(number, time.monotonic())
            if way == "ended" and proc.wait() != 0:
                raise AssertionError(f"{proc.name} ended with {proc.wait()}\n{proc.tail()}")
            self.b.forget(proc)
            if number in self.controller.peers:
                self.controller.peers.pop(number).close()
            if number == PCAP:
                self.read(whole=way == "ended")

    def read(self, whole):
        """What was recorded can be read, to its end if spp_pcap closed it; then it goes."""
        for path in glob.glob(os.path.join(self.out, "*")):
            code = subprocess.run(["lz4", "-dc", path], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, timeout=30, check=False).returncode
            if whole and (code != 0 or path.endswith(".tmp")):
                raise AssertionError(f"{path} is not whole: lz4 says {code}")
            os.unlink(path)

    def begin(self, who):
        for number in who:
            self._start(number)
        for number in who:
            yield from self.until(f"{number} at the controller",
                                  lambda n=number: n in self.controller.peers, BACK_S)
        if PCAP in who:
            self._record()
        yield from self.until("packets in files again", self._records, BACK_S)

    def _records(self):
        for proc in self.procs.values():
            if not proc.alive():
                raise RuntimeError(f"{proc.name} ended by itself\n{proc.tail()}")
        before = self.info(PCAP)["written"]
        time.sleep(0.005)
        return self.info(PCAP)["written"] > before

    def turn(self):
        self.controller.poll()
        return super().turn()
