# SPDX-License-Identifier: BSD-3-Clause
"""How each program ends: asked for by `exit`, in any order, and by each signal there is.

SPP_TEST_EXITS=1000 tries so many ends of both by `exit`, with 0 to 30 ms between the two.
"""

import fcntl
import glob
import os
import pty
import random
import shlex
import signal
import subprocess
import termios
import time

import status
from agentlib import Agent
from bench import program
from ctllib import Terminal
from proc import stays, wait_for
from spplib import FLUSH, SppTest, commands, component

EXIT = commands({"command": "exit"})
EXITS = int(os.environ.get("SPP_TEST_EXITS", "8"))
IGNORED = ["USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "PWR", "STKFLT", "PIPE", "XFSZ", "TTIN",
           "TTOU", "HUP", "URG", "WINCH", "CHLD", "CONT"]


def number_of(name):
    return getattr(signal, f"SIG{name}")


class Exits(SppTest):
    deadline = 60 + 10 * EXITS

    def start(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        # Packets are under way while it ends.
        self.send_ok(b.controller[1], commands(
            component(2, "forward", ["nic0"], ["ring0"]),
            component(3, "forward", ["ring0"], ["nic0"]), FLUSH))

    def end_both(self, first, pause):
        """`exit` to both, one after the other, as the SPP CLI's `bye all` does; (exit codes)."""
        b = self.b
        vf, primary = b.vfs[1], b.primary_proc
        peers = {"vf": b.controller[1], "primary": b.controller[0]}
        second = "primary" if first == "vf" else "vf"
        peers[first].send(EXIT)
        time.sleep(pause)
        try:
            peers[second].send(EXIT)
        except OSError:
            self.assertEqual(first, "primary", "spp_vf ends when its primary has")
        codes = (vf.wait(20), primary.wait(20))
        self.assertEqual(codes, (0, 0), f"{first} first, {pause * 1000:.1f} ms between the two\n"
                                        f"{vf.tail(6)}")
        b.controller.close()
        b.controller = None
        for proc in (vf, primary):
            b.forget(proc)

    def test_both_asked_in_any_order_end_with_0(self):
        begun = time.monotonic()
        for n in range(EXITS):
            self.start()
            self.end_both(("vf", "primary")[n % 2], random.Random(n).uniform(0, 0.030))
        self.in_time("all of them", time.monotonic() - begun, 5.0 * EXITS)

    def test_a_primary_that_ends_in_order_takes_its_vfs_along_in_order(self):
        self.start()
        self.assertEqual(self.b.primary_proc.stop(signal.SIGTERM), 0)
        self.assertEqual(self.b.vfs[1].wait(5), 0)
        self.assertRegex(self.b.vfs[1].text(), r"spp_primary \(pid \d+\) has ended: ending")


class Signals(SppTest):
    def left(self):
        b = self.b
        return sorted(os.path.basename(p) for p in os.listdir(b.run_dir)) + \
            glob.glob(f"/dev/hugepages/{b.prefix}map_*") + glob.glob(b.sock("*"))

    def ignored(self, proc, alive):
        names = IGNORED + [signal.SIGRTMIN, signal.SIGRTMIN + 7, signal.SIGRTMAX]
        for name in names:
            proc.send_signal(number_of(name) if isinstance(name, str) else name)
        stays(f"{proc.name} to be there after {names}", proc.alive, 0.3)
        alive()

    def test_what_means_nothing_does_nothing_and_quit_is_an_orderly_end(self):
        b = self.b
        b.primary(["net_null0"])
        b.vf(1)
        self.ignored(b.vfs[1], b.vf_status)
        self.ignored(b.primary_proc, b.primary_status)
        self.assertEqual(b.vfs[1].stop(signal.SIGQUIT), 0)
        wait_for("its slot", lambda: status.slot(b.primary_status(), 1) is None)
        self.assertEqual(status.deaths(b.primary_status()), 0)
        self.assertEqual(b.primary_proc.stop(signal.SIGQUIT), 0)
        self.assertEqual(self.left(), [])

    def test_an_agent_likewise(self):
        with Agent() as a:
            for name in IGNORED:
                a.proc.send_signal(number_of(name))
            time.sleep(0.2)
            self.assertEqual(a.list()["agent"], True)
            self.assertEqual(a.stop(signal.SIGQUIT), 0)
            self.assertFalse(os.path.exists(a.socket))

    def test_top_gives_the_terminal_back(self):
        """It reads keys one by one, unseen; whatever ends it, the shell gets its lines again."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with Agent() as a:
                a.connected(1)
                master, slave = pty.openpty()
                before = termios.tcgetattr(slave)
                with subprocess.Popen(
                        [program("sppctl"), "top"], env=a.env, stdin=slave, stdout=slave,
                        start_new_session=True,
                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)) as top:
                    wait_for("keys", lambda s=slave, b=before: termios.tcgetattr(s) != b)
                    for name in ("USR1", "ALRM", "PROF", "IO"):
                        top.send_signal(number_of(name))
                    top.send_signal(number)
                    self.assertIn(top.wait(5), (0, 3))
                self.assertEqual(termios.tcgetattr(slave), before, number)
                os.close(master)
                os.close(slave)

    # -- a terminal that is closed ----------------------------------------------------------------

    def in_terminal(self, line):
        """An interactive bash, as people have one, at which the line was typed."""
        env = {**os.environ, **self.b.env, "PS1": "", "LC_ALL": "C.UTF-8"}
        terminal = Terminal(self.b, env, ["bash", "--norc", "-i"], columns=400)
        terminal.keys(line, "Enter")
        return terminal

    def pid_of(self, name):
        """The one that was started with the files of this bench."""
        def look():
            out = subprocess.run(["pgrep", "-f", f"{program(name)} .*{self.b.dir}"], text=True,
                                 stdout=subprocess.PIPE, check=False).stdout.split()
            return int(out[0]) if out else None
        pid = wait_for(f"the pid of {name}", look)
        self.b.janitor.add("pid", f"{pid}:{self.started(pid)}")
        return pid

    @staticmethod
    def started(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rpartition(")")[2].split()[19]

    def agent_line(self):
        sock = self.b.path("run/agent.sock")
        return sock, f"{program('spp_agent')} --listen 127.0.0.1:0 --socket {sock}"

    def test_in_the_foreground_a_closed_terminal_is_an_orderly_end(self):
        sock, line = self.agent_line()
        terminal = self.in_terminal(line)
        wait_for("its socket", lambda: os.path.exists(sock))
        terminal.close()
        wait_for("its end, and its socket gone", lambda: not os.path.exists(sock), 5)

    def test_in_the_background_a_closed_terminal_ends_nothing(self):
        """As in README, "By hand"."""
        sock, line = self.agent_line()
        terminal = self.in_terminal(line + " &")
        wait_for("its socket", lambda: os.path.exists(sock))
        pid = self.pid_of("spp_agent")
        terminal.close()
        stays("the agent", lambda: os.path.exists(f"/proc/{pid}"), 1)
        os.kill(pid, signal.SIGTERM)
        wait_for("its end", lambda: not os.path.exists(sock))

    def test_a_primary_leaves_no_hugepage_when_its_terminal_closes(self):
        b = self.b
        line = shlex.join([program("spp_primary"), *map(str, b.eal((1,), "--socket-mem", "512")),
                           "--vdev", "net_null0", "--", "-p", "1", "-n", "4"])
        terminal = self.in_terminal(line)
        wait_for("an answer", b.primary_status, 20)
        self.assertNotEqual(self.left(), [])
        terminal.close()
        wait_for("nothing to be left", lambda: self.left() == [], 10)
