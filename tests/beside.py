# SPDX-License-Identifier: BSD-3-Clause
"""What only computes, done while the functional tests, which mostly wait, leave the CPUs idle.

In a run of all a second tests/run.py (`--part beside`) does what NAMES has, in the kernel's idle class:
whatever else wants a CPU has it at once. It begins when the file that SPP_TEST_BESIDE_AFTER names is
there, if one is named, and stands still while a test runs that measures CPU time (`quiet`): caches
are shared. Its lines are told when both are done.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ("build/clang", "build/asan", "lint/tidy", "lint/cppcheck", "unit-asan/")
DEADLINE_S = 1200  # after the last functional test


def is_of(part, name):
    """Whether a part of the run has the test of this name."""
    return part == "all" or name.startswith(NAMES) == (part == "beside")


class Beside:
    """The second process; its tests become the tally's."""

    def __init__(self, base):
        def idle():
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))

        self.output = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")
        wait = 'while [ -n "$0" ] && [ ! -e "$0" ]; do sleep 1; done; exec "$@"'
        self.proc = subprocess.Popen(
            ["sh", "-c", wait, os.environ.get("SPP_TEST_BESIDE_AFTER", ""), sys.executable, "-B",
             os.path.join(HERE, "run.py"), "--part", "beside", "--build", base],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=idle)

    @contextlib.contextmanager
    def still(self):
        """It stands still meanwhile."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def signal(self, number):
        if self.proc.poll() is None:
            os.killpg(self.proc.pid, number)

    def finish(self, tally):
        """Wait for it, and tell what it said."""
        try:
            self.proc.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            self.close()
        self.output.seek(0)
        text = self.output.read()
        told = re.findall(r"^(ok|FAIL|skip) +(\S+) \((.*)\)\n((?: {5}.*\n)*)", text, re.M)
        for word, name, detail, report in told:
            tally.tell(word, name, detail, re.sub("(?m)^ {5}", "", report))
        last = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", text, re.M)
        sums = tuple(str(sum(t[0] == word for t in told)) for word in ("ok", "FAIL", "skip"))
        if last[-1:] != [sums]:
            tally.fail("beside", 0, f"ended with {self.proc.returncode}, not as it should:\n{text[-3000:]}")

    def close(self):
        """End it, whatever it does."""
        if self.proc.poll() is None:
            os.killpg(self.proc.pid, signal.SIGTERM)
            try:
                self.proc.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.proc.pid, signal.SIGKILL)
                self.proc.wait()
