# SPDX-License-Identifier: BSD-3-Clause
"""Nobody reads standard error: a full pipe, a terminal after Ctrl-S, none at all. Nothing waits."""

import contextlib
import fcntl
import os
import pty
import re
import signal
import subprocess
import termios
import threading
import time

import status
from agentlib import FLUSH as AGENT_FLUSH
from agentlib import Agent
from bench import program
from controller import local
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table
from vhost_frontend import Frontend

F_SETPIPE_SZ = 1031
PAGE = 4096
ANSWERS_S = 2.0  # what is asked is answered meanwhile
ENDS_S = 8.0


class Fifo:
    """Standard error of a program: a pipe of one page, read or not."""

    def __init__(self, b, name):
        self.path = b.path(name)
        os.mkfifo(self.path)
        self.fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self.fd, F_SETPIPE_SZ, PAGE)
        self.text = ""
        self.reading = True
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        b.closers.append(self.close)

    def _take(self):
        with contextlib.suppress(BlockingIOError):
            self.text += os.read(self.fd, 1 << 16).decode(errors="replace")

    def _read(self):
        while self.reading:
            self._take()
            time.sleep(0.002)

    def fill(self):
        """Nobody reads from here on, and nothing more goes in."""
        self.reading = False
        self.thread.join()
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.fd, b"x" * PAGE)

    def drain(self, pattern, deadline=5.0):
        """Until what comes matches."""
        def found():
            self._take()
            return re.search(pattern, self.text)
        return wait_for(f"/{pattern}/ on standard error", found, deadline)

    def close(self):
        self.reading = False
        self.thread.join()
        os.close(self.fd)


@contextlib.contextmanager
def stderr_to(b, path):
    """What the bench starts meanwhile has its standard error there."""
    start = b.start

    def with_stderr(name, argv, **more):
        return start(name, ["bash", "-c", 'exec "$@" 2>"$0"', path, *argv], **more)
    b.start = with_stderr
    try:
        yield
    finally:
        b.start = start


class FullPipe(SppTest):
    def begin(self):
        """A primary and two VFs, up; from then on nobody reads."""
        b = self.b
        b.start_controller()
        pipes = [Fifo(b, name) for name in ("primary.err", "vf1.err")]
        with stderr_to(b, pipes[0].path):
            b.primary(["net_null0", "net_null1"], rings=8, mem=512)
        with stderr_to(b, pipes[1].path):
            b.vf(1)
        b.vf(2, ids=[0, 14, 15])
        for pipe in pipes:
            pipe.drain("ready: ")
            pipe.fill()
        return pipes

    def asked(self, what, ask):
        begun = time.monotonic()
        value = ask()
        self.in_time(what, time.monotonic() - begun, ANSWERS_S)
        return value

    def flush(self, n):
        """More lines than a full pipe and any buffer of a stream take."""
        core = 3 + n % 2
        self.send_ok(self.b.controller[1], commands(
            component(2, "none"), component(3, "none"), component(4, "none"),
            component(2, "classifier"), component(core, "forward", ["ring0"]),
            table("00:11:22:33:44:55", "ring0"), FLUSH), ANSWERS_S)

    def test_a_pipe_that_nobody_reads_holds_up_nothing(self):
        b = self.b
        primary_pipe, vf_pipe = self.begin()
        for n in range(20):
            self.asked("a flush", lambda n=n: self.flush(n))
        for _ in range(3):
            guest = Frontend(b.sock(0))
            wait_for("a guest", lambda: status.port(b.vf_status(1), "vhost0")["link_up"], 5)
            guest.close()
            wait_for("its end", lambda: not status.port(b.vf_status(1), "vhost0")["link_up"], 5)
        for _ in range(10):  # refused, and said
            self.asked("a refused flush", lambda: b.controller[1].request(commands(
                component(9, "forward", ["ring1"], ["ring2"]),
                component(10, "forward", ["ring2"], ["ring1"]), FLUSH)))
            self.asked("cancel", lambda: b.controller[1].request(commands({"command": "cancel"})))
        b.vfs[2].kill()
        wait_for("the dead one's slot", lambda: status.slot(b.primary_status(), 2) is None, 5)
        for number in (2, 2, 2):
            b.vf(number, ids=[0, 14, 15]).kill()
            wait_for("its slot", lambda: status.slot(b.primary_status(), 2) is None, 5)
        self.asked("status of the primary", b.primary_status)
        self.asked("status of spp_vf", b.vf_status)
        self.asked("clear", lambda: local(b.primary_socket(), commands({"command": "clear"})))
        for proc in (b.vfs[1], b.primary_proc):
            begun = time.monotonic()
            self.assertEqual(proc.stop(signal.SIGTERM, ENDS_S), 0)
            self.in_time(f"the end of {proc.name}", time.monotonic() - begun, ENDS_S / 2)

    def test_what_is_lost_is_told_when_somebody_reads_again(self):
        pipes = self.begin()
        for n in range(1500):  # over 64 kB of lines
            self.flush(n)
        text = pipes[1].drain(r"spp_vf1: warning: (\d+) lines of this log are lost", 10)
        self.assertGreater(int(text[1]), 10)
        self.flush(0)
        pipes[1].drain("lost: nobody read standard error\n(.|\n)*flush: generation 1501")
        self.assertNotIn("lost", pipes[0].text)

    def test_an_agent_goes_on(self):
        b = self.b
        pipe = Fifo(b, "agent.err")
        with Agent(start=False) as agent:
            with subprocess.Popen(["bash", "-c", 'exec "$@" 2>"$0"', pipe.path,
                                   program("spp_agent"), "--listen", "127.0.0.1:0"],
                                  env=agent.env, stdin=subprocess.DEVNULL) as proc:
                port = int(pipe.drain(r"listening on 127.0.0.1:(\d+)")[1])
                pipe.drain("ready for sppctl")
                pipe.fill()
                agent.ports, agent.proc = [port], proc
                for number in (1, 2, 3):
                    agent.connected(number)
                for _ in range(20):
                    begun = time.monotonic()
                    self.assertEqual(agent.send("vf1", AGENT_FLUSH)[0], 0)
                    self.in_time("a request", time.monotonic() - begun, ANSWERS_S)
                begun = time.monotonic()
                self.assertEqual(agent.stop(), 0)
                self.in_time("its end", time.monotonic() - begun, ANSWERS_S)


