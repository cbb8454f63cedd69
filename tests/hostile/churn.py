# SPDX-License-Identifier: BSD-3-Clause
"""Guests that go in every way there is, under traffic: what one does from connecting to its end."""

import os
import signal
import time

from master import *  # noqa: F403  pylint: disable=wildcard-import


def work(m, turns=3):
    """As a driver under load: takes what comes, sends."""
    for _ in range(turns):
        m.post(32)
        m.send(16)
        time.sleep(0.001)


def cut_off(path):
    """The connection breaks in the middle of traffic."""
    with Master(path) as m:
        m.start()
        work(m)


def rebooted(path):
    """Its driver stops the device and starts it again, as qemu tells."""
    with Master(path) as m:
        m.start()
        for _ in range(3):
            work(m)
            for ring in (RX, TX):
                m.state(GET_VRING_BASE, ring, 0)
                m.reply()
            for ring in (RX, TX):
                m.start_ring(ring)
            m.sync()


def child(path, life):
    """A guest process; life(pid) once its rings run."""
    ready, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ready)
            with Master(path) as m:
                m.start()
                os.write(say, b"x")
                while True:
                    work(m)
        finally:
            os._exit(1)
    os.close(say)
    try:
        os.read(ready, 1)
        life(pid)
    finally:
        os.close(ready)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def killed(path):
    child(path, lambda pid: time.sleep(0.002))


def paused(path):
    """Stopped for a while, then on for a while, then killed while stopped."""
    def life(pid):
        for _ in range(2):
            os.kill(pid, signal.SIGSTOP)
            time.sleep(0.02)
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.002)
        os.kill(pid, signal.SIGSTOP)

    child(path, life)


WAYS = (cut_off, rebooted, killed, paused)
