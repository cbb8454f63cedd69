# SPDX-License-Identifier: BSD-3-Clause
"""Runs an installed unit as systemd would: its ExecStart, its environment, its Restart=.

A stand-in for machines (and containers) on which systemd is not the first process. It knows no order
of units: what is started too early ends and is started again, as RestartSec= says.
"""

import os
import re
import shlex
import threading

from proc import CPU_OURS


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(ms|s|)", text).groups()
    return int(number) / (1000 if unit == "ms" else 1)


class Unit:
    """root: where `meson install --destdir` put everything. conf: its EnvironmentFile=, {name: value}."""

    def __init__(self, b, root, path, conf):
        self.b = b
        self.name = os.path.basename(path).removesuffix(".service")
        with open(path, encoding="utf-8") as f:
            lines = re.findall(r"^(\w+)=(.*)$", f.read(), re.M)
        self.service = {key: value for key, value in lines if key != "Environment"}
        self.env = dict(value.split("=", 1) for key, value in lines if key == "Environment")
        self.env.update(conf)
        self.root = root
        self.proc = None
        self.ends = []           # exit codes
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        b.closers.append(self.stop)

    def argv(self):
        """A variable that is a word becomes as many words as its value has."""
        argv = []
        for word in shlex.split(self.service["ExecStart"]):
            argv += shlex.split(self.env[word[1:]]) if word.startswith("$") else [word]
        return [self.root + argv[0], *argv[1:]]

    def start(self):
        if self.service["Restart"] != "on-failure":
            raise AssertionError(f"{self.name}: Restart={self.service['Restart']}")
        self.thread.start()
        return self

    def _run(self):
        while not self.stopping.is_set():
            proc = self.b.start(self.name, self.argv(), cpu=CPU_OURS, env=self.env)
            proc.expected_end = True
            self.proc = proc
            code = proc.popen.wait()
            self.ends.append(code)
            if code == 0 or self.stopping.wait(seconds(self.service["RestartSec"])):
                return

    def stop(self):
        self.stopping.set()
        if self.proc is not None and self.proc.alive():
            self.proc.kill()
        if self.thread.is_alive():
            self.thread.join(10)
