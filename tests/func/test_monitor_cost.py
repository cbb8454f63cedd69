# SPDX-License-Identifier: BSD-3-Clause
"""What spp_monitor costs beside a host of 15 spp_vf and 64 VMs (fake ones: big_host.py), with a scrape a
second, ten viewers, and slow clients by the hundred."""

import contextlib
import socket
import statistics
import time

from big_host import Host
from monitorlib import OPENMETRICS, Monitor, viewed
from spplib import SppTest
from test_monitor_http import MEMORY_MAX, cpu_seconds, resident

SECONDS = 4
WINDOWS = 3  # what a machine's pauses cost is in one of them
CPU_MAX = 0.02  # of one


class Cost(SppTest):
    quiet = True
    deadline = 90

    def test_a_scrape_a_second_ten_viewers_and_slow_clients(self):
        b = self.b
        b.closers.append(Host(b.run_dir).close)
        m = Monitor(b)
        self.assertEqual(len(m.state()["vfs"]), 15)
        with viewed(m, 10):
            self.watch(m)

    def share(self, m):
        """Of a CPU, while it is asked once a second."""
        begin, spent = time.monotonic(), cpu_seconds(m.proc.pid)
        while time.monotonic() < begin + SECONDS:
            status, _, _ = m.get("/metrics", Accept=OPENMETRICS, Accept_Encoding="gzip")
            self.assertEqual(status, 200)
            time.sleep(1)
        return (cpu_seconds(m.proc.pid) - spent) / (time.monotonic() - begin)

    def watch(self, m):
        m.get("/api/history", Accept_Encoding="gzip")
        for slow in (0, 1000):
            sockets = []
            for _ in range(slow):
                s = socket.create_connection(("127.0.0.1", m.port), timeout=5)
                sockets.append(s)
                with contextlib.suppress(OSError):
                    s.sendall(b"GET /metr")
            used = statistics.median(self.share(m) for _ in range(WINDOWS))
            memory = resident(m.proc.pid)
            self.assertLess(memory, MEMORY_MAX)
            if used > CPU_MAX:
                self.slow.append(f"{100 * used:.1f} % of a CPU with {slow} slow clients")
            for s in sockets:
                s.close()
