# SPDX-License-Identifier: BSD-3-Clause
"""vhost_loop (tests/eal/vhost_loop.c) on a bench: two vhost ports patched together."""

import json
import os
import re
import signal

from bench import program
from proc import CPU_OURS, wait_for


class VhostLoop:
    """As spp_vf does, it runs as a secondary; a primary beside it holds the mbufs."""

    def __init__(self, b, client=False, args=()):
        self.b = b
        self.prefix = b.new_prefix(f"l{len(b.prefixes)}")
        self.args = [*(["--client"] if client else []), *args]
        self.proc = None
        self._run("holder", ["-m", "96", "--", "--hold"]).wait_log("^ready$")

    def _run(self, name, args):
        ids = f"0@{CPU_OURS},1@{CPU_OURS}"
        return self.b.start(name, [program("tests/eal/vhost_loop"), "--lcores", ids, "--no-pci",
                                   "--file-prefix", self.prefix, *args], cpu=CPU_OURS)

    def start(self, wait=True):
        self.proc = self._run("vhost_loop", ["--proc-type=secondary", "--", *self.args,
                                             self.b.sock(0), self.b.sock(1)])
        if wait:
            self.proc.wait_log("^ready$")
        return self

    def kill(self):
        self.proc.kill()

    def counters(self):
        def printed():  # whole lines: half of one may end with a brace, too
            return re.findall(r'^(\{"mbufs_free.*\})\n', self.proc.text(), re.M)

        before = len(printed())
        self.proc.send_signal(signal.SIGUSR1)
        return json.loads(wait_for("counters of vhost_loop", lambda: printed()[before:], 5)[0])

    def port(self, index):
        return self.counters()["ports"][index]
