# SPDX-License-Identifier: BSD-3-Clause
"""spp_monitor beside real spp_vf: what their answers cost them, and that packets notice nothing."""

import os
import time

import numbered
from monitorlib import OPENMETRICS, Monitor, viewed
from spplib import FLUSH, SppTest, commands, component, table
from test_monitor_http import cpu_seconds

VFS = int(os.environ.get("SPP_TEST_VFS", "3"))  # at most 15
SECONDS = float(os.environ.get("SPP_TEST_SECONDS", "6"))
VHOSTS = 64
RATE = 4000  # packets a second each way: what a pause of a tenth of a second leaves room for
VIEWERS = 10
CPU_MAX = 0.05  # of one: what all of them take more, and spp_monitor; a blunder is more, see docs/monitoring.md
NIC, VM = "02:00:00:00:ff:00", "02:00:00:00:aa:00"


class Real(SppTest):
    quiet = True
    deadline = int(90 + 10 * VFS + 4 * SECONDS)

    def start(self):
        b = self.b
        b.start_controller()
        nic = numbered.memif(b, 0)
        b.primary([nic.server], rings=2 * VHOSTS, mem=512 + 64 * VFS, args=["--max-vf", str(VFS)])
        first = 0
        for number in range(1, VFS + 1):
            last = VHOSTS * number // VFS
            b.vf(number, ids=[2 + 3 * number + i for i in range(3)],
                 config=b.vf_config(number, first_vhost=first, num_vhost=last - first, num_ring=0))
            ports = [f"vhost{n}" for n in range(first, last)]
            if number == 1:
                ports.insert(0, "nic0")
            self.send_ok(b.controller[number], commands(
                component(3 + 3 * number, "switch", ports, ports),
                *([table(VM, "vhost0"), table("default", "nic0")] if number == 1 else
                  [table("default", ports[0])]), FLUSH))
            first = last
        return numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1)])

    def spent(self):
        """CPU seconds of primary and VFs."""
        return sum(cpu_seconds(p.pid) for p in [self.b.primary_proc, *self.b.vfs.values()])

    def share(self, work):
        """Of a CPU that they take while this is done for SECONDS, again and again."""
        begin, spent = time.monotonic(), self.spent()
        while time.monotonic() < begin + SECONDS:
            work()
            time.sleep(1)
        return (self.spent() - spent) / (time.monotonic() - begin)

    def test_real_processes_answer_beside_traffic(self):
        tool = self.start()
        tool.begin([f"tx:0:1:{VM}", f"tx:1:2:{NIC}", "rx:0", "rx:1"], rate=RATE)
        before = self.share(lambda: None)
        m = Monitor(self.b)
        self.assertEqual(len(m.state()["vfs"]), VFS)

        def scrape():
            status, _, _ = m.get("/metrics", Accept=OPENMETRICS, Accept_Encoding="gzip")
            self.assertEqual(status, 200)

        with viewed(m, VIEWERS):
            mine = cpu_seconds(m.proc.pid)
            begin = time.monotonic()
            beside = self.share(scrape)
            mine = (cpu_seconds(m.proc.pid) - mine) / (time.monotonic() - begin)
        result = tool.end()
        print(f"# {VFS} spp_vf: {100 * before:.2f} % of a CPU without, {100 * beside:.2f} % beside "
              f"spp_monitor, which takes {100 * mine:.2f} %", flush=True)
        self.assertEqual(result.total_received(), result.total_sent())
        self.assertEqual(result.disorder(), [])
        self.assertGreater(result.total_sent(), 2 * RATE * SECONDS)
        if beside - before + mine > CPU_MAX:
            self.slow.append(f"{100 * (beside - before + mine):.1f} % of a CPU for {VFS} spp_vf")
