# SPDX-License-Identifier: BSD-3-Clause
"""A bench: one spp_primary, its spp_vf, controller, wires and guests, under names of their own.

Everything a bench makes is private to it (file prefix, directory, sockets, namespaces, links), so
that nothing else on the machine is disturbed; the janitor takes it away however the run ends.
The command lines are the founding document's, its CPUs mapped onto one CPU with --lcores.
"""

import itertools
import json
import os
import shutil
import signal
import socket

from controller import Controller, local_status
from net import Namespace, Wire
from proc import CPU_OURS, CPU_TOOLS, NOT_YET, Proc

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TREE, os.environ.get("BUILD_DIR", "build"))
NUMBERS = itertools.count()
FOUNDING_WORKERS = range(2, 14)  # -c 0x3ffd: lcores 0 (main) and 2 to 13


def program(name, build=BUILD):
    path = os.path.join(build, name)
    if not os.access(path, os.X_OK):
        raise AssertionError(f"{path} does not exist: build it first (ninja -C {build})")
    return path


def lcores(ids, elsewhere=()):
    """EAL's --lcores for these ids: on the CPU of the programs under test, or on the tools'."""
    return ",".join(f"{i}@{CPU_TOOLS if i in elsewhere else CPU_OURS}" for i in ids)


def bench_tag(pid, number):
    """What all names of a bench begin with: short, since an interface's may have 15 characters."""
    return f"s{pid:x}{number:x}"[-8:]


def message(name):
    """A message of config/messages, parsed."""
    with open(os.path.join(TREE, "config", "messages", name + ".json"), encoding="utf-8") as f:
        return json.load(f)


