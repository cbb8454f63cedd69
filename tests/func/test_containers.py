# SPDX-License-Identifier: BSD-3-Clause
"""spp_primary and spp_vf in PID namespaces of their own, as containers have them."""

import signal
import subprocess

import status
from proc import wait_for
from spplib import FLUSH, SppTest, commands, component
from vhost_frontend import Frontend

UNSHARE = ["unshare", "-p", "-f", "--mount-proc", "--kill-child"]
FOR_EVER = ["sleep", "infinity"]


class Containers(SppTest):
    def child(self, proc):
        def first():
            with open(f"/proc/{proc.pid}/task/{proc.pid}/children", encoding="ascii") as f:
                return int((f.read().split() or ["0"])[0])
        return wait_for("the program", first)

    def inside(self, start, how=UNSHARE):
        """What start() starts, in a PID namespace below ours: (who waits for it, its number here)."""
        plain = self.b.start

        def within(name, argv, *more, **named):
            return plain(name, [*how, *argv], *more, **named)
        self.b.start = within
        try:
            proc = start()
        finally:
            self.b.start = plain
        return proc, self.child(proc)

    def vf(self, number, how=UNSHARE):
        return self.inside(lambda: self.b.vf(number, config=False, ids=[0, 2 * number],
                                             args=["--idle-us", "200"]), how)

    def slot(self, number):
        return status.slot(self.b.primary_status(), number)

    def wire(self, number):
        self.send_ok(self.b.controller[number], commands(
            component(2 * number, "forward", [f"nic{number - 1}"], [f"nic{number - 1}"]), FLUSH))
        self.forwards(number)

    def forwards(self, number):
        before = status.port(self.b.vf_status(number), f"nic{number - 1}")["rx_packets"]
        wait_for("packets", lambda: status.port(
            self.b.vf_status(number), f"nic{number - 1}")["rx_packets"] > before + 1000)

    def test_a_vf_below_is_watched_as_any(self):
        """Each is number 1 where it runs; the machine's number 1 is another process."""
        b = self.b
        b.start_controller()
        b.primary(["net_null0", "net_null1"])
        one, pid_one = self.vf(1)
        two, pid_two = self.vf(2)
        self.assertEqual((self.slot(1)["pid"], self.slot(2)["pid"]), (pid_one, pid_two))
        self.wire(1)
        self.wire(2)
        one.expected_end = True
        subprocess.run(["kill", "-KILL", str(pid_one)], check=True)
        wait_for("the slot", lambda: self.slot(1) is None, 2)
        b.primary_proc.wait_log(rf"vf 1 \(pid {pid_one}\) has died; slot 0 put in order", 1)
        self.assertEqual(status.missing(b.primary_status()), {})
        self.forwards(2)
        self.vf(1)
        self.wire(1)
        two.expected_end = True
        subprocess.run(["kill", "-TERM", str(pid_two)], check=True)
        self.assertEqual(two.wait(), 0)
        wait_for("the other slot", lambda: self.slot(2) is None, 2)
        b.primary_proc.wait_log(rf"vf 2 \(pid {pid_two}\) has ended", 1)

    def test_a_guest_gets_on_in_each(self):
        """DPDK has another number for the second process that is number 1, the kernel has not."""
        b = self.b
        b.start_controller()
        b.primary(["net_null0", "net_null1"])
        for number in (1, 2):
            vhost = f"vhost{number - 1}"
            config = b.vf_config(number, num_vhost=1, first_vhost=number - 1)
            self.inside(lambda n=number, c=config: b.vf(n, config=c, ids=[0, 2 * n]))
            self.send_ok(b.controller[number],
                         commands(component(2 * number, "forward", [vhost], [vhost]), FLUSH))
            guest = Frontend(b.sock(number - 1))
            self.addCleanup(guest.close)
            wait_for("the guest", lambda n=number, v=vhost: any(
                p["link"] for p in b.vf_status(n)["port"] if p["port"] == v))

    def test_both_below_and_the_primary_s_end_is_noticed(self):
        b = self.b
        b.start_controller()
        pod = self.child(b.start("pod", [*UNSHARE, *FOR_EVER]))
        how = ["nsenter", "-t", str(pod), "-p", "-m"]
        _, pid = self.inside(lambda: b.primary(["net_null0"]), how)
        vf, _ = self.vf(1, how)
        self.wire(1)
        b.primary_proc.expected_end = True
        subprocess.run(["kill", "-KILL", str(pid)], check=True)
        self.assertEqual(vf.wait(5), 1)
        self.assertIn("is gone: ending", vf.text())

    def test_a_vf_that_the_primary_cannot_see_is_refused_by_name(self):
        b = self.b
        self.inside(lambda: b.primary(["net_null0"]))
        vf = b.vf(1, config=False, ids=[0, 2], wait=False)
        self.assertEqual(vf.wait(15), 1)
        self.assertIn("is in a PID namespace that spp_primary cannot see", vf.text())
        info = b.primary_status()["vf"][0]
        self.assertEqual((info["state"], info["sessions"]), ("free", 0))
        b.primary_proc.send_signal(signal.SIGKILL)
        b.primary_proc.wait()
