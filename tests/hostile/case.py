# SPDX-License-Identifier: BSD-3-Clause
"""What every file of attacks with a name needs: each is a function of a connected Master.

It may raise Closed or an OSError at any time, which is how an attack usually ends. What matters is
what became of the others (assault.py).
"""

import contextlib
import time

from master import Closed, Master

CASES = {}


def case(function):
    CASES[function.__name__.replace("_", "-")] = function
    return function


def honest(m, size=256):
    m.start(size)
    m.post(64)
    m.send(8)
    time.sleep(0.02)


def again(m, attacks):
    """Each on a connection of its own, one after the other; the first connection is closed."""
    path = m.sock.getpeername()
    m.sock.close()
    for attack in attacks:
        time.sleep(0.005)
        with contextlib.suppress(Closed, OSError), Master(path) as other:
            attack(other)
