# SPDX-License-Identifier: BSD-3-Clause
"""spp_monitor on a bench: started, asked over HTTP, its exposition read with Prometheus' own parsers.

    m = Monitor(b)                  start it beside whatever runs on the bench
    m.get("/metrics", Accept=...)   (status, headers, body as bytes)
    m.samples()                     {(name, labels): value} of OpenMetrics
    m.state()                       /api/state
"""

import contextlib
import gzip
import http.client
import importlib
import json
import re
import socket
import threading

from bench import program
from proc import wait_for

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
TEXT = "text/plain; version=0.0.4"
# What Prometheus 2.42 asks for.
PROMETHEUS = (f"{OPENMETRICS},application/openmetrics-text;version=0.0.1;q=0.75,"
              "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a UNIX socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Monitor:
    def __init__(self, b, args=(), listen="127.0.0.1:0", before=()):
        """before: words of a command that runs it, as setpriv."""
        self.b = b
        self.proc = b.start("spp_monitor", [*before, program("spp_monitor"), "--listen", listen,
                                            *args])
        self.proc.until(lambda: "ready: " in self.proc.text(), "its address")
        self.address = re.search(r"ready: (\S+)", self.proc.text()).group(1)

    @property
    def port(self):
        return int(self.address.rstrip("/").rsplit(":", 1)[1])

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)

    def get(self, path, method="GET", connection=None, **headers):
        """Header names have _ for -."""
        conn = connection or self.connection()
        try:
            conn.request(method, path, headers={k.replace("_", "-"): v
                                                for k, v in headers.items()})
            answer = conn.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            conn.close()

    def text(self, path="/metrics", **headers):
        status, answered, body = self.get(path, **headers)
        if status != 200:
            raise AssertionError(f"{path}: {status} {body[:300]!r}")
        if answered.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return body.decode()

    def samples(self, accept=OPENMETRICS):
        """{(name, frozenset of labels): value}, as Prometheus' Python client reads it."""
        # Here, not above: to list the tests nothing need be installed.
        parser = importlib.import_module("prometheus_client.parser" if accept == TEXT
                                         else "prometheus_client.openmetrics.parser")
        families = parser.text_string_to_metric_families(self.text(Accept=accept))
        return {(s.name, frozenset(s.labels.items())): s.value
                for family in families for s in family.samples}

    def value(self, name, **labels):
        return self.samples().get((name, frozenset(labels.items())))

    def state(self):
        return json.loads(self.text("/api/state"))

    def wait_state(self, what, condition, deadline=5.0):
        return wait_for(what, lambda: condition(self.state()), deadline, step=0.1)

    def wait_look(self):
        """Until it has asked all processes anew. (It may be in the midst of a look now: the one after that.)"""
        tick = self.state()["tick"]
        self.wait_state("the look after the next", lambda s: s["tick"] >= tick + 2, 10)

    def vf(self, name="vf1"):
        return next(vf for vf in self.state()["vfs"] if vf["name"] == name)


@contextlib.contextmanager
def viewed(monitor, nb):
    """So many who look at the live page meanwhile."""
    ending = threading.Event()

    def view():
        conn = monitor.connection()
        conn.request("GET", "/api/events")
        answer = conn.getresponse()
        while not ending.is_set() and answer.readline():
            pass
        answer.close()
        conn.close()

    viewers = [threading.Thread(target=view, daemon=True) for _ in range(nb)]
    for viewer in viewers:
        viewer.start()
    yield
    ending.set()
    for viewer in viewers:
        viewer.join(5)
