# SPDX-License-Identifier: BSD-3-Clause
"""The installed units under a real systemd (booted.py): what starts, ends, comes back, and stays away."""

import json
import os
import re
import time

from bench import TREE
from booted import Booted, installed_tree
from proc import CPU_OURS, stays, wait_for
from spplib import SppTest

EXIT = json.dumps({"commands": [{"command": "exit"}]})
UNITS = ("spp_agent", "spp_primary", "spp_vf-1", "spp_vf-2")
# Longer than every RestartSec= of ours and the start that follows.
RESTART_S = 1.5
PAGES = "/run/pages"  # mounted by spp-hugepages
FAIL_ONCE = ('[Service]\nExecStartPre=/bin/sh -c "test ! -e /run/fail-once || '
             '{ rm /run/fail-once; exit 1; }"\n')
DRIVERS = "ls /var/lib/spp/running/lib/dpdk/*"


class Systemd(SppTest):
    """spp_vf-1 starts with the primary, spp_vf-2 by hand."""

    @classmethod
    def prepare(cls, b):
        tree = installed_tree(b.path("tree"))
        eal = f"--no-pci --file-prefix {b.prefix} -n 4"

        def write(path, text):
            os.makedirs(os.path.dirname(f"{tree}/{path}"), exist_ok=True)
            with open(f"{tree}/{path}", "w", encoding="utf-8") as f:
                f.write(text)

        write("etc/spp/primary.conf",
              f"SPP_HUGE_DIR={PAGES}\n"
              f"SPP_PRIMARY_EAL=--lcores 1@{CPU_OURS} {eal} --huge-dir {PAGES} --socket-mem 512"
              " --vdev net_null0 --vdev net_null1\n"
              "SPP_PRIMARY_OPTIONS=-p 0x3 -n 8 -s /run/spp/control.sock\n")
        for n in (1, 2):
            start = "yes" if n == 1 else "no"
            write(f"etc/spp/vf-{n}.conf",
                  f"SPP_START={start}\nSPP_VF_EAL=--lcores (0,2-5)@{CPU_OURS} {eal}\n"
                  "SPP_VF_OPTIONS=-s /run/spp/control.sock\n")
        write("etc/systemd/system/spp_primary.service.d/fail-once.conf", FAIL_ONCE)
        write("root/exit.json", EXIT)
        cls.box = Booted(b, tree)

    def setUp(self):
        super().setUp()
        # A try of a VF that failed just now, for want of a primary, is not what this waits for.
        self.box.ok("systemctl reset-failed; systemctl start spp_agent spp_primary && "
                    "systemctl start --no-block spp_vf-1 spp_vf-2")
        self.all_connected()

    # -- asking ---------------------------------------------------------------------------------

    def show(self, unit, *properties):
        text = self.box.ok(f"systemctl show {unit} -p {','.join(properties)}")
        return dict(line.split("=", 1) for line in text.splitlines())

    def pid(self, unit):
        return int(self.show(unit, "MainPID")["MainPID"])

    def pids(self):
        return {unit: self.pid(unit) for unit in UNITS}

    def active(self, *units):
        return self.box.run(f"systemctl is-active {' '.join(units)}")[0] == 0

    def ended(self, unit):
        """How: {ActiveState, Result, ExecMainStatus}; None while it is not."""
        state = self.show(unit, "ActiveState", "Result", "ExecMainStatus")
        return state if state["ActiveState"] in ("inactive", "failed") else None

    def all_connected(self):
        wait_for("all to be connected", lambda: set(re.findall(
            r"(?m)^(\w+) +connected ", self.box.ok("sppctl ls"))) == {"primary", "vf1", "vf2"}, 30, 0.1)

    def stay_away(self, *units):
        """Each has ended in order, and nobody starts it again."""
        for unit in units:
            wait_for(f"the end of {unit}", lambda u=unit: self.ended(u), 20, 0.1)
        before = self.pids()
        stays(f"{units} ended", lambda: all(self.ended(u) for u in units), RESTART_S, 0.2)
        self.assertEqual(self.pids(), before)
        for unit in units:
            self.assertEqual(self.ended(unit), {"ActiveState": "inactive", "Result": "success",
                                                "ExecMainStatus": "0"}, unit)

    def come_back(self, before, *units):
        """Each with another pid; all are connected."""
        for unit in units:
            wait_for(f"{unit} to be started again",
                     lambda u=unit: self.pid(u) not in (0, before[u]), 20, 0.1)
        wait_for("all units", lambda: self.active(*UNITS), 30, 0.1)
        self.all_connected()

    def exit(self, process):
        self.box.ok(f"sppctl send {process} /root/exit.json")

    # -- what a controller says -------------------------------------------------------------------

    def test_exit_of_a_vf_lasts(self):
        self.exit("vf1")
        self.stay_away("spp_vf-1")
        self.assertTrue(self.active("spp_primary", "spp_vf-2"))

    def test_exit_of_the_primary_lasts_and_its_vfs_go_with_it(self):
        self.exit("primary")
        self.stay_away("spp_primary", "spp_vf-1", "spp_vf-2")
        self.box.ok("systemctl start spp_primary")
        wait_for("what starts with it", lambda: self.active("spp_vf-1"), 20, 0.1)

    def test_exit_of_all_in_any_order_lasts(self):
        for order in (("vf1", "primary"), ("primary", "vf1"), ("vf2", "vf1", "primary")):
            self.box.ok("; ".join(f"sppctl send {p} /root/exit.json & sleep 0.02" for p in order)
                        + "; wait")
            self.stay_away("spp_primary", "spp_vf-1", "spp_vf-2")
            self.setUp()

    # -- signals ----------------------------------------------------------------------------------

    def test_signals_that_ask_for_an_end_get_one_that_lasts(self):
        for signals in (("TERM", "QUIT"), ("INT", "TERM"), ("QUIT", "INT")):
            for unit, signal in zip(("spp_vf-1", "spp_agent"), signals):
                self.box.ok(f"systemctl kill -s {signal} {unit}")
            self.stay_away("spp_vf-1", "spp_agent")
            self.setUp()
        self.box.ok("systemctl kill -s TERM spp_primary")
        self.stay_away("spp_primary", "spp_vf-1", "spp_vf-2")

    def test_signals_that_mean_nothing_change_nothing(self):
        before = self.pids()
        for unit in UNITS:
            for signal in ("HUP", "USR1", "USR2", "ALRM", "PIPE"):
                self.box.ok(f"systemctl kill -s {signal} {unit}")
        stays("all units", lambda: self.active(*UNITS), RESTART_S, 0.2)
        self.assertEqual(self.pids(), before)

    def test_what_dies_comes_back(self):
        for unit in ("spp_vf-1", "spp_vf-2", "spp_agent"):
            for signal in ("KILL", "SEGV"):
                before = self.pids()
                self.box.ok(f"systemctl kill -s {signal} {unit}")
                self.come_back(before, unit)

    def test_a_primary_that_dies_comes_back_with_all_vfs(self):
        for signal in ("KILL", "SEGV"):
            before = self.pids()
            self.box.ok(f"systemctl kill -s {signal} spp_primary")
            self.come_back(before, "spp_primary", "spp_vf-1", "spp_vf-2")

    def test_a_wrong_option_is_not_tried_again(self):
        for unit, conf in (("spp_vf-2", "vf-2.conf"), ("spp_primary", "primary.conf")):
            path = f"/etc/spp/{conf}"
            self.box.ok(f"cp {path} /root/conf; sed -i 's/_OPTIONS=/_OPTIONS=--colour /' {path}; "
                        f"systemctl restart --no-block {unit}")
            try:
                wanted = {"ActiveState": "failed", "Result": "exit-code", "ExecMainStatus": "2"}
                wait_for("its end", lambda u=unit, w=wanted: self.ended(u) == w, 20, 0.1)
                stays("ended", lambda u=unit, w=wanted: self.ended(u) == w, RESTART_S, 0.2)
            finally:
                self.box.ok(f"cp /root/conf {path}")
            self.setUp()

    # -- systemctl --------------------------------------------------------------------------------

    def test_vfs_come_when_only_the_second_restart_of_the_primary_succeeds(self):
        before = self.pids()
        self.box.ok("touch /run/fail-once; systemctl kill -s KILL spp_primary")
        self.come_back(before, "spp_primary", "spp_vf-1", "spp_vf-2")
        self.assertNotEqual(self.box.run("test -e /run/fail-once")[0], 0, "it has failed once")

    def test_what_a_power_cut_has_left_is_not_kept(self):
        """The build that ran is still there at the next start: it lay over DPDK's drivers while it was removed."""
        self.box.ok("systemctl stop spp_primary")
        self.box.ok(r"$(systemctl cat spp_primary | sed -n 's/^ExecStartPre=-+\([^ ]*spp-keep\)$/\1/p')")
        kept = self.box.ok(DRIVERS)
        self.assertIn("librte_event_sw.so", kept)
        self.box.ok("systemctl start spp_primary")
        self.assertEqual(self.show("spp_primary", "NRestarts"), {"NRestarts": "0"})
        self.assertEqual(self.box.ok(DRIVERS), kept)

    def test_stop_and_restart(self):
        before = self.pids()
        self.box.ok("systemctl restart spp_primary")
        self.come_back(before, "spp_primary", "spp_vf-1", "spp_vf-2")
        before = self.pids()
        self.box.ok("systemctl restart spp_vf-2")
        self.come_back(before, "spp_vf-2")
        self.assertEqual(self.pid("spp_vf-1"), before["spp_vf-1"])
        self.box.ok("systemctl stop spp_vf-2")
        self.stay_away("spp_vf-2")
        self.box.ok("systemctl stop spp_primary")
        self.stay_away("spp_primary", "spp_vf-1")

    def test_a_vf_started_first_waits_for_its_primary(self):
        self.box.ok("systemctl stop spp_primary")
        self.stay_away("spp_primary", "spp_vf-2")
        self.box.ok("systemctl reset-failed spp_vf-2; systemctl start --no-block spp_vf-2")
        wait_for("a try without a primary", lambda: self.restarts("spp_vf-2") > 0, 20, 0.1)
        self.box.ok("systemctl start spp_primary")
        wait_for("both", lambda: self.active("spp_primary", "spp_vf-2"), 30, 0.1)

    # -- a real-time policy -----------------------------------------------------------------------

    def policies(self, unit):
        """Of its threads, in chrt's words."""
        said = self.box.ok(f"for t in /proc/{self.pid(unit)}/task/*; do "
                           "chrt -p ${t##*/} | sed -n 's/.*policy: //p'; done")
        return set(said.split())

    def test_a_real_time_policy_hinders_no_start(self):
        """The EAL waits by naps that are none under SCHED_FIFO: a restart took minutes."""
        units = ("spp_primary", "spp_vf-1", "spp_vf-2")
        self.addCleanup(self.box.ok, "rm -rf /run/systemd/system/spp_*.service.d/fifo.conf; systemctl daemon-reload; "
                                     "systemctl restart spp_primary", 60)
        for unit in units:
            self.box.ok(f"mkdir -p /run/systemd/system/{unit}.service.d; printf '[Service]\\nCPUSchedulingPolicy=fifo\\n"
                        f"CPUSchedulingPriority=10\\n' >/run/systemd/system/{unit}.service.d/fifo.conf")
        self.box.ok("systemctl daemon-reload")
        for command in ("systemctl restart spp_primary", "systemctl kill -s KILL spp_primary"):
            before = self.pids()
            self.box.ok(command, 60)
            self.come_back(before, *units)
            for unit in units:
                policies = self.policies(unit)
                self.assertIn("SCHED_FIFO", policies, unit)
                self.assertNotIn("SCHED_OTHER", policies, unit)
        self.box.ok("sppctl patch vhost0 vhost1 --to vf1")  # the first vhost brings threads
        self.assertNotIn("SCHED_OTHER", self.policies("spp_vf-1"))
        self.box.ok("sppctl unpatch vhost0 vhost1")

    # -- a spp_vf that cannot start ---------------------------------------------------------------

    def restarts(self, unit):
        return int(self.show(unit, "NRestarts")["NRestarts"])

    def tried_less_often(self, unit):
        """3 tries after the first have waited for 1, 2 and 3 s. Its end of a wait is not later than the primary."""
        wait_for("its first try", lambda: self.restarts(unit) >= 1, 20, 0.05)
        first, begun = self.restarts(unit), time.monotonic()
        wait_for("3 more", lambda: self.restarts(unit) >= first + 3, 60, 0.05)
        self.assertGreater(time.monotonic() - begun, 3)

    def test_a_vf_without_a_primary_is_not_tried_all_the_time(self):
        self.box.ok("systemctl stop spp_primary")
        self.stay_away("spp_primary", "spp_vf-2")
        self.box.ok("systemctl start --no-block spp_vf-2")
        self.tried_less_often("spp_vf-2")
        self.box.ok("systemctl start spp_primary")
        ready = time.monotonic()
        wait_for("the VF", lambda: self.active("spp_vf-2"), 30, 0.05)
        self.in_time("from the primary's being ready to the VF's", time.monotonic() - ready, 2)

    def test_a_vf_that_is_refused_is_not_tried_all_the_time_and_comes_when_it_may(self):
        self.box.ok("systemctl stop spp_vf-2; . /etc/spp/vf-2.conf 2>/dev/null; eal=$(sed -n 's/^SPP_VF_EAL=//p' "
                    "/etc/spp/vf-2.conf); drivers=$(sed -n 's/^BindReadOnlyPaths=-//p' "
                    "$(systemctl show -p FragmentPath --value spp_primary)); "
                    "systemd-run --quiet --unit=twin --service-type=notify -p BindReadOnlyPaths=$drivers "
                    "spp_vf $eal --proc-type=secondary -- --process-id 2")
        self.box.ok("systemctl start --no-block spp_vf-2")
        self.tried_less_often("spp_vf-2")
        self.assertIn("--process-id 2 is taken", self.box.ok("journalctl -q -u spp_vf-2 -n 50 -o cat"))
        before = self.pids()
        self.box.ok("systemctl kill -s KILL twin spp_primary")
        self.come_back(before, "spp_primary", "spp_vf-1", "spp_vf-2")
        killed_at_once = self.pids()
        self.box.ok("systemctl kill -s KILL spp_vf-2")
        self.come_back(killed_at_once, "spp_vf-2")

    def test_exposure_is_what_the_documents_say(self):
        with open(os.path.join(TREE, "docs", "security.md"), encoding="utf-8") as f:
            text = f.read()
        for unit in ("spp_primary", "spp_vf-1", "spp_agent", "spp-hugepages"):
            said = self.box.ok(f"systemd-analyze security --no-pager {unit}.service | tail -1")
            figure = float(re.search(r"service: ([0-9.]+)", said)[1])
            allowed = float(re.search(rf"`{unit}(?:\.service)?` ([0-9]+[.][0-9])", text)[1])
            self.assertLessEqual(figure, allowed + 0.3, unit)  # systemd counts on

    # -- the journal ------------------------------------------------------------------------------

    def test_the_journal_has_each_line_once_with_its_priority(self):
        text = self.box.ok("journalctl --no-pager -u 'spp_*' -o json --output-fields=MESSAGE,PRIORITY,_PID")
        lines = [json.loads(line) for line in text.splitlines()]
        said = [(line["_PID"], line["MESSAGE"]) for line in lines]
        dpdk = [one for one in said if one[1].startswith("EAL: Multi-process socket")]
        self.assertTrue(dpdk)
        self.assertEqual(sorted(set(dpdk)), sorted(dpdk), "each once")
        for line in lines:
            if ": error: " in line["MESSAGE"]:
                self.assertEqual(line["PRIORITY"], "3", line)
            elif line["MESSAGE"].startswith("EAL: Multi-process socket"):
                self.assertEqual(line["PRIORITY"], "6", line)
            elif ": ready: " in line["MESSAGE"]:
                self.assertEqual(line["PRIORITY"], "5", line)
