# SPDX-License-Identifier: BSD-3-Clause
"""Who asks spp_monitor, and how: wrong hosts and methods, long lines, slow clients by the hundred, many
viewers, a reverse proxy in front. Fake processes are enough: nothing here is about packets."""

import contextlib
import json
import os
import re
import socket
import subprocess
import time

from agentlib import LocalProcess
from bench import TREE
from fake_infos import PRIMARY_STATUS, VF_STATUS
from monitorlib import OPENMETRICS, TEXT, Monitor
from proc import wait_for
from spplib import SppTest

SLOW = 300
MEMORY_MAX = 24 << 20


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


HOSTILE = 'a"b\\c\nd}{,= #\u20ac\x7f<i>'


class Hostile(SppTest):
    """What a process, or who wires it, may call things: it stays one label value, whatever is in it."""

    def test_label_values_stay_what_they_are(self):
        b = self.b
        status = json.loads(json.dumps(VF_STATUS))
        info = status["info"]
        port = info["port"][0]["port"]
        info["labels"] = {port: HOSTILE[:30]}
        info["vhost_path"] = f"/tmp/{HOSTILE}%u"
        info["component"][0]["name"] = HOSTILE
        info["component"][0]["type"] = HOSTILE[:20]
        info["version"] = {"program": HOSTILE, "dpdk": HOSTILE, "restart_pending": False}
        info["port"].append({**info["port"][0], "port": "vhost9"})
        info["port"].append({**info["port"][0], "port": HOSTILE})
        primary = json.loads(json.dumps(PRIMARY_STATUS))
        primary["info"]["nic"][0]["driver"] = HOSTILE
        for name, answer in (("primary", primary), ("vf-1", status)):
            b.closers.append(LocalProcess(b.path(f"run/{name}.sock"), {"status": answer}).close)
        m = Monitor(b)
        for accept in (OPENMETRICS, TEXT):
            samples = m.samples(accept)
            values = {}
            for _, labels in samples:
                for key, value in labels:
                    values.setdefault(key, set()).add(value)
            self.assertIn(HOSTILE, values["component"])
            self.assertIn(HOSTILE, values["version"])
            self.assertIn(f"/tmp/{HOSTILE}9", values["path"])
            self.assertIn(HOSTILE[:30], values["name"])
            self.assertTrue(any(HOSTILE.startswith(v) and len(v) > 10 for v in values["port"]), values["port"])
            self.assertEqual({key for key in values if not key.isidentifier()}, set())
        checked = subprocess.run(["promtool", "check", "metrics"], input=m.text(Accept=TEXT),
                                 text=True, capture_output=True, timeout=30, check=False)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        self.assertIn(HOSTILE, {c["id"] for c in m.vf()["components"]})


