# SPDX-License-Identifier: BSD-3-Clause
"""spp-upgrade under a real systemd (booted.py): what was replaced on disk is restarted by one command, and what
that costs packets is measured; what would lose something is refused."""

import json
import os
import re
import subprocess

from booted import Booted, installed_tree
from proc import CPU_OURS, wait_for
from spplib import FLUSH, SppTest, commands, component
from tap_wires import ONE_PING, WIRES, longest_silence

UNITS = ("spp_primary", "spp_vf-1", "spp_agent")
PAGES = "/run/pages"  # mounted by spp-hugepages
SAVES, SAVES_NOT = "", "SPP_STATE_DIR=\n"


class Upgrade(SppTest):
    """Two TAPs as NICs, one spp_vf that forwards between them, a network namespace at each end."""

    @classmethod
    def prepare(cls, b):
        tree = installed_tree(b.path("tree"))
        cls.eal = f"--no-pci --file-prefix {b.prefix} -n 4"

        def write(path, text):
            os.makedirs(os.path.dirname(f"{tree}/{path}"), exist_ok=True)
            with open(f"{tree}/{path}", "w", encoding="utf-8") as f:
                f.write(text)

        write("etc/spp/primary.conf",
              f"SPP_HUGE_DIR={PAGES}\n"
              f"SPP_PRIMARY_EAL=--lcores 1@{CPU_OURS} {cls.eal} --huge-dir {PAGES} --socket-mem 512"
              " --vdev net_tap0,iface=tap0 --vdev net_tap1,iface=tap1\n"
              "SPP_PRIMARY_OPTIONS=-p 0x3 -n 2 --max-vf 2 -s /run/spp/control.sock\n")
        write("root/wires", WIRES)
        write("root/wiring.json", json.dumps(commands(
            component(2, "forward", ["nic0"], ["nic1"]), component(3, "forward", ["nic1"], ["nic0"]), FLUSH)))
        cls.box = Booted(b, tree)
        cls.box.ok("systemd-run --unit=wires sh /root/wires")

    def setUp(self):
        super().setUp()
        self.start_all(SAVES)

    def start_all(self, more):
        """With these lines in the file of spp_vf-1; all run, and packets pass."""
        self.box.ok("cat >/root/vf-1.conf <<'END'\nSPP_START=yes\n"
                    f"SPP_VF_EAL=--lcores (0,2-5)@{CPU_OURS} {self.eal}\n"
                    f"SPP_VF_OPTIONS=-s /run/spp/control.sock\n{more}END\n"
                    "cmp -s /root/vf-1.conf /etc/spp/vf-1.conf || { cp /root/vf-1.conf /etc/spp/ && "
                    "systemctl daemon-reload && systemctl stop spp_vf-1; }\n"
                    "systemctl start spp_agent spp_primary spp_vf-1")
        wait_for("both at the agent", lambda: set(re.findall(
            r"(?m)^(\w+) +connected ", self.box.ok("sppctl ls"))) == {"primary", "vf1"}, 30, 0.1)
        self.box.ok("sppctl apply /root/wiring.json --to vf1")
        self.wait_flow()

    def wait_flow(self):
        wait_for("an answer from the other end", lambda: self.box.run(ONE_PING)[0] == 0, 20, 0.05)

    def replace(self, *programs):
        """As a package does: a new file of the same name."""
        for program in programs:
            self.box.ok(f'f=$(command -v {program}) && cp -a "$f" "$f.new" && mv "$f.new" "$f"')

    def pids(self):
        return {u: self.box.ok(f"systemctl show -p MainPID --value {u}").strip() for u in UNITS}

    def restarted(self, before):
        return [u for u, pid in self.pids().items() if pid != before[u]]

    def upgrade(self, *options, code=0):
        got, said = self.box.run(" ".join(["spp-upgrade", *options]), 60)
        self.assertEqual(got, code, said)
        return said

    def refused(self, pattern, *options):
        before = self.pids()
        self.assertRegex(self.upgrade(*options, code=2), rf"error: .*{pattern}.*: nothing was changed")
        self.assertEqual(self.restarted(before), [])

    # -- what it does -----------------------------------------------------------------------------

    def test_all_that_was_replaced_is_restarted_and_packets_miss_little(self):
        self.replace("spp_primary", "spp_vf", "spp_agent")
        before = self.pids()
        said = self.upgrade("--dry-run")
        self.assertIn("packets stop meanwhile: spp_primary spp_vf-1\n", said)
        self.assertIn("packets do not notice: spp_agent\n", said)
        self.assertEqual(self.restarted(before), [])
        self.box.ok("ip netns exec end0 ping -D -i 0.002 -c 2500 -W 1 10.9.0.2 >/run/ping 2>&1 & sleep 0.5")
        said = self.upgrade()
        self.assertEqual(self.restarted(before), list(UNITS))
        gap = float(re.search(r"vf1: did not forward for ([0-9.]+) s, wired as before", said)[1])
        wait_for("the end of the pings", lambda: "rtt" in self.box.ok("cat /run/ping"), 30, 0.2)
        silence = longest_silence(self.box.ok("cat /run/ping"))
        print(f"spp-upgrade says {gap:.2f} s; no ping was answered for {silence:.2f} s")
        self.assertGreater(silence, 0.1)  # else the pings had ended before
        self.assertLess(abs(silence - gap), 1)  # the far ends plug the new TAPs in
        self.assertIn("nothing to do", self.upgrade())
        self.assertEqual(self.box.ok("ls /run/spp | grep -c 'upgrade[.]..' || :").strip(), "1")  # the lock

    def test_what_was_not_replaced_is_left_alone(self):
        before = self.pids()
        self.assertIn("nothing of what runs was replaced", self.upgrade())
        self.assertEqual(self.restarted(before), [])
        self.replace("spp_agent")
        self.assertIn("spp_agent: restarted", self.upgrade())
        self.assertEqual(self.restarted(before), ["spp_agent"])
        self.upgrade("--all")
        self.assertEqual(self.restarted(before), list(UNITS))
        self.wait_flow()

    def test_a_primary_that_does_not_come_back_is_named_at_once(self):
        self.box.ok("cp /etc/spp/primary.conf /root/; sed -i 's/_OPTIONS=/_OPTIONS=--colour /' /etc/spp/primary.conf")
        try:
            said = self.upgrade("--all", code=1)
            self.assertRegex(said, "error: spp_primary.service is failed .*colour")
            self.assertIn("The wiring as it was: /run/spp/upgrade.", said)
            self.assertRegex(self.upgrade("--all", code=2), "spp_primary.service is failed")
        finally:
            self.box.ok("cp /root/primary.conf /etc/spp/; systemctl reset-failed; rm -rf /run/spp/upgrade.*")

    def test_a_recorder_restarts_with_the_switch(self):
        self.box.ok("cat >/etc/spp/pcap-2.conf <<'END'\n"
                    f"SPP_PCAP_EAL=--lcores (0,6-7)@{CPU_OURS} {self.eal}\n"
                    "SPP_PCAP_OPTIONS=-c ring:1 --out-dir /var/tmp -s /run/spp/control.sock\nEND\n"
                    "systemctl daemon-reload; systemctl start spp_pcap-2")
        try:
            pid = self.box.ok("systemctl show -p MainPID --value spp_pcap-2")
            self.assertIn("spp_pcap-2 restarts with it", self.upgrade("--all"))
            self.assertEqual(self.box.ok("systemctl is-active spp_pcap-2").strip(), "active")
            self.assertNotEqual(self.box.ok("systemctl show -p MainPID --value spp_pcap-2"), pid)
        finally:
            self.box.ok("systemctl stop spp_pcap-2; rm /etc/spp/pcap-2.conf; systemctl daemon-reload")

    # -- what it refuses --------------------------------------------------------------------------

    def test_a_wiring_that_is_not_saved(self):
        self.start_all(SAVES_NOT)
        self.refused("vf1 does not save its wiring", "--all")
        self.assertRegex(self.upgrade("--all", "--lose-wiring", code=1), "vf1: .* is not wired as before")
        self.box.ok("sppctl apply /run/spp/upgrade.*/vf1.json --to vf1 && rm -rf /run/spp/upgrade.*")
        self.wait_flow()

    def test_one_that_was_started_by_hand(self):
        # With the drivers in the order in which the unit's spp_primary has found them.
        drivers = self.box.ok("sed -n 's/^BindReadOnlyPaths=-//p' "
                              "$(systemctl show -p FragmentPath --value spp_primary)").strip()
        self.box.ok(f"systemd-run --unit=by-hand --service-type=notify -p BindReadOnlyPaths={drivers} "
                    f"spp_vf --lcores '(0,2)@{CPU_OURS}' {self.eal} --proc-type=secondary -- --process-id 2 -s /run/spp/control.sock")
        try:
            self.refused("vf2 runs, but not by spp_vf-2.service", "--all")
        finally:
            self.box.ok("systemctl stop by-hand")

    def test_a_unit_that_is_not_well(self):
        self.box.ok("printf 'SPP_VF_OPTIONS=--colour\\n' >/etc/spp/vf-2.conf; systemctl daemon-reload; "
                    "systemctl start spp_vf-2 || :")
        try:
            self.refused("spp_vf-2.service is failed", "--all")
        finally:
            self.box.ok("rm /etc/spp/vf-2.conf; systemctl reset-failed; systemctl daemon-reload")

    def test_programs_of_two_versions_and_wrong_options(self):
        self.box.ok('f=$(command -v spp_vf); mv "$f" "$f.old"; printf "#!/bin/sh\\necho spp_vf 9.9.9\\n" >"$f"; '
                    'chmod +x "$f"')
        try:
            self.refused("of two versions", "--all")
        finally:
            self.box.ok('f=$(command -v spp_vf); mv "$f.old" "$f"')
        for options in (["--colour"], ["--deadline"], ["--deadline", "0"], ["--deadline", "soon"]):
            self.refused(re.escape(options[0]), *options)

    def test_a_switch_that_is_stopped_stays_so(self):
        self.box.ok("systemctl stop spp_primary")
        said = self.upgrade("--all")
        self.assertIn("spp_primary is stopped", said)
        self.assertEqual(self.box.run("systemctl is-active spp_primary")[0], 3)
