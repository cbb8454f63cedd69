# SPDX-License-Identifier: BSD-3-Clause
"""What resting costs and what it adds to the first packet: CPU time, wake-ups, latency, a step."""

import time

import judge
import numbered
import status
from bench import program
from cpu import Cpu, aside
from proc import CPU_OURS, CPU_TOOLS, run
from spplib import FLUSH, commands, component, table
from wiring import MACS

IDLE_US = 1000
NIC_MAC = "02:00:00:00:ff:00"
VHOST_ONLY = [component(4, "forward", ["vhost0"], ["ring0"]),
              component(5, "forward", ["ring0"], ["vhost1"]),
              component(6, "forward", ["vhost1"], ["vhost0"])]
# One hop each way, of workers of their own.
ONE_HOP = [component(2, "forward", ["nic0"], ["vhost0"]),
           component(3, "forward", ["vhost0"], ["nic0"])]
# The same two on one worker, that polls when --idle-us is 0.
POLLED = [component(2, "forward", ["nic0"], ["vhost0"], name="down"),
          component(2, "forward", ["vhost0"], ["nic0"], name="up")]
FOUNDING = [component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "merge", ["ring1"], ["nic0"]),
            component(4, "forward", ["ring0"], ["vhost0"]),
            component(5, "forward", ["vhost0"], ["ring1"]),
            table(MACS[0], "ring0")]
WAYS = {"nic": [f"tx:0:1:{MACS[0]}", "rx:1"], "vhost": [f"tx:1:2:{NIC_MAC}", "rx:0"]}


class Rest:
    """Two guests and a memif NIC of usual size, no wiring."""

    def __init__(self, b, idle_us=IDLE_US, polling=False):
        """polling: one worker alone on the CPU of ours, and it needs no scheduler."""
        self.b = b
        b.start_controller()
        nic = numbered.memif(b, 0)
        args = ["--idle-us", idle_us]
        if polling:
            b.dispatch = "auto"
            b.primary([nic.server], elsewhere=(1,))
            b.vf(1, ids=[0, 2], elsewhere=(0,), args=args)
        else:
            b.primary([nic.server])
            b.vf(1, args=args)
        self.peer = b.controller[1]
        aside(b)
        self.tool = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1),
                                          numbered.vhost(b.sock(1), 2)], memory=256)

    def wire(self, parts):
        """In place of all there was."""
        info = self.b.vf_status()
        cores = sorted({c["core"] for c in info["core"] if c["type"] not in ("none", "unuse")})
        gone = [table(e["value"], "unuse") for e in info["classifier_table"]]
        reply = self.peer.request(commands(*gone, *(component(core, "none") for core in cores),
                                           *parts, FLUSH))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(bad)

    def idle(self, seconds):
        """Percent of a CPU and wake-ups a second of our threads, without any packet."""
        time.sleep(0.2)  # what dozes after the last work goes to sleep
        cpu = Cpu(self.b)
        time.sleep(seconds)
        rows, _ = cpu.used()
        path = [row for row in rows if is_path(*row[:2])]
        return {"cpu_percent": round(100 * sum(row[2] for row in rows), 3),
                "path_percent": round(100 * sum(row[2] for row in path), 3),
                "wakeups": {f"{p}/{t}": round(w, 1) for p, t, _, w in rows if w > 0},
                "path_wakeups_max": round(max((row[3] for row in path), default=0.0), 1),
                "others_percent": round(100 * cpu.others())}

    def bare(self, figures, seconds):
        """Percent of a CPU that sleeping costs by itself, for the wake-ups of figures."""
        text = run(program("tests/tools/spp_sleeper"), "sleep", str(IDLE_US),
                   str(int(seconds * 1e6 / IDLE_US)), cpu=CPU_OURS)
        return round(float(text) * figures["path_wakeups_max"] / 1e4, 3)

    def bare_wake(self, pause, count=15):
        """Microseconds from a wake-up until the thread runs, whatever it is to do then: the median."""
        return float(run(program("tests/tools/spp_sleeper"), "wake", str(int(pause * 1e6)),
                         str(count), str(CPU_TOOLS), cpu=CPU_OURS))

    def latency(self, way, samples, pause):
        """Microseconds of single packets, a pause apart."""
        result = self.tool.run(WAYS[way], rate=1 / pause, count=samples, latency=True)
        return judge.summary(result.latency())

    def step(self, count=1000):
        """From silence: so many packets at once from each source. What was dropped, lost, disordered."""
        before = status.drops(self.b.vf_status())
        result = self.tool.run([f"tx:0:1:{MACS[0]}", f"tx:1:2:{NIC_MAC}", "rx:0", "rx:1"],
                               count=count)
        dropped = status.drops(self.b.vf_status()) - before
        return {"sent": result.total_sent(), "dropped": dict(dropped),
                "missing": sum(result.missing().values()), "disorder": result.disorder()}


def is_path(program, thread):
    """Workers and schedulers: not control, not DPDK's own threads."""
    return "-worker-" in thread or (program == "spp_primary" and thread == "spp_primary")
