# SPDX-License-Identifier: BSD-3-Clause
"""config/prometheus and config/grafana: their rules by promtool, and all of them by a real Prometheus that
scrapes a running switch, until the alert about a broken wire names it."""

import glob
import json
import os
import re
import socket
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

import all_kinds
from bench import TREE
from monitorlib import Monitor
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

CONFIG = os.path.join(TREE, "config", "prometheus")
DASHBOARD = os.path.join(TREE, "config", "grafana", "spp-event.json")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def rules():
    """[{alert or record, expr, runbook ...}] of both files, without a YAML parser: one key a line."""
    found = []
    for path in ("spp-recording.yml", "spp-alerts.yml"):
        for line in read(os.path.join(CONFIG, path)).splitlines():
            if match := re.match(r"^ +(- )?(\w+): (.+)$", line):
                if match[2] in ("alert", "record"):
                    found.append({})
                if found:
                    found[-1][match[2]] = match[3]
    return found


def dashboard():
    """Every query of the dashboard, its variables filled in."""
    values = {"$instance": ".*", "$vf": ".*", "$__rate_interval": "15s"}
    queries = [t["expr"] for p in json.loads(read(DASHBOARD))["panels"] for t in p["targets"]]
    for name, value in values.items():
        queries = [q.replace(name, value) for q in queries]
    return queries


class Rules(SppTest):
    def promtool(self, *words):
        done = subprocess.run(["promtool", *words], cwd=CONFIG, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_promtool_accepts_them(self):
        self.promtool("check", "config", "prometheus.yml")
        self.promtool("check", "rules", "spp-recording.yml", "spp-alerts.yml")

    def test_each_alert_fires_and_does_not(self):
        self.promtool("test", "rules", *sorted(glob.glob(os.path.join(CONFIG, "tests", "*.yml"))))
        tests = "".join(read(p) for p in glob.glob(os.path.join(CONFIG, "tests", "*.yml")))
        for rule in rules():
            if "alert" in rule:
                self.assertIn(f"name: {rule['alert']} fires\n", tests)
                self.assertIn(f"name: {rule['alert']} does not fire\n", tests)

    def test_runbooks_of_drops_are_those_of_the_page(self):
        page = read(os.path.join(TREE, "docs", "operations.md"))
        page = page[page.index("## Drops by symptom"):]
        rows = re.findall(r"^\| [^|]*\| `(\w+)` \| [^|]* \| (.*) \|$", page, re.M)
        wanted = {"SppDrops" + reason.title().replace("_", ""):
                  re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text) for reason, text in rows}
        seen = {r["alert"]: json.loads(r["runbook"]) for r in rules()
                if r.get("alert", "").startswith("SppDrops")}
        self.assertEqual(seen, wanted)
        self.assertEqual([r["alert"] for r in rules() if "alert" in r and "runbook" not in r], [])


class Server(SppTest):
    """A Prometheus of the bench's own."""

    def start_prometheus(self, monitor):
        b = self.b
        for name in ("spp-recording.yml", "spp-alerts.yml"):
            # An alert is told of at once: how long it waits is promtool's business.
            with open(b.path(name), "w", encoding="utf-8") as f:
                f.write(re.sub(r"^ +for: .*\n", "", read(os.path.join(CONFIG, name)), flags=re.M))
        text = read(os.path.join(CONFIG, "prometheus.yml"))
        text = re.sub(r"(_interval): 15s", r"\1: 1s", text)
        with open(b.path("prometheus.yml"), "w", encoding="utf-8") as f:
            f.write(text.replace("127.0.0.1:10555", f"127.0.0.1:{monitor.port}"))
        with socket.create_server(("127.0.0.1", 0)) as s:
            self.port = s.getsockname()[1]
        b.start("prometheus", ["prometheus", f"--config.file={b.path('prometheus.yml')}",
                               f"--storage.tsdb.path={b.path('tsdb')}",
                               f"--web.listen-address=127.0.0.1:{self.port}"])

    def query(self, expression):
        url = (f"http://127.0.0.1:{self.port}/api/v1/query?" +
               urllib.parse.urlencode({"query": expression}))
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as e:
            raise AssertionError(f"{expression}: {e.read()[:300]!r}") from e

    @unittest.skipIf(os.environ.get("SPP_TEST_DISPATCH"), "once is enough")
    def test_every_expression_has_data_and_a_broken_wire_its_alert(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"], rings=16, mem=640, args=["--max-vf", "2"])
        b.vf(1, args=["--state-dir", b.path("state")])
        all_kinds.start_pcap(b, "ring:15")
        m = Monitor(b)
        self.start_prometheus(m)
        vf = b.controller[1]
        self.send_ok(vf, commands(component(2, "classifier", ["nic0"], ["ring0"]),
                                  component(3, "forward", ["ring0"], ["vhost0"]),
                                  component(4, "forward", ["vhost0"], ["nic0"]),
                                  table("default", "ring0"), FLUSH))
        # The wire is broken: nobody is at vhost0.
        fired = wait_for("the alert", lambda: self.query(
            'ALERTS{alertname="SppDropsNoGuest",alertstate="firing"}'), deadline=25, step=0.5)
        self.assertEqual({k: fired[0]["metric"][k] for k in ("vf", "port", "direction")},
                         {"vf": "vf1", "port": "vhost0", "direction": "transmit"})
        # Something to divide by, now that it is watched.
        self.send_ok(vf, commands(component(5, "forward", ["vhost1"], ["ring1"]), FLUSH))
        names = set()
        for expression in [r["expr"] for r in rules()] + dashboard():
            names |= set(re.findall(r"\bspp[_:][\w:]+", expression))
        self.assertGreater(len(names), 20)
        wait_for("every metric that rules and dashboard name", lambda: [
            n for n in sorted(names) if not self.query(f"count({n})")] == [], step=0.5)
        for expression in dashboard():
            # What compares shows only what is above: there must be something to compare.
            expression = re.sub(r" > 0$", "", expression)
            wait_for(f"data of {expression}", lambda e=expression: self.query(e), step=0.5)
        self.assertEqual(self.query('scrape_samples_scraped{job="spp"}')[0]["value"][1],
                         str(len(m.samples())))
        firing = {a["metric"]["alertname"] for a in self.query('ALERTS{alertstate="firing"}')}
        self.assertNotIn("SppProcessDown", firing)
