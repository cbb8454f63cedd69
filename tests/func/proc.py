# SPDX-License-Identifier: BSD-3-Clause
"""Processes under test and beside it: started with a log, watched, stopped within a deadline.

Also the one way to wait here: for a condition, with a deadline and a name. Knows nothing of DPDK.
"""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time

from janitor import start_time

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
CPUS = sorted(os.sched_getaffinity(0))
CPU_OURS = CPUS[0]    # the programs under test
CPU_TOOLS = CPUS[-1]  # guests and tools


class Timeout(AssertionError):
    """A wait that reached its deadline."""


# What a condition raises where it would be false: what it looks for is not there, or not whole, yet.
NOT_YET = (OSError, AssertionError, LookupError, StopIteration, ValueError)


def wait_for(what, condition, deadline=10.0, step=0.02):
    """Until condition() is true; its value. What NOT_YET has, raised inside, counts as no."""
    end = time.monotonic() + deadline
    last = None
    while True:
        try:
            last = condition()
            if last:
                return last
        except NOT_YET as e:
            last = e
        if time.monotonic() > end:
            raise Timeout(f"waited {deadline:g} s for {what}, last seen: {last!r}")
        time.sleep(step)


def stays(what, condition, seconds, step=0.05):
    """The condition holds now and for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not condition():
            raise AssertionError(f"{what}: did not stay so for {seconds:g} s")
        time.sleep(step)


def run(*argv, deadline=30.0, netns=None, check=True, cpu=CPU_TOOLS):
    """Run to its end, return its standard output; on failure the message has all output."""
    if netns is not None:
        argv = ("ip", "netns", "exec", netns, *argv)
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=deadline, check=False, text=True,
                          errors="replace", preexec_fn=lambda: pin(cpu))
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def pin(cpu):
    os.sched_setaffinity(0, {cpu})


@contextlib.contextmanager
def frozen(tid):
    """One thread of another process stands still; the others run on."""
    attach, detach, wall = 16, 17, 0x40000000
    if LIBC.ptrace(attach, tid, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace of thread {tid}")
    os.waitpid(tid, wall)
    try:
        yield
    finally:
        LIBC.ptrace(detach, tid, None, None)


class Proc:
    """One started program; log holds what it wrote to standard output and error."""

    def __init__(self, janitor, name, argv, log, cpu=CPU_TOOLS, env=None, netns=None,
                 stdin=False, nice=-10):
        self.janitor = janitor
        self.name = name
        self.argv = [str(a) for a in argv]
        if netns is not None:
            self.argv = ["ip", "netns", "exec", netns, *self.argv]
        self.log = log
        self.expected_end = False

        def in_child():
            os.setsid()
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            # Ahead of what else runs on the machine: its pauses are not the programs' losses.
            os.setpriority(os.PRIO_PROCESS, 0, nice)
            pin(cpu)

        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                self.argv, stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}, preexec_fn=in_child)
        self.pid = self.popen.pid
        self.key = f"{self.pid}:{start_time(self.pid)}"
        janitor.add("pid", self.key)

    def alive(self):
        return self.popen.poll() is None

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def tail(self, lines=25):
        return "\n".join("    " + line[:400] for line in self.text().splitlines()[-lines:])

    def wait_log(self, pattern, deadline=15.0):
        """Until the log has a match of the regular expression; the match."""
        def found():
            match = re.search(pattern, self.text(), re.M)
            if match is None and not self.alive():
                raise RuntimeError(f"{self.name} ended with {self.popen.returncode} before its "
                                   f"log had /{pattern}/\n{self.tail()}")
            return match
        return wait_for(f"/{pattern}/ in the log of {self.name}", found, deadline)

    def until(self, condition, what, deadline=20.0):
        """Until condition() is true, failing at once when the program ends; its value."""
        def look():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended with {self.popen.returncode} before "
                                   f"{what}\n{self.tail()}")
            return condition()
        return wait_for(what, look, deadline)

    def write(self, text):
        self.popen.stdin.write(text.encode())
        self.popen.stdin.flush()

    def send_signal(self, number):
        os.kill(self.pid, number)

    def wait(self, deadline=15.0):
        """Until it ends; its exit code."""
        self.expected_end = True
        try:
            code = self.popen.wait(deadline)
        except subprocess.TimeoutExpired:
            raise Timeout(f"{self.name} (pid {self.pid}) did not end within {deadline:g} s") \
                from None
        self._ended()
        return code

    def _ended(self):
        if self.key is not None:
            self.janitor.drop("pid", self.key)
            self.key = None
        if self.popen.stdin is not None:
            try:
                self.popen.stdin.close()
            except OSError:
                pass

    def stop(self, number=signal.SIGTERM, deadline=15.0):
        """Ask it to end; its exit code."""
        self.expected_end = True
        if self.alive():
            self.send_signal(number)
        return self.wait(deadline)

    def end(self):
        """Ask it to end and wait a little; kill() is for what does not."""
        self.expected_end = True
        if self.alive():
            self.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(3)

    def kill(self):
        """SIGKILL, and wait until it is gone. Fine on a process that has ended."""
        self.expected_end = True
        if self.alive():
            self.send_signal(signal.SIGKILL)
        self.popen.wait(10)
        self._ended()
