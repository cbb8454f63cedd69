# SPDX-License-Identifier: BSD-3-Clause
"""What ./run shows: the founding document's scenario for two VMs, step by step, on real packets.

Uses the functional tests' parts, with spp_agent and sppctl as the controller; called by ./run,
which has built the programs.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True

import scenario  # noqa: E402
from bench import TREE, Bench, program  # noqa: E402
from janitor import Janitor, reserve_hugepages  # noqa: E402
from net import transfer  # noqa: E402
from proc import wait_for  # noqa: E402

HUGEPAGES_MB = 1280
MONITOR_PORT = 10555
MB = 1 << 20


class Screen:
    """Steps, and what belongs to them; colours only on a terminal."""

    def __init__(self):
        self.color = sys.stdout.isatty()
        self.number = 0

    def paint(self, code, text):
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def step(self, text):
        self.number += 1
        print(f"\n{self.paint('1', f'{self.number}. {text}')}", flush=True)

    def line(self, text):
        print(f"   {text}", flush=True)

    def faint(self, text):
        self.line(self.paint("2", text))

    def good(self, text):
        self.line(f"{self.paint('32', '✓')} {text}")


def shown(proc):
    """A command line as one would type it."""
    return " ".join(os.path.relpath(a, TREE) if a.startswith(TREE) else a for a in proc.argv)


class Demo:
    def __init__(self, b, screen):
        self.b = b
        self.screen = screen
        self.env = {**os.environ, **b.env, "LC_ALL": "C.UTF-8"}  # as this page is
        self.vms = []
        self.page = None  # address of the live page

    def sppctl(self, *args):
        return [program("sppctl"), "--socket", self.b.path("run/agent.sock"), *args]

    def start_programs(self):
        b, screen = self.b, self.screen
        address = b.path("run/control.sock")
        sock = b.path("run/agent.sock")
        screen.step("The controller: spp_agent")
        agent = b.start("spp_agent", [program("spp_agent"), "--listen", address, "--socket", sock])
        agent.until(lambda: os.path.exists(sock), "its socket")
        screen.faint(shown(agent))

        screen.step("spp_primary: memory, the NIC (a TAP towards namespace \"wire\"), four rings")
        wire = b.wire(0)
        primary = b.primary(args=["-s", address])
        screen.faint(shown(primary))

        screen.step("spp_vf: one per NIC; two vhost-user sockets")
        vf = b.vf(1, args=["-s", address])
        screen.faint(shown(vf))
        wait_for("both to report to the agent", lambda: {"primary", "vf1"} <= set(
            subprocess.run(self.sppctl("ls"), env=self.env, text=True, check=False,
                           stdout=subprocess.PIPE).stdout.split()))

        self.page = self.monitor()
        screen.good(f"a live page of all this: {self.page} (metrics: {self.page}metrics)")

        screen.step("Two VMs (dpdk-testpmd and a TAP, each in a namespace of its own)")
        self.vms = [scenario.vm(b, index) for index in (0, 1)]
        for index, vm in enumerate(self.vms):
            vm.start()
            screen.good(f"{vm.name}: {vm.address}, {vm.mac}, on vhost{index}")

    def monitor(self):
        """Start spp_monitor; the address of its page. Its usual port may be somebody's."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", MONITOR_PORT))
                port = MONITOR_PORT
            except OSError:
                port = 0
        monitor = self.b.start("spp_monitor", [program("spp_monitor"), "--listen",
                                               f"127.0.0.1:{port}"])
        monitor.until(lambda: "ready: " in monitor.text(), "its address")
        return re.search(r"ready: (\S+)", monitor.text()).group(1)

    def ctl(self, *words):
        """sppctl, shown as one would type it, with what it prints."""
        self.screen.line(f"{self.screen.paint('36', '$')} sppctl {' '.join(words)}")
        done = subprocess.run(self.sppctl(*words), env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=20, check=False)
        if done.returncode != 0:
            raise AssertionError(f"sppctl {' '.join(words)}: {done.stdout}")
        for line in done.stdout.splitlines():
            self.screen.line(f"  {line}")

    def plug(self):
        for index, vm in enumerate(self.vms):
            self.screen.step(f"{vm.name} is connected: free cores, rings and a table entry")
            self.ctl("plug", f"vhost{index}", vm.mac)

    def traffic(self):
        wire = self.b.wires[0]
        self.screen.step("Ping from the wire to both VMs")
        for vm in self.vms:
            wire.ns.wait_ping(vm.address)
            sent, received = wire.ns.ping(vm.address, 100)
            if sent != received:
                raise AssertionError(f"{sent - received} of {sent} pings lost")
            self.screen.good(f"{vm.name} {vm.address}: {received} of {sent} answered")
        self.screen.step("A file of 100 MB by TCP, both ways")
        for vm in self.vms:
            for sender, receiver, address, arrow in (
                    (wire.ns, vm.ns, vm.address, f"wire → {vm.name}"),
                    (vm.ns, wire.ns, wire.address, f"{vm.name} → wire")):
                start = time.monotonic()
                sent, received = transfer(sender, receiver, address, 100 * MB)
                if sent != received:
                    raise AssertionError(f"{arrow}: checksums differ: {sent} {received}")
                speed = 800 / (time.monotonic() - start)
                self.screen.good(f"{arrow}: {speed:5.0f} Mbit/s, sha256 equal ({sent[:16]}…)")

    def topo(self):
        self.screen.step("The patch panel, with packets a second on the wires")
        for vm in self.vms:
            self.b.start(f"ping-{vm.name}", ["ping", "-q", "-i", "0.002", vm.address],
                         netns=self.b.wires[0].ns.name)
        self.ctl("topo")

    def top(self, seconds):
        end = f"for {seconds} s" if seconds is not None else "until q or Ctrl-C"
        self.screen.step(f"Live, {end}, with pings in the background: sppctl top")
        self.screen.faint(f"in a browser: {self.page}")
        self.screen.faint(f"in another terminal: SPP_RUN_DIR={self.b.run_dir} "
                          f"{os.path.relpath(program('sppctl'), TREE)} status vf1\n")
        argv = self.sppctl("top")
        if seconds is not None:
            argv += ["--seconds", str(seconds)]
        with subprocess.Popen(argv, env=self.env) as top:
            try:
                code = top.wait()
            except BaseException:
                top.terminate()
                raise
        if code != 0:
            raise AssertionError(f"sppctl top: exit code {code}")


