# SPDX-License-Identifier: BSD-3-Clause
"""spp_primary dies: its VFs say so and end, and by their units all comes back without a hand."""

import contextlib
import glob
import os
import signal
import threading
import time

import scenario
import status
from bench import BUILD, lcores
from guest import TestpmdGuest
from net import link_exists
from proc import run, wait_for
from spplib import FLUSH, SppTest, commands, component, table
from supervisor import Unit

ENDED_S = 2.0  # seconds until a VF has ended without its primary
BACK_S = 6.0   # until packets flow again: RestartSec=1, and three programs that start


class PrimaryDeath(SppTest):
    """A TAP as NIC and a guest that serves its socket: both outlive our programs' death."""

    def install(self):
        root = self.b.path("root")
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", root)
        conf = f"{root}/etc/spp"
        os.makedirs(conf, exist_ok=True)
        for number in (1, 2):
            with open(f"{conf}/vf-{number}.conf", "w", encoding="utf-8") as f:
                f.write("SPP_START=yes\n")
        late = self.b.path("late")
        os.makedirs(late)
        run(glob.glob(f"{root}/**/spp-generator", recursive=True)[0], late, late, late, root)
        units = os.path.dirname(glob.glob(f"{root}/**/spp_primary.service", recursive=True)[0])
        return root, units, late

    def units(self):
        b = self.b
        root, installed, late = self.install()
        where = f"--no-pci --file-prefix {b.prefix}"
        speak = f"-s {b.controller.address}"
        own = {"SPP_STATE_DIR": b.path("state")}
        self.primary = Unit(b, root, f"{installed}/spp_primary.service", {
            "SPP_PRIMARY_EAL": f"--lcores {lcores([1])} {where} --socket-mem 512 "
                               f"--vdev net_tap0,iface={b.wires[0].tap} --vdev net_null0",
            "SPP_PRIMARY_OPTIONS": f"-p 3 -n 8 {speak}"})
        self.vfs = [Unit(b, root, f"{late}/spp_vf-{n}.service", {
            **own, "SPP_VF_EAL": f"--lcores {lcores(ids)} {where}",
            "SPP_VF_OPTIONS": f"--config {b.vf_config(n, first_vhost=2 * (n - 1))} --vhost-client "
                              f"{speak}"}) for n, ids in ((1, range(0, 8)), (2, [14, 15, 16]))]

    def cable(self):
        """The NIC's TAP goes with its process; who made the bridge plugs the next one in."""
        def body():
            while not self.unplugged.wait(0.02):
                tap = self.b.wires[0].tap
                if link_exists(tap) and not os.path.exists(f"/sys/class/net/{tap}/master"):
                    with contextlib.suppress(AssertionError, OSError):  # gone meanwhile: again
                        self.b.wires[0].plug()
        self.unplugged = threading.Event()
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 5)
        self.addCleanup(self.unplugged.set)

    def left(self):
        """Files under the names of this bench."""
        b = self.b
        return (len(glob.glob(f"/dev/hugepages/{b.prefix}map_*")),
                sorted(os.listdir(b.run_dir)),
                len(glob.glob(f"/var/run/dpdk/{b.prefix}/*")))

    def flows(self, deadline):
        self.b.wires[0].ns.wait_ping(self.vm.address, deadline)

    def test_vfs_say_so_and_end_and_traffic_is_back_without_a_hand(self):
        b = self.b
        b.start_controller()
        b.wire(0)
        self.units()
        self.cable()
        self.vm = scenario.vm(b, 0, TestpmdGuest, listen=True)
        self.vm.start(wait=False)
        for unit in (self.primary, *self.vfs):
            unit.start()
        self.vm.wait_ready()
        for number in (1, 2):
            b.controller.wait(number, 20)
        self.send_ok(b.controller[1], commands(
            component(2, "classifier", ["nic0"], ["ring0"]),
            component(3, "forward", ["ring0"], ["vhost0"]),
            component(4, "forward", ["vhost0"], ["nic0"]),
            table("default", "ring0"), FLUSH))
        self.send_ok(b.controller[2], commands(
            component(15, "forward", ["nic1"], ["ring4"]),
            component(16, "forward", ["ring4"], ["nic1"]), FLUSH))
        self.flows(10)
        wait_for("both wirings to be saved", lambda: all(
            b.vf_status(n)["state_file"]["saved"] for n in (1, 2)))
        for number in (signal.SIGKILL, signal.SIGSEGV):
            self.die(number)
        for unit in (*self.vfs, self.primary):
            self.assertEqual(unit.proc.stop(signal.SIGTERM), 0)
        self.assertEqual(glob.glob(f"/dev/hugepages/{b.prefix}map_*"), [])

    def die(self, number):
        b = self.b
        before, primary = self.left(), self.primary.proc
        vfs = [unit.proc for unit in self.vfs]
        os.kill(primary.pid, number)
        died = time.monotonic()
        for vf in vfs:
            self.assertEqual(vf.popen.wait(20), 1, "an end that is started again")
            self.assertIn(f"spp_primary (pid {primary.pid}) is gone: ending", vf.text())
            self.assertIn("error: ended without spp_primary", vf.text())
        self.in_time("the end of the VFs", time.monotonic() - died, ENDED_S)
        self.flows(20)
        self.in_time("until a packet came through", time.monotonic() - died, BACK_S)
        wait_for("both VFs with their wiring", lambda: [
            len(status.wiring(b.vf_status(n))) for n in (1, 2)] == [3, 2])
        rx = status.port(b.vf_status(2), "nic1")["rx_packets"]
        wait_for("the other VF to forward",
                 lambda: status.port(b.vf_status(2), "nic1")["rx_packets"] > rx + 1000)
        self.assertEqual(self.left(), before, "no file of the dead is left")
        self.assertEqual(status.missing(b.primary_status()), {})