class Bench:
    def __init__(self, janitor, dispatch=None, build=BUILD):
        self.janitor = janitor
        self.build = build
        self.dispatch = dispatch or os.environ.get("SPP_TEST_DISPATCH")
        self.tag = bench_tag(os.getpid(), next(NUMBERS))
        self.dir = f"/tmp/spp-{self.tag}"
        janitor.add("dir", self.dir)
        os.makedirs(self.run_dir)
        self.env = {"SPP_RUN_DIR": self.run_dir}
        self.procs = []
        self.wires = []
        self.namespaces = []
        self.closers = []
        self.prefixes = []
        self.controller = None
        self.primary_proc = None
        self.vfs = {}
        self.log_numbers = itertools.count()
        self.prefix = self.new_prefix("p")

    @property
    def run_dir(self):
        return f"{self.dir}/run"

    # -- names ------------------------------------------------------------------------------

    def new_prefix(self, what):
        prefix = f"{self.tag}{what}"
        self.janitor.add("prefix", prefix)
        self.prefixes.append(prefix)
        return prefix

    def path(self, name):
        return f"{self.dir}/{name}"

    def sock(self, index):
        """Socket of a vhost."""
        return f"{self.dir}/sock{index}"

    def primary_socket(self):
        return f"{self.run_dir}/primary.sock"

    def vf_socket(self, number):
        return f"{self.run_dir}/vf-{number}.sock"

    # -- parts ------------------------------------------------------------------------------

    def start(self, name, argv, cpu=CPU_TOOLS, netns=None, stdin=False, env=None):
        log = self.path(f"{next(self.log_numbers):02d}-{name}.log")
        proc = Proc(self.janitor, name, argv, log, cpu, {**self.env, **(env or {})}, netns, stdin)
        self.procs.append(proc)
        return proc

    def namespace(self, name):
        ns = Namespace(self.janitor, f"{self.tag}-{name}")
        self.namespaces.append(ns)
        return ns

    def wire(self, number=0, subnet=None):
        """The far end of a NIC: address .1 of the subnet."""
        subnet = subnet or f"10.{60 + number}.0"
        wire = Wire(self.janitor, self.tag, number, f"{subnet}.1/24", f"02:00:00:00:ff:{number:02x}")
        self.wires.append(wire)
        return wire

    def start_controller(self):
        self.controller = Controller()
        return self.controller

    def eal(self, ids, *more, elsewhere=()):
        return ["--lcores", lcores(ids, elsewhere), "--no-pci", "--file-prefix", self.prefix, *more]

    def primary(self, vdevs=(), rings=4, mem=512, ids=(1,), portmask=None, args=(), wait=True,
                eal=(), elsewhere=(), slots=None):
        """Start spp_primary with the wires' TAPs as its first NICs, then the given vdevs.

        slots: None: one per NIC, if --max-vf is not in args; 0: what spp_primary takes by default.
        """
        taps = [f"net_tap{i},iface={w.tap}" for i, w in enumerate(self.wires)]
        devices = taps + list(vdevs)
        if portmask is None:
            portmask = hex((1 << len(devices)) - 1)
        argv = [program("spp_primary", self.build),
                *self.eal(ids, "--socket-mem", str(mem), *eal, elsewhere=elsewhere)]
        for device in devices:
            argv += ["--vdev", device]
        argv += ["--", "-p", portmask, "-n", rings]
        if slots is None and "--max-vf" not in args:
            slots = min(16, bin(int(str(portmask), 16)).count("1"))
        if slots:
            argv += ["--max-vf", slots]
        if self.controller is not None:
            argv += ["-s", self.controller.address]
        self.primary_proc = self.start("spp_primary", [*argv, *args], cpu=CPU_OURS)
        if wait:
            self.primary_proc.until(lambda: local_status(self.primary_socket()),
                                    "an answer of spp_primary on its local socket")
            for wire in self.wires:
                wire.plug()
            if self.controller is not None:
                self.controller.wait(0)
        return self.primary_proc

    def vf_config(self, number=1, num_vhost=2, num_ring=None, **members):
        entry = {"name": f"vf{number}", "num_vhost": num_vhost,
                 "num_ring": 2 * num_vhost if num_ring is None else num_ring,
                 "vhost_path": f"{self.dir}/sock%u", **members}
        path = self.path(f"vf{number}.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"vfs": [entry]}, f)
        return path

    def vf(self, number=1, config=None, ids=None, args=(), wait=True, eal=(), elsewhere=(),
           controller=None, name="spp_vf"):
        """Start spp_vf (or, by its name, spp_mirror) number N. config: path, or False for none.

        ids: its lcores, main first; those in elsewhere share a CPU with the tools, not with ours.
        controller: if it is not the bench's.
        """
        controller = controller or self.controller
        ids = ids or [0, *FOUNDING_WORKERS]
        if config is None:
            config = self.vf_config(number, first_vhost=2 * (number - 1))
        argv = [program(name, self.build),
                *self.eal(ids, "--proc-type=secondary", *eal, elsewhere=elsewhere), "--",
                "--process-id", number]
        if config:
            argv += ["--config", config]
        if self.dispatch:
            argv += ["--dispatch", self.dispatch]
        if controller is not None:
            argv += ["-s", controller.address]
        proc = self.start(f"{name}{number}", [*argv, *args], cpu=CPU_OURS)
        self.vfs[number] = proc
        if wait:
            proc.until(lambda: self.vf_status(number)["process"] == number,
                       f"an answer of {name} {number} on its local socket")
            if controller is not None:
                controller.wait(number)
        return proc

    def vf_status(self, number=1):
        return local_status(self.vf_socket(number))

    def primary_status(self):
        return local_status(self.primary_socket())

    def telemetry(self, command):
        """What the primary answers by DPDK's telemetry; ConnectionError when it does not."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.settimeout(5)
            s.connect(f"/var/run/dpdk/{self.prefix}/dpdk_telemetry.v2")
            s.recv(16384)
            s.send(command.encode())
            answer = s.recv(65536)
        if not answer:
            raise ConnectionError(f"{command}: no answer")
        return json.loads(answer)[command.split(",")[0]]

    # -- end --------------------------------------------------------------------------------

    def forget(self, proc):
        """A process that has ended, with its log and what DPDK left of it if it was a primary."""
        self.procs.remove(proc)
        os.unlink(proc.log)
        prefix = proc.argv[proc.argv.index("--file-prefix") + 1]
        if prefix != self.prefix:
            self.prefixes.remove(prefix)
            self.janitor.undo("prefix", prefix)

    def unexpected_ends(self):
        return [f"{p.name} (pid {p.pid}) ended by itself with {p.popen.returncode}"
                for p in self.procs if not p.expected_end and not p.alive()]

    def stop(self):
        """Orderly: guests and tools first, then the VFs, then the primary. Exit codes of ours."""
        ours = [*self.vfs.values()] + ([self.primary_proc] if self.primary_proc else [])
        codes = {}
        for proc in [p for p in reversed(self.procs) if p not in ours]:
            proc.kill()
        for proc in ours:
            if not proc.expected_end:
                codes[proc.name] = proc.stop(signal.SIGTERM)
        return codes

    def dump(self, lines=25):
        """For a failure: what every program said last, and both statuses."""
        parts = []
        for proc in self.procs:
            state = "running" if proc.alive() else f"ended with {proc.popen.returncode}"
            parts.append(f"  {proc.name} (pid {proc.pid}), {state}; last lines:\n"
                         f"{proc.tail(lines)}")
        paths = [self.primary_socket()] + [self.vf_socket(n) for n in self.vfs]
        for path in paths:
            try:
                info = json.dumps(local_status(path, deadline=2))
            except NOT_YET as e:
                info = f"none ({e})"
            parts.append(f"  status of {os.path.basename(path)}: {info[:6000]}")
        return "\n".join(parts)

    def close(self):
        for closer in reversed(self.closers):
            closer()
        for proc in reversed(self.procs):
            if os.environ.get("SPP_TEST_END_IN_ORDER"):
                proc.end()
            proc.kill()
        if self.controller is not None:
            self.controller.close()
        for wire in self.wires:
            wire.remove()
        for ns in self.namespaces:
            ns.remove()
        for prefix in self.prefixes:
            self.janitor.undo("prefix", prefix)
        if os.environ.get("SPP_TEST_KEEP_LOGS"):
            shutil.copytree(self.dir, os.path.join(os.environ["SPP_TEST_KEEP_LOGS"], self.tag),
                            ignore=lambda d, names: [n for n in names if not n.endswith(".log")],
                            dirs_exist_ok=True)
        self.janitor.undo("dir", self.dir)