def play(b, screen, seconds):
    demo = Demo(b, screen)
    print(screen.paint("1", "spp-event: the founding document's scenario on this machine"))
    demo.start_programs()
    demo.plug()
    demo.traffic()
    demo.topo()
    try:
        demo.top(seconds)
    except KeyboardInterrupt:
        print()
    screen.step("The end: VMs first, then spp_vf, then spp_primary")
    codes = b.stop()
    if any(codes.values()):
        raise AssertionError(f"exit codes {codes}")


def main():
    parser = argparse.ArgumentParser(
        prog="./run", description="Build, then show the founding document's scenario for two VMs: "
        "spp_primary, spp_vf, spp_agent and real packets; as root.")
    parser.add_argument("--seconds", type=int, metavar="N",
                        help="show the live table for N seconds, not until Ctrl-C")
    args = parser.parse_args()

    def stop(number, frame):
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    janitor = Janitor()
    b = None
    try:
        reserve_hugepages(janitor, HUGEPAGES_MB)
        b = Bench(janitor)
        screen = Screen()
        play(b, screen, args.seconds)
        b.close()
        b = None
        screen.good("nothing is left: no process, namespace, hugepage file or socket")
        return 0
    except KeyboardInterrupt:
        print("\ninterrupted, cleaning up")
        return 130
    except Exception as e:  # shown with what the programs said, whatever it was
        print(f"\nfailed: {e}\n{b.dump() if b else ''}", file=sys.stderr)
        return 1
    finally:
        if b is not None:
            b.close()
        janitor.close()


if __name__ == "__main__":
    sys.exit(main())
