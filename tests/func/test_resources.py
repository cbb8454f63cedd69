# SPDX-License-Identifier: BSD-3-Clause
"""What the programs do when something is used up: hugepages, descriptors, the disk of the state."""

import glob
import json
import os
import resource
import signal
import socket

import status
from bench import program
from controller import local_status
from proc import run, wait_for
from spplib import FLUSH, SppTest, commands, component, table
from vhost_frontend import Frontend

WIRING = [component(2, "forward", ["nic0"], ["vhost0"]),
          component(3, "forward", ["vhost0"], ["nic0"])]
# Something to change beside it.
CLASSIFIER = [component(4, "classifier", ["ring2"], ["ring3"]), table("default", "ring3")]


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


class Hugepages(SppTest):
    def test_without_hugepages_the_primary_says_so_and_leaves_nothing(self):
        b = self.b
        primary = b.primary(["net_null0"], mem=1 << 22, wait=False)
        self.assertEqual(primary.wait(30), 1)
        self.assertRegex(primary.text(), "(?m)^spp_primary: error: the EAL does not start")
        self.assertEqual(glob.glob(f"/dev/hugepages/{b.prefix}map_*"), [])
        b.primary(["net_null0"], mem=256)
        self.assertEqual(b.primary_proc.stop(signal.SIGTERM), 0)

    def test_too_few_of_them_are_named_and_given_back(self):
        """Enough for the EAL, not for all slots."""
        b = self.b
        primary = b.primary(["net_null0"], mem=100, wait=False)
        self.assertEqual(primary.wait(30), 1)
        self.assertRegex(primary.text(), "(?m)^spp_primary: error: the memory is too little .* --socket-mem \\d+ at least")
        self.assertEqual(glob.glob(f"/dev/hugepages/{b.prefix}map_*"), [])


class Descriptors(SppTest):
    """A limit on descriptors that is reached while they run, and lifted again."""

    def start(self):
        b = self.b
        b.start_controller()
        b.primary(["net_null0"], rings=8, args=["--max-vf", "2"])
        b.vf(1)
        self.send_ok(b.controller[1], commands(*WIRING, FLUSH))

    def use_up(self, proc):
        """No descriptor more for the process; the limit it had."""
        taken = max(int(fd) for fd in os.listdir(f"/proc/{proc.pid}/fd")) + 1
        before = resource.prlimit(proc.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(proc.pid, resource.RLIMIT_NOFILE, (taken, before[1]))
        # those below that are free
        while len(os.listdir(f"/proc/{proc.pid}/fd")) < taken and taken > 3:
            taken -= 1
            resource.prlimit(proc.pid, resource.RLIMIT_NOFILE, (taken, before[1]))
        return before

    def forwards(self):
        rx = status.port(self.b.controller[1].request(
            commands({"command": "status"}))["info"], "nic0")["rx_packets"]
        wait_for("packets", lambda: status.port(self.b.controller[1].request(
            commands({"command": "status"}))["info"], "nic0")["rx_packets"] > rx + 1000)

    def test_a_vf_refuses_guests_and_clients_and_goes_on(self):
        self.start()
        b, vf = self.b, self.b.vfs[1]
        before = self.use_up(vf)
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.connect(b.vf_socket(1))
            used = cpu_seconds(vf.pid)
            with self.assertRaises((AssertionError, OSError)):
                Frontend(b.sock(0), deadline=1.0)
            self.forwards()
            self.send_ok(b.controller[1], commands(*CLASSIFIER, FLUSH))
            resource.prlimit(vf.pid, resource.RLIMIT_NOFILE, before)
            self.assertLess(cpu_seconds(vf.pid) - used, 30, "seconds of CPU")
        self.assertEqual(wait_for("an answer", lambda: b.vf_status())["process"], 1)
        guest = Frontend(b.sock(0))
        wait_for("the guest", lambda: next(p for p in b.vf_status()["port"]
                                           if p["port"] == "vhost0")["link"])
        guest.close()
        self.assertEqual(vf.stop(signal.SIGTERM), 0)

    def test_the_primary_refuses_a_vf_and_those_that_run_go_on(self):
        self.start()
        b, primary = self.b, self.b.primary_proc
        before = self.use_up(primary)
        vf = b.vf(2, ids=[0, 14, 15], wait=False)
        self.assertEqual(vf.wait(20), 1)
        self.assertRegex(vf.text(), "(?m)^spp_vf2: error: ")
        self.forwards()
        resource.prlimit(primary.pid, resource.RLIMIT_NOFILE, before)
        b.vf(2, ids=[0, 14, 15])
        for number in (1, 2):
            self.assertEqual(b.vfs[number].stop(signal.SIGTERM), 0)
        wait_for("the slots", lambda: not any(v["process"] for v in b.primary_status()["vf"]))
        self.assertEqual(status.missing(b.primary_status()), {})

    def test_a_start_with_too_few_is_refused_with_a_message(self):
        b = self.b
        b.primary(["net_null0"])
        for limit in (12, 24, 40):
            vf = b.start("spp_vf1", ["prlimit", f"--nofile={limit}", program("spp_vf"),
                                     *b.eal([0, 2]), "--proc-type=secondary", "--",
                                     "--process-id", 1, "--config", b.vf_config(1)])
            self.assertEqual(vf.wait(20), 1, limit)
            self.assertRegex(vf.text(), "(?m)^spp_vf1: error: ", limit)
        b.vf(1)
        self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
        self.assertEqual(status.missing(b.primary_status()), {})


class Disk(SppTest):
    def test_a_full_disk_keeps_the_old_file_and_the_next_flush_writes_again(self):
        b = self.b
        where = b.path("state")
        os.mkdir(where)
        b.janitor.add("umount", where)
        run("mount", "-t", "tmpfs", "-o", "size=64k", "none", where)
        b.closers.append(lambda: b.janitor.undo("umount", where))
        b.env["SPP_STATE_DIR"] = where
        b.start_controller()
        b.primary(["net_null0"])
        b.vf(1)
        self.send_ok(b.controller[1], commands(*WIRING, FLUSH))
        wait_for("the wiring to be saved", lambda: b.vf_status()["state_file"]["saved"])
        with open(f"{where}/vf-1.json", encoding="utf-8") as f:
            saved = f.read()
        with open(f"{where}/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError:
                pass
        self.send_ok(b.controller[1], commands(*CLASSIFIER, FLUSH))
        state = wait_for("the error", lambda: next(
            s for s in [b.vf_status()["state_file"]] if s.get("error")))
        self.assertFalse(state["saved"])
        self.assertIn("No space left", state["error"])
        b.vfs[1].wait_log("No space left.*the wiring runs on, and is not saved")
        with open(f"{where}/vf-1.json", encoding="utf-8") as f:
            self.assertEqual(f.read(), saved, "the file is the old one, whole")
        self.assertEqual(sorted(os.listdir(where)), ["filler", "vf-1.json"])
        os.unlink(f"{where}/filler")
        self.send_ok(b.controller[1], commands(table("default", "unuse"),
                                               table("00:11:22:33:44:55", "ring3"), FLUSH))
        wait_for("the wiring to be saved", lambda: b.vf_status()["state_file"]["saved"])
        b.vfs[1].wait_log("the wiring is saved again")
        with open(f"{where}/vf-1.json", encoding="utf-8") as f:
            self.assertIn("00:11:22:33:44:55", json.dumps(json.load(f)))
        self.assertEqual(b.vfs[1].stop(signal.SIGTERM), 0)
        self.assertEqual(local_status(b.primary_socket())["process"], 0)
