# SPDX-License-Identifier: BSD-3-Clause
"""What a functional test file imports: the test case class, and the parts it is built from.

A test file is test_TOPIC.py with classes derived from SppTest and methods test_BEHAVIOUR; the
runner (tests/run.py) shows it as func/TOPIC.BEHAVIOUR. Each case has a bench of its own, or one
for the class when it defines prepare().
"""

import functools
import signal
import unittest

from bench import Bench, program
from others import Others
from proc import Timeout

JANITOR = None  # set by the runner before the first case
ATTEMPTS = 3
SLOWER_MAX = 10  # times, on a machine that others use


class Lost(AssertionError):
    """Packets are missing: on a machine that others use, too, this proves nothing."""


def guarded(method):
    """A deadline for the case, and on failure a report of the bench in the exception.

    A case that lost packets while others used the machine is repeated on a new bench; a loss on a
    machine of our own, or the last of all attempts, fails. What took too long fails on a machine of
    our own only.
    """
    @functools.wraps(method)
    def body(self):
        for attempt in range(1, ATTEMPTS + 1):
            others = Others(self.b.procs)
            self.slow = []
            try:
                attempt_one(self, method)
                if self.slow and not others.disturb():
                    raise AssertionError("; ".join(self.slow))
                return
            except Lost as e:
                if not others.disturb():
                    raise
                e.add_note(f"others used {others.share():.0%} of the CPUs meanwhile")
                if attempt == ATTEMPTS or not self.repeatable:
                    raise
            self.new_bench()
    return body


def attempt_one(self, method):
    def too_late(number, frame):
        raise Timeout(f"the case did not end within its deadline of {self.deadline} s")

    signal.signal(signal.SIGALRM, too_late)
    signal.alarm(self.deadline)
    try:
        method(self)
        ended = self.b.unexpected_ends()
        if ended:
            raise AssertionError("; ".join(ended))
    except unittest.SkipTest:
        raise
    except Exception as e:
        signal.alarm(0)
        e.add_note(self.b.dump())
        raise
    finally:
        signal.alarm(0)


class SppTest(unittest.TestCase):
    deadline = 120  # seconds, per case
    in_event = False  # also with --dispatch event
    on_request = False  # only where -k names it
    quiet = False  # measures CPU time: nothing else computes meanwhile
    repeatable = True  # a case may be repeated on a new bench
    maxDiff = 4000
    b = None
    slow = ()  # what took too long, of this attempt

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, value in list(vars(cls).items()):
            if name.startswith("test_") and callable(value):
                setattr(cls, name, guarded(value))

    @classmethod
    def prepare(cls, b):
        """Override to start a bench once for all cases of the class."""

    @classmethod
    def shared(cls):
        return cls.prepare.__func__ is not SppTest.prepare.__func__

    @classmethod
    def setUpClass(cls):
        if cls.shared():
            cls.start_shared()

    @classmethod
    def start_shared(cls):
        cls.b = Bench(JANITOR)
        try:
            cls.prepare(cls.b)
        except BaseException as e:
            e.add_note(cls.b.dump())
            cls.b.close()
            raise

    @classmethod
    def tearDownClass(cls):
        if cls.shared():
            cls.b.close()

    def setUp(self):
        if not self.shared():
            self.b = Bench(JANITOR)

    def tearDown(self):
        if not self.shared():
            self.b.close()

    def new_bench(self):
        """Another bench, as the case found it at its begin."""
        self.doCleanups()
        self.b.close()
        if self.shared():
            self.start_shared()
        self.setUp()

    def whole(self, result, but=()):
        """Every packet came, once and in order; flows in `but` may miss some."""
        self.assertEqual(result.disorder(), [])
        missing = {flow: n for flow, n in result.missing().items() if flow not in but}
        if missing:
            raise Lost(f"packets lost, by (source, number of the MAC): {missing}")

    def in_time(self, what, took, most):
        """Seconds; a delay proves nothing while others use the machine, but for one beyond measure."""
        text = f"{what} took {took:.2f} s (at most {most:g})"
        self.assertLess(took, SLOWER_MAX * most, text)
        if took > most:
            self.slow.append(text)

    # -- replies ----------------------------------------------------------------------------

    def send_ok(self, stream, message, deadline=10.0):
        """Send; every result must be success. The reply."""
        reply = stream.request(message, deadline)
        if any(result["result"] != "success" for result in reply["results"]):
            self.fail(f"{str(message)[:600]}\nreply: {str(reply)[:1200]}")
        return reply

    def send_error(self, stream, message, pattern, deadline=10.0):
        """Send; exactly one result is an error whose message matches, the others are invalid."""
        reply = stream.request(message, deadline)
        errors = [r for r in reply["results"] if r["result"] == "error"]
        self.assertEqual(len(errors), 1, f"{str(message)[:300]}\nreply: {str(reply)[:600]}")
        self.assertRegex(errors[0]["error_details"]["message"], pattern)
        others = {r["result"] for r in reply["results"]} - {"error"}
        self.assertLessEqual(others, {"invalid"}, str(reply)[:600])
        return reply


def component(core, kind, rx=None, tx=None, **more):
    command = {"command": "component", "core_id": str(core), "type": kind, **more}
    if rx is not None:
        command["rx_ports"] = rx
    if tx is not None:
        command["tx_ports"] = tx
    return command


def table(value, port, kind="mac"):
    return {"command": "classifier_table", "type": kind, "value": value, "port": port}


FLUSH = {"command": "flush"}


def commands(*parts):
    return {"commands": list(parts)}


__all__ = ["Bench", "FLUSH", "Lost", "SppTest", "commands", "component", "program", "table"]