class Http(SppTest):
    @classmethod
    def prepare(cls, b):
        for name, answer in (("primary", PRIMARY_STATUS), ("vf-1", VF_STATUS)):
            b.closers.append(LocalProcess(b.path(f"run/{name}.sock"), {"status": answer}).close)
        cls.monitor = Monitor(b, ["--host", "spp.example.org"])

    def raw(self, data, deadline=5.0):
        """What comes back, up to the end of the connection or the deadline."""
        with socket.create_connection(("127.0.0.1", self.monitor.port), timeout=deadline) as s:
            s.sendall(data)
            got = b""
            with contextlib.suppress(OSError):
                while part := s.recv(65536):
                    got += part
                    if b"\r\n\r\n" in got:
                        break
            return got

    def test_only_hosts_of_ours(self):
        for host, wanted in (("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421),
                             ("spp.example.org:10555", 200), ("127.0.0.1", 200),
                             ("[::1]:1", 200), ("localhost", 200)):
            for path in ("/metrics", "/", "/api/state", "/api/events", "/nothing"):
                if path in ("/api/events", "/nothing") and wanted == 200:
                    continue
                self.assertEqual(self.monitor.get(path, Host=host)[0], wanted, (host, path))

    def test_only_get_and_head(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "FROB"):
            status, headers, _ = self.monitor.get("/metrics", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"), method)
        for path in ("/metrics", "/", "/api/state", "/api/history", "/api/events"):
            status, headers, body = self.monitor.get(path, "HEAD")
            self.assertEqual((status, body), (200, b""), path)
            self.assertIn("Content-Type", headers)

    def test_headers_keep_a_browser_from_foreign_script(self):
        for path in ("/", "/metrics", "/api/state", "/nothing"):
            _, headers, _ = self.monitor.get(path)
            policy = headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertNotIn("*", policy)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertNotIn("Set-Cookie", headers)

    def test_what_is_no_request(self):
        self.assertIn(b" 431 ", self.raw(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " +
                                         b"x" * 40000 + b"\r\n\r\n")[:40])
        self.assertIn(b" 414 ", self.raw(b"GET /" + b"a" * 40000 + b" HTTP/1.1\r\n\r\n")[:40])
        self.assertIn(b" 400 ", self.raw(b"GET / HTTP/1.1\r\n\r\n")[:40])
        for garbage in (b"\x00" * 1000, b"\r\n" * 5000, b"GET\r\n\r\n", os.urandom(5000),
                        b"GET / HTTP/9.9\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
                        b"POST /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999"
                        b"\r\n\r\n" + b"x" * 100000):
            with contextlib.suppress(OSError):
                self.raw(garbage, deadline=1.0)
        self.assertEqual(self.monitor.get("/metrics")[0], 200)
        self.assertEqual(self.monitor.get("/api/state/../../etc/passwd")[0], 404)

    def test_slow_clients_keep_nobody_out(self):
        """They say half a request, or read nothing of a long answer."""
        slow = []
        before = resident(self.monitor.proc.pid)
        try:
            for number in range(SLOW):
                s = socket.create_connection(("127.0.0.1", self.monitor.port), timeout=5)
                slow.append(s)
                with contextlib.suppress(OSError):
                    if number % 3 == 0:
                        s.sendall(b"GET /metrics HT")
                    elif number % 3 == 1:
                        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
                        s.sendall(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 50)
                if number % 20 == 0:
                    begin = time.monotonic()
                    self.assertEqual(self.monitor.get("/metrics")[0], 200)
                    self.in_time("an answer beside slow clients", time.monotonic() - begin, 1)
            begin, spent = time.monotonic(), cpu_seconds(self.monitor.proc.pid)
            while time.monotonic() < begin + 3:
                self.assertEqual(self.monitor.get("/metrics", Accept_Encoding="gzip")[0], 200)
                time.sleep(0.5)
            used = (cpu_seconds(self.monitor.proc.pid) - spent) / (time.monotonic() - begin)
            self.assertLess(used, 0.05, "share of a CPU beside slow clients")
            self.assertLess(resident(self.monitor.proc.pid), max(MEMORY_MAX, before + (4 << 20)))
        finally:
            for s in slow:
                s.close()

    def test_half_a_request_is_not_waited_for_for_ever(self):
        with socket.create_connection(("127.0.0.1", self.monitor.port), timeout=10) as s:
            begin = time.monotonic()
            s.sendall(b"GET / HTTP/1.1\r\n")
            with contextlib.suppress(ConnectionResetError):
                while s.recv(4096):
                    pass
            self.assertLess(time.monotonic() - begin, 9)

    def test_viewers_get_each_look_and_there_is_a_most(self):
        connections, streams = [], []
        try:
            for _ in range(33):
                conn = self.monitor.connection()
                connections.append(conn)
                conn.request("GET", "/api/events")
                streams.append(conn.getresponse())
            self.assertEqual([s.status for s in streams], [200] * 32 + [503])
            ticks = []
            for stream in streams[:32]:
                line = stream.readline()
                self.assertTrue(line.startswith(b"data: "), line[:80])
                ticks.append(json.loads(line[6:])["tick"])
                self.assertEqual(stream.readline(), b"\n")
            after = json.loads(streams[0].readline()[6:])
            self.assertGreater(after["tick"], ticks[0])
            self.assertEqual([vf["name"] for vf in after["vfs"]], ["vf1"])
        finally:
            for one in streams + connections:
                one.close()

        def again():
            conn = self.monitor.connection()
            try:
                conn.request("GET", "/api/events")
                return conn.getresponse().status == 200
            finally:
                conn.close()

        wait_for("a place for another viewer", again)

    def test_a_copy_of_the_page_is_asked_about_only(self):
        status, headers, body = self.monitor.get("/")
        self.assertEqual(status, 200)
        self.assertIn(b"<html", body)
        status, headers, body = self.monitor.get("/", If_None_Match=headers["ETag"])
        self.assertEqual((status, body), (304, b""))

    def test_the_reverse_proxy_of_the_example(self):
        """config/nginx/spp-monitor.conf, its sockets and names in the place of this bench's."""
        b = self.b
        path = b.path("run/monitor.http")
        Monitor(b, ["--host", "monitor.example.org"], listen=path)
        os.chmod(path, 0o666)
        os.chmod(b.dir, 0o755)
        with socket.create_server(("127.0.0.1", 0)) as s:
            port = s.getsockname()[1]
        with open(os.path.join(TREE, "config/nginx/spp-monitor.conf"), encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r"^ *listen [^;]*;", f"listen 127.0.0.1:{port};", text, flags=re.M)
        text = re.sub(r"^\s*ssl_\w+ .*$", "", text, flags=re.M)
        text = text.replace("/run/spp/monitor.http", path)
        text = text.replace("/etc/nginx/spp-monitor.users", b.path("users"))
        with open(b.path("users"), "w", encoding="ascii") as f:
            f.write("op:{PLAIN}secret\n")
        os.chmod(b.path("users"), 0o644)
        with open(b.path("nginx.conf"), "w", encoding="utf-8") as f:
            f.write(f"daemon off; pid {b.path('nginx.pid')}; error_log {b.path('nginx.err')};\n"
                    f"events {{}} http {{ access_log off;\n{text}\n}}\n")
        nginx = b.start("nginx", ["nginx", "-c", b.path("nginx.conf"), "-e", b.path("nginx.err")])

        def fetch(*words):
            return subprocess.run(["python3", "-c", FETCH, str(port), *words], text=True,
                                  capture_output=True, timeout=20, check=True).stdout

        wait_for("nginx", lambda: nginx.alive() and socket.create_connection(
            ("127.0.0.1", port), timeout=1).close() is None)
        self.assertTrue(fetch("/metrics", "").startswith("401"))
        self.assertIn("spp_up", fetch("/metrics", "op:secret"))
        self.assertIn("data: {", fetch("/api/events", "op:secret"))


FETCH = """
import base64, http.client, sys
port, path, user = int(sys.argv[1]), sys.argv[2], sys.argv[3]
conn = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
headers = {"Host": "monitor.example.org"}
if user:
    headers["Authorization"] = "Basic " + base64.b64encode(user.encode()).decode()
conn.request("GET", path, headers=headers)
answer = conn.getresponse()
print(answer.status, answer.read(2000).decode())
"""
