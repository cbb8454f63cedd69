# SPDX-License-Identifier: BSD-3-Clause
"""A capture at a port with a million packets of 60 bytes a second, beside a control without one.

On request (`-k func/capture_load`): it wants both CPUs for itself. SPP_TEST_ROUNDS: so many of each.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import time

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hitless"))

import bed
import numbered
import status
from cpu import aside
from rest import NIC_MAC
from spplib import FLUSH, SppTest, commands, component, program
from wiring import MACS

RATE = 1_000_000
SECONDS = 2
ROUNDS = int(os.environ.get("SPP_TEST_ROUNDS", "10"))
WAY = [f"tx:0:1:{MACS[0]}", "rx:1"]


class CaptureLoad(SppTest):
    deadline = 300
    on_request = True

    def capture(self, *words):
        """sppctl, once it captures; where it writes nobody keeps."""
        proc = subprocess.Popen([program("sppctl"), "capture", *words, "-s", "96", "-w", "/dev/null"],
                                text=True, env={**os.environ, **self.b.env},
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
        self.assertRegex(proc.stderr.readline(), "^capturing")
        return proc

    def one(self, *words):
        """A run: packets sent, missing, dropped by reason, captured, lost to the capture."""
        before = status.drops(self.b.vf_status())
        proc = self.capture(*words) if words else None
        result = self.tool.run(WAY, rate=RATE, seconds=SECONDS, settle=200, size=60)
        captured = lost = 0
        if proc is not None:
            proc.send_signal(signal.SIGINT)
            said = re.search(r"captured ([\d,]+)[^,]*, lost ([\d,]+)", proc.communicate(timeout=10)[1])
            captured, lost = (int(n.replace(",", "")) for n in said.groups())
        self.assertEqual(result.disorder(), [])
        self.assertGreater(result.total_sent(), 0.98 * RATE * SECONDS)
        dropped = status.drops(self.b.vf_status()) - before
        missing = sum(result.missing().values())
        # the guest's own: its tool did not look at it for as long as its ring holds
        self.assertEqual(missing, dropped["vhost_full"], dropped)
        return {"missing": missing, "gap_us": result.gap_us, "captured": captured, "lost": lost,
                "passed": result.total_sent() - missing}

    def test_a_port_with_a_million_packets_a_second(self):
        b = self.b
        b.start_controller()
        nic = numbered.memif(b, 0, f",rsize={bed.NIC_RING.bit_length() - 1}")
        b.dispatch = "auto"
        b.primary([nic.server], elsewhere=(1,))
        b.vf(1, ids=[0, 2], elsewhere=(0,), args=["--idle-us", 0])
        self.send_ok(b.controller[1], commands(
            component(2, "forward", ["nic0"], ["vhost0"], name="down"),
            component(2, "forward", ["vhost0"], ["nic0"], name="up"), FLUSH))
        aside(b)
        self.tool = numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1, bed.GUEST_RING)],
                                      memory=256)
        bed.prefer(self.tool.proc.pid)
        figures = {"control": [], "tx of vhost0": [], "rx of nic0": []}
        words = {"control": (), "tx of vhost0": ("vhost0", "--tx"), "rx of nic0": ("nic0", "--rx")}
        for turn in range(ROUNDS):
            for name, seen in figures.items():
                seen.append(self.one(*words[name]))
                print(f"# {turn} {name}: {seen[-1]}", flush=True)
                time.sleep(0.2)
        worst = max(one["missing"] for one in figures["control"])
        for name, seen in figures.items():
            missing = statistics.median(one["missing"] for one in seen)
            print(f"# {name}: median missing {missing:.0f} of {RATE * SECONDS}", flush=True)
            self.assertLessEqual(missing, worst, f"{name}: no more than without a capture")
            if name == "tx of vhost0":
                self.assertEqual([one["captured"] + one["lost"] for one in seen],
                                 [one["passed"] for one in seen], "each is captured, or counted as lost")
