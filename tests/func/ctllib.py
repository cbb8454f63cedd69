# SPDX-License-Identifier: BSD-3-Clause
"""spp_agent and sppctl on a bench, with the real data plane: for tests and ./run.

    ctl = Ctl(b)             start spp_agent; processes connect with -s ctl.address
    ctl.ok("plug", ...)      standard output; the exit code must be 0
    ctl.run("plug", ...)     (exit code, standard output, standard error)
    Terminal(b, argv)        the command in a real terminal (tmux); .screen() is what one sees
"""

import itertools
import json
import os
import re
import shlex
import subprocess

from bench import program
from proc import wait_for


class Ctl:
    def __init__(self, b, listen="127.0.0.1:0", args=()):
        self.b = b
        self.args = list(args)
        self.socket = b.path("run/agent.sock")
        self.env = {**os.environ, **b.env, "LC_ALL": "C.UTF-8"}
        self.agent = None
        self.address = listen
        self.start()

    def start(self):
        """Again where it was: the processes come back to it."""
        self.agent = self.b.start("spp_agent", [program("spp_agent"), "--listen", self.address,
                                                "--socket", self.socket, *self.args])
        self.agent.until(lambda: "ready for sppctl" in self.agent.text(), "its socket")
        self.address = re.search(r"listening on (\S+)", self.agent.text()).group(1)

    def run(self, *words, text=None, deadline=20.0):
        done = subprocess.run([program("sppctl"), *words], env=self.env, text=True, input=text,
                              stdin=subprocess.DEVNULL if text is None else None,
                              capture_output=True, timeout=deadline, check=False)
        return done.returncode, done.stdout, done.stderr

    def ok(self, *words, **more):
        code, out, err = self.run(*words, **more)
        if code != 0:
            raise AssertionError(f"sppctl {' '.join(words)}: exit code {code}: {out}{err}")
        return out

    def refused(self, code, *words, **more):
        """Standard error of a command that must end with this exit code."""
        seen, out, err = self.run(*words, **more)
        if seen != code:
            raise AssertionError(f"sppctl {' '.join(words)}: exit code {seen}, not {code}: "
                                 f"{out}{err}")
        return err

    def states(self):
        return {p["name"]: p["state"] for p in
                json.loads(self.ok("ls", "--json"))["processes"]}

    def wait(self, *names):
        wait_for(f"{names} to be connected", lambda: set(names) <= {
            name for name, state in self.states().items() if state == "connected"})

    def info(self, name="vf1"):
        return json.loads(self.ok("status", name, "--json"))["info"]


class Terminal:
    """A command in tmux, which is a terminal as people have one.

    Each has a server of its own: one that was just told to end still takes the next command, and
    then ends with it.
    """

    numbers = itertools.count()

    def __init__(self, b, env, argv, columns=140, lines=40):
        self.tmux = ["tmux", "-u", "-S", b.path(f"tmux{next(self.numbers)}"), "-f", "/dev/null"]
        words = " ".join(shlex.quote(w) for w in argv)
        subprocess.run([*self.tmux, "new-session", "-d", "-x", str(columns), "-y", str(lines),
                        f"{words}; echo ended with $?; sleep 60"], env=env, check=True,
                       timeout=10)
        b.closers.append(self.close)

    def screen(self):
        return subprocess.run([*self.tmux, "capture-pane", "-p"], stdout=subprocess.PIPE,
                              text=True, check=True, timeout=10).stdout

    def keys(self, *keys):
        subprocess.run([*self.tmux, "send-keys", *keys], check=True, timeout=10)

    def close(self):
        subprocess.run([*self.tmux, "kill-server"], stderr=subprocess.DEVNULL, check=False,
                       timeout=10)
