# SPDX-License-Identifier: BSD-3-Clause
"""spp_monitor beside a running switch: metrics in both formats, and what it says when things go."""

import gzip
import os
import re
import signal
import subprocess
import time

import all_kinds
from bench import TREE, program
from ctllib import Ctl
from monitorlib import OPENMETRICS, PROMETHEUS, TEXT, Monitor, UnixConnection
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component, table

MAC = "00:11:22:33:44:55"
WIRING = commands(component(2, "classifier", ["nic0"], ["ring0"]),
                  component(3, "forward", ["ring0"], ["vhost0"]),
                  component(4, "forward", ["vhost0"], ["ring1"]),
                  component(5, "merge", ["ring1"], ["nic0"]),
                  table(MAC, "ring0"), FLUSH)


def started(b, args=(), **primary):
    """Primary with a null NIC that sends without end, a spp_vf, a monitor."""
    b.start_controller()
    b.primary(["net_null0"], **primary)
    b.vf(1)
    return Monitor(b, args)


class Metrics(SppTest):
    @classmethod
    def prepare(cls, b):
        cls.monitor = started(b)
        b.controller[1].request(WIRING)

    def test_both_formats_say_the_same(self):
        m = self.monitor
        self.send_ok(self.b.controller[1], commands(FLUSH))
        wait_for("packets", lambda: m.value("spp_port_receive_packets_total", vf="vf1",
                                            port="nic0", kind="nic"))
        opened, text = m.samples(OPENMETRICS), m.samples(TEXT)
        self.assertEqual(opened.keys(), text.keys())
        names = {name for name, _ in opened}
        for name in ("spp_up", "spp_build_info", "spp_port_info", "spp_heap_restarts_left",
                     "spp_flush_duration_seconds_bucket", "spp_vf_deaths_total",
                     "spp_lcore_seconds_total", "spp_component_cycles_total",
                     "spp_dropped_packets_total", "spp_pool_free_buffers", "spp_nic_up",
                     "spp_controller_connected", "spp_nic_missed_packets_total"):
            self.assertIn(name, names)

    def test_every_metric_is_listed_and_every_listed_one_documented(self):
        listed = subprocess.run([program("spp_monitor"), "--list-metrics"], text=True, check=True,
                                stdout=subprocess.PIPE, timeout=10).stdout.splitlines()
        known = {line.split("\t")[0]: line.split("\t") for line in listed}
        for name, labels in self.monitor.samples():
            family = next(n for n in (name, name.rsplit("_", 1)[0]) if n in known)
            self.assertLessEqual({key for key, _ in labels}, set(known[family][2].split(",")))
        with open(os.path.join(TREE, "docs", "monitoring.md"), encoding="utf-8") as f:
            rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \| (.*) \|$", f.read(), re.M)
        self.assertEqual([[name, kind, re.sub("[` ]", "", labels), text]
                          for name, kind, labels, text in rows], list(known.values()))

    def test_a_port_says_what_it_is_called_its_driver_and_its_socket(self):
        def info(port):
            return next(dict(labels) for name, labels in self.monitor.samples()
                        if name == "spp_port_info" and ("port", port) in labels)

        self.send_ok(self.b.controller[1], commands(
            {"command": "label", "port": "vhost1", "label": "web1"}, FLUSH))
        wait_for("the name", lambda: info("vhost1").get("name") == "web1")
        self.assertEqual(info("vhost1"), {
            "vf": "vf1", "port": "vhost1", "kind": "vhost", "name": "web1", "driver": "vhost-user",
            "path": self.b.sock(1), "receives": "no", "transmits": "no"})
        self.assertEqual(info("nic0"), {
            "vf": "vf1", "port": "nic0", "kind": "nic", "driver": "net_null",
            "receives": "yes", "transmits": "yes"})

    def test_no_address_of_a_guest_is_a_label(self):
        text = self.monitor.text(Accept=TEXT).lower()
        self.assertNotIn(MAC, text)

    def test_promtool_finds_nothing(self):
        done = subprocess.run(["promtool", "check", "metrics"], input=self.monitor.text(Accept=TEXT),
                              text=True, capture_output=True, timeout=30, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_format_and_compression_are_as_asked(self):
        for accept, wanted in ((PROMETHEUS, "application/openmetrics-text; version=1.0.0"),
                               (TEXT, "text/plain; version=0.0.4"), ("*/*", "text/plain"),
                               ("application/openmetrics-text;q=0.1,text/plain", "text/plain")):
            _, headers, _ = self.monitor.get("/metrics", Accept=accept)
            self.assertTrue(headers["Content-Type"].startswith(wanted), headers["Content-Type"])
        status, headers, body = self.monitor.get("/metrics", Accept_Encoding="gzip, br")
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        self.assertIn(b"spp_up", gzip.decompress(body))
        for refused in ("identity", "gzip;q=0"):
            self.assertNotIn("Content-Encoding",
                             self.monitor.get("/metrics", Accept_Encoding=refused)[1])

    def test_a_flush_is_counted_and_one_refused_as_well(self):
        def counted():
            return (self.monitor.value("spp_flushes_total", vf="vf1"),
                    self.monitor.value("spp_flush_failures_total", vf="vf1"))

        before = self.b.vf_status(1)["flush"]
        before = (before["done"], before["failed"])
        wait_for("what was before", lambda: counted() == before)
        vf = self.b.controller[1]
        self.send_ok(vf, commands(component(6, "forward", ["vhost1"], ["ring2"]), FLUSH))
        self.send_error(vf, commands(component(7, "forward", ["ring2", "ring3"], ["vhost1"]),
                                     FLUSH), "forward")
        self.send_ok(vf, commands({"command": "cancel"}, component(6, "none"), FLUSH))
        wait_for("both to be counted", lambda: counted() == (before[0] + 2, before[1] + 1))
        whole = self.monitor.value("spp_flush_duration_seconds_bucket", vf="vf1", le="+Inf")
        self.assertEqual(whole, self.monitor.value("spp_flush_duration_seconds_count", vf="vf1"))
        events = [e["what"] for e in self.monitor.state()["events"]]
        self.assertIn("flush", events)
        self.assertIn("flush failed", events)


class Latency(SppTest):
    in_event = True

    def test_the_time_inside_is_sampled(self):
        b = self.b
        m = started(b)
        self.send_ok(b.controller[1], commands(
            component(2, "classifier", ["nic0"], ["ring0"]), table("default", "ring0"),
            component(3, "forward", ["ring0"], ["vhost0"]), FLUSH))

        def inside():
            port = next(p for p in b.vf_status(1)["port"] if p["port"] == "vhost0")
            return port.get("latency", {"samples": 0})

        begun = time.monotonic()
        first = wait_for("samples", lambda: (
            lambda seen: seen if seen["samples"] >= 10 else None)(inside()))
        wait_for("more of them", lambda: inside()["samples"] >= first["samples"] + 100)
        last = inside()
        # A null NIC sends without end: by far not each vector is one.
        self.assertLess(last["samples"] - first["samples"],
                        1000 * (time.monotonic() - begun) + 2)
        within = list(last["within_us"].values())
        self.assertEqual(within, sorted(within))
        self.assertLessEqual(within[-1], last["samples"])
        self.assertGreater(within[-1], 0)
        self.assertGreater(last["sum_ns"], 0)
        names = {"vf": "vf1", "port": "vhost0"}
        counted = wait_for("the metric", lambda: m.value("spp_switch_latency_seconds_count",
                                                         **names))
        self.assertGreaterEqual(counted, first["samples"])
        samples = m.samples()
        self.assertEqual({dict(labels)["port"] for name, labels in samples
                          if name == "spp_switch_latency_seconds_count"}, {"vhost0"})
        self.assertEqual(
            samples["spp_switch_latency_seconds_bucket", frozenset({**names, "le": "+Inf"}.items())],
            samples["spp_switch_latency_seconds_count", frozenset(names.items())])


class Drops(SppTest):
    def test_a_wire_that_drops_is_named_with_what_to_do(self):
        b = self.b
        m = started(b)
        # The null NIC's packets are for nobody of the table.
        self.send_ok(b.controller[1], WIRING)
        drop = m.wait_state("the drop", lambda s: next(
            (d for d in s["drops"] if d["reason"] == "no_entry"), None))
        self.assertEqual((drop["vf"], drop["component"]), ("vf1", "core2"))
        self.assertGreater(drop["per_second"], 0)
        self.assertIn("its MAC is not in the table", drop["remedy"])
        self.assertGreater(m.state()["headline"]["drops_per_second"], 0)
        # Its default leads to a guest that is not there.
        self.send_ok(b.controller[1], commands(table("default", "ring0"), FLUSH))
        drop = m.wait_state("the next drop", lambda s: next(
            (d for d in s["drops"] if d["reason"] == "no_guest"), None))
        self.assertEqual((drop["port"], drop["direction"]), ("vhost0", "transmit"))
        self.assertGreater(m.value("spp_dropped_packets_total", vf="vf1", port="vhost0",
                                   direction="transmit", reason="no_guest"), 0)

    def test_counters_do_not_go_back_when_somebody_clears(self):
        b = self.b
        m = started(b)
        ctl = Ctl(b)
        self.send_ok(b.controller[1], WIRING)
        key = {"vf": "vf1", "port": "nic0", "kind": "nic"}
        wait_for("packets", lambda: m.value("spp_port_receive_packets_total", **key) > 1000)
        # No more packets: what is shown before and after must be the same.
        self.send_ok(b.controller[1], commands(component(2, "none"), FLUSH))
        b.vf_status(1)
        m.wait_look()
        before = m.value("spp_port_receive_packets_total", **key)
        ctl.ok("clear")
        wait_for("the clear", lambda: next(p for p in b.vf_status(1)["port"]
                                           if p["port"] == "nic0")["rx"]["packets"] == 0)
        m.wait_look()
        self.assertEqual(m.value("spp_port_receive_packets_total", **key), before)
        self.send_ok(b.controller[1], commands(
            component(2, "classifier", ["nic0"], ["ring0"]), FLUSH))
        wait_for("more packets", lambda: m.value("spp_port_receive_packets_total", **key) > before)


class Changes(SppTest):
    """Who asked spp_agent for what, told by its socket for looking."""

    def events(self, m, what):
        return [e for e in m.state()["events"] if e["what"] == what]

    def told(self, m, what, *words):
        """The event with all these words."""
        return wait_for(f"{what} of {words}", lambda: next(
            (e for e in self.events(m, what) if all(w in e["text"] for w in words)), None))

    def test_who_asked_why_and_what_came_of_it(self):
        b = self.b
        b.env["SPP_RUN_GROUP"] = "nogroup"
        os.chmod(b.dir, 0o755)
        ctl = Ctl(b, listen=b.path("run/control.sock"))
        b.primary(["net_null0"], args=["-s", ctl.address])
        b.vf(1, args=["-s", ctl.address])
        ctl.wait("primary", "vf1")
        ctl.ok("plug", "vhost0", MAC, "--name", "web1", "--reason", "it was ordered")
        m = Monitor(b, before=["setpriv", "--reuid=65533", "--regid=65533", "--groups=65534",
                               "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"])
        # what was before spp_monitor
        first = self.told(m, "change", f"plug vhost0 {MAC}", "by uid 0, pid ", "it was ordered")
        self.assertRegex(first["text"], r"; generation 1: added \d+, .* \d+ us$")
        self.assertEqual(first["who"], "vf1")
        self.assertLess(abs(first["time"] - time.time()), 60)
        port = next(p for p in m.vf()["ports"] if p["port"] == "vhost0")
        self.assertEqual(port["name"], "web1")
        # and then, beside what the spp_vf says of the same flush
        ctl.ok("unplug", "vhost0", "--reason", "it is over")
        self.told(m, "change", "unplug vhost0", "it is over", "generation 2")
        self.told(m, "flush", "generation 2", " us, 0 packets lost")
        ctl.refused(1, "move", "no-such-one", "3")
        self.told(m, "change failed", "move no-such-one 3", ": refused: ")
        # another one, which counts from 1 again
        ctl.agent.stop(signal.SIGTERM)
        self.assertFalse(os.path.exists(b.path("run/agent.look")))
        ctl.start()
        ctl.wait("primary", "vf1")
        ctl.ok("plug", "vhost1", MAC, "--reason", "once more")
        self.told(m, "change", "plug vhost1", "once more")
        self.assertEqual(len(self.events(m, "change")), 3)


class Kinds(SppTest):
    """Switch, uplink, mirror, spp_mirror and spp_pcap, with rings from process to process."""

    deadline = 60

    def test_each_process_says_what_it_is_and_has_what_such_a_one_has(self):
        b = self.b
        kinds = all_kinds.Kinds(b)
        m = Monitor(b)
        self.assertEqual({p["name"]: (p["up"], p["type"]) for p in m.state()["processes"]},
                         {"primary": (True, "primary"), "vf1": (True, "vf"),
                          "vf2": (True, "mirror"), "vf3": (True, "pcap")})
        self.assertEqual({dict(labels)["process"]: dict(labels)["type"]
                          for name, labels in m.samples() if name == "spp_build_info"},
                         {"primary": "primary", "vf1": "vf", "vf2": "mirror", "vf3": "pcap",
                          "monitor": "monitor"})
        headline = m.state()["headline"]
        self.assertEqual([headline[k] for k in ("vfs", "vfs_up", "recorders", "recorders_up")],
                         [2, 2, 1, 1])
        recorded = {"vf": "vf3", "port": "ring3"}
        self.assertEqual(m.value("spp_pcap_running", **recorded), 0)
        kinds.record("start")
        kinds.begin()
        self.packets_are_counted(m, recorded)
        self.wiring_is_told(m)
        self.no_wiring_of_a_recorder(m)
        promtool = subprocess.run(["promtool", "check", "metrics"], input=m.text(Accept=TEXT),
                                  text=True, capture_output=True, timeout=30, check=False)
        self.assertEqual((promtool.returncode, promtool.stdout + promtool.stderr), (0, ""))
        kinds.tool.quiet()
        kinds.record("stop")
        wait_for("its end to be told", lambda: any(
            e["what"] == "recording" and e["text"].startswith("ended")
            for e in m.state()["events"]))
        taken = wait_for("all of it to be written", lambda: (lambda written: written == m.value(
            "spp_port_receive_packets_total", **recorded, kind="ring") and written)(
                m.value("spp_pcap_written_packets_total", **recorded)))
        self.assertGreater(taken, 100)
        kinds.pcap.kill()
        down = m.wait_state("its death", lambda s: next(
            (p for p in s["processes"] if p["name"] == "vf3" and not p["up"]), None))
        self.assertEqual(down["type"], "pcap")
        self.assertEqual(m.value("spp_up", process="vf3"), 0)
        self.assertIsNone(m.value("spp_pcap_running", **recorded))

    def packets_are_counted(self, m, recorded):
        for name, labels in (
                ("spp_component_packets_total",
                 {"vf": "vf3", "component": "spp_pcap", "type": "pcap"}),
                ("spp_component_packets_total",
                 {"vf": "vf2", "component": "core12", "type": "mirror"}),
                ("spp_component_packets_total",
                 {"vf": "vf1", "component": "mirror", "type": "mirror"}),
                ("spp_component_packets_total",
                 {"vf": "vf1", "component": "switch", "type": "switch"}),
                ("spp_port_receive_packets_total", {"vf": "vf2", "port": "ring0", "kind": "ring"}),
                ("spp_port_transmit_packets_total",
                 {"vf": "vf1", "port": "uplink0", "kind": "uplink"})):
            wait_for(f"{name} {labels}", lambda n=name, k=labels: (m.value(n, **k) or 0) > 100)
        self.assertEqual(m.value("spp_pcap_running", **recorded), 1)
        self.assertEqual(m.value("spp_pcap_failed_writers", **recorded), 0)
        for reason in ("queue_full", "write_failed", "bad_frames"):
            self.assertEqual(m.value("spp_pcap_lost_packets_total", **recorded, reason=reason), 0)
        self.assertEqual({port: m.value("spp_uplink_sends", vf="vf1", uplink="uplink0", port=port)
                          for port in ("nic0", "nic1")}, {"nic0": 1, "nic1": 0})
        m.wait_state("its rate", lambda s: next(
            vf for vf in s["vfs"] if vf["name"] == "vf3")["components"][0]["packets_per_second"])

    def wiring_is_told(self, m):
        """From process to process by the names of rings; of an uplink which NIC sends."""
        ends = {(vf["name"], c["id"]): ([e["port"] for e in c["rx"]], [e["port"] for e in c["tx"]])
                for vf in m.state()["vfs"] for c in vf["components"]}
        self.assertEqual(ends, {
            ("vf1", "switch"): (["uplink0", "vhost0"], ["uplink0", "vhost0"]),
            ("vf1", "mirror"): (["nic2"], ["ring1", "ring0"]),
            ("vf1", "core4"): (["ring1", "ring2"], ["vhost1"]),
            ("vf2", "core12"): (["ring0"], ["ring2", "ring3"]),
            ("vf3", "spp_pcap"): (["ring3"], [])})
        self.assertEqual({p["port"]: p["sends"] for p in m.vf()["ports"] if "uplink" in p},
                         {"nic0": True, "nic1": False})
        recorder = m.vf("vf3")["recorder"]
        self.assertEqual([recorder[k] for k in ("running", "writers", "failed", "error")],
                         [True, 1, 0, ""])

    def no_wiring_of_a_recorder(self, m):
        """It takes no flush, has no table, no state: nothing says that all of that is well."""
        names = {name for name, labels in m.samples() if ("vf", "vf3") in labels}
        self.assertEqual(names - {"spp_slot_info", "spp_nic_info"}, {
            "spp_port_receive_packets_total", "spp_port_info", "spp_component_packets_total",
            "spp_component_lcore", "spp_pcap_running", "spp_pcap_written_packets_total",
            "spp_pcap_lost_packets_total", "spp_pcap_failed_writers"})


class Ends(SppTest):
    def test_one_that_hangs_has_no_figures_and_others_keep_theirs(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0", "net_null1"], rings=8)
        b.vf(1, ids=[0, 2, 3])
        b.vf(2, ids=[0, 4, 5])
        m = Monitor(b)

        def of_vf2():
            return {name for name, labels in m.samples() if ("vf", "vf2") in labels
                    and name not in ("spp_slot_info", "spp_nic_info")}  # spp_primary's

        self.assertIn("spp_port_up", of_vf2())
        os.kill(b.vfs[2].pid, signal.SIGSTOP)
        try:
            wait_for("it to count as down", lambda: m.value("spp_up", process="vf2") == 0)
            self.assertEqual(of_vf2(), set())
            self.assertEqual(m.value("spp_up", process="vf1"), 1)
            looks = m.value("spp_monitor_looks_total")
            wait_for("others to be asked on",
                     lambda: m.value("spp_monitor_looks_total") >= looks + 2, deadline=4)
            down = next(p for p in m.state()["processes"] if p["name"] == "vf2")
            self.assertIn("no reply within", down["why"])
            self.assertLess(time.time() - down["since"], 30)
        finally:
            os.kill(b.vfs[2].pid, signal.SIGCONT)
        wait_for("it to be up again", lambda: m.value("spp_up", process="vf2") == 1)
        self.assertIn("spp_port_up", of_vf2())

    def test_a_death_is_told(self):
        b = self.b
        m = started(b)
        b.vfs[1].expected_end = True
        b.vfs[1].kill()
        wait_for("the death to be counted",
                 lambda: m.value("spp_vf_deaths_total", slot="0") == 1)
        self.assertEqual(m.value("spp_up", process="vf1"), 0)
        events = {e["what"]: e for e in m.state()["events"]}
        self.assertIn("vf1", events["death"]["who"])
        self.assertEqual(m.state()["headline"]["vfs_up"], 0)
        b.vf(1)
        wait_for("the next one", lambda: m.value("spp_up", process="vf1") == 1)

    def test_it_ends_in_order_with_viewers(self):
        m = Monitor(self.b)
        conn = m.connection()
        conn.request("GET", "/api/events")
        self.assertTrue(conn.getresponse().readline().startswith(b"data: {"))
        self.assertEqual(m.proc.stop(signal.SIGTERM), 0)
        conn.close()

    def test_wrong_command_lines(self):
        for words, pattern in ((["--listen", "nowhere"], "not an address"),
                               (["--listen", "127.0.0.1:70000"], "not an address"),
                               (["--interval", "0"], "0.2 to 60"),
                               (["--history", "x"], "10 to 3600"),
                               (["--host", "a/b"], "not a name"), (["--frob"], "not an option"),
                               (["extra"], "not an option")):
            done = subprocess.run([program("spp_monitor"), *words], text=True, timeout=10,
                                  capture_output=True, check=False)
            self.assertEqual(done.returncode, 2, words)
            self.assertRegex(done.stderr, pattern)


class Access(SppTest):
    def test_who_may_look_needs_no_root(self):
        b = self.b
        b.env["SPP_RUN_GROUP"] = "nogroup"
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        os.chmod(b.dir, 0o755)
        m = Monitor(b, before=["setpriv", "--reuid=65533", "--regid=65533", "--groups=65534",
                               "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"])
        self.assertEqual({p["name"]: p["up"] for p in m.state()["processes"]},
                         {"primary": True, "vf1": True})
        other = Monitor(b, before=["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"])
        self.assertEqual(other.value("spp_up", process="vf1"), 0)
        self.assertIn("SPP_RUN_GROUP", other.state()["processes"][0]["why"])

    def test_a_unix_socket(self):
        b = self.b
        path = b.path("run/monitor.http")
        m = Monitor(b, listen=path)
        status, _, body = m.get("/metrics", connection=UnixConnection(path))
        self.assertEqual(status, 200)
        self.assertIn(b"spp_monitor_looks_total", body)
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(m.proc.stop(signal.SIGTERM), 0)
        self.assertFalse(os.path.exists(path))