class Terminal(SppTest):
    def test_ctrl_s_holds_up_nothing(self):
        """Output of a terminal that was stopped."""
        with Agent(start=False) as agent:
            master, slave = pty.openpty()
            agent.proc = subprocess.Popen([program("spp_agent"), "--listen", "127.0.0.1:0"],
                                          env=agent.env, stdin=slave, stdout=slave, stderr=slave,
                                          start_new_session=True)
            text = ""
            while "ready for sppctl" not in text:
                text += os.read(master, 4096).decode()
            agent.ports = [int(re.search(r"listening on 127.0.0.1:(\d+)", text)[1])]
            termios.tcflow(slave, termios.TCOOFF)
            agent.connected(1)
            for _ in range(5):
                self.assertEqual(agent.send("vf1", AGENT_FLUSH)[0], 0)
            termios.tcflow(slave, termios.TCOON)
            while text.count("request of 36 bytes") < 5:
                text += os.read(master, 4096).decode()
            self.assertEqual(agent.stop(), 0)
            os.close(master)
            os.close(slave)


class ClosedDescriptors(SppTest):
    """0 to 2 are opened on /dev/null: else DPDK's files, or sockets, get their numbers."""

    def argv(self, closed, argv):
        return ["bash", "-c", f'exec "$@" {" ".join(f"{n}>&-" for n in closed)}', "-", *argv]

    def check(self, pid, closed):
        for n in closed:
            self.assertEqual(os.readlink(f"/proc/{pid}/fd/{n}"), "/dev/null", f"descriptor {n}")

    def test_programs_without_standard_descriptors_start_and_answer(self):
        b = self.b
        start, closed = b.start, (2,)
        b.start = lambda name, argv, **more: start(name, self.argv(closed, argv), **more)
        b.primary(["net_null0"])
        self.check(b.primary_proc.pid, closed)
        closed = (0, 1, 2)
        b.vf(1)
        self.check(b.vfs[1].pid, closed)
        self.assertEqual(b.vf_status()["process"], 1)
        b.vfs[1].kill()  # lines of the primary go nowhere
        wait_for("the dead one's slot", lambda: status.slot(b.primary_status(), 1) is None)
        b.vf(1)
        for proc in (b.vfs[1], b.primary_proc):
            self.assertEqual(proc.stop(signal.SIGTERM), 0)

    def test_agent_and_sppctl(self):
        with Agent(start=False) as agent:
            agent.proc = subprocess.Popen(
                self.argv((0, 1, 2), [program("spp_agent"), "--listen", "127.0.0.1:0"]),
                env=agent.env)
            wait_for("its socket", lambda: os.path.exists(agent.socket))
            self.check(agent.proc.pid, (0, 1, 2))
            for closed in ((2,), (1, 2), (0, 1, 2)):
                done = subprocess.run(self.argv(closed, [program("sppctl"), "ls"]), check=False,
                                      env=agent.env, stdout=subprocess.DEVNULL, timeout=10)
                self.assertEqual(done.returncode, 0)
            self.assertEqual(agent.stop(), 0)
