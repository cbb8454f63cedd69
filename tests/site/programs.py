# SPDX-License-Identifier: BSD-3-Clause
"""The programs that are tried: a spp_primary with two NICs, and a spp_vf for each, which forwards between its NIC and
its end; started, killed, started anew. All under names of their own: what runs on the host already is left alone.

    nic0 <-> spp_vf 1 <-> end 0          nic1 <-> spp_vf 2 <-> end 1, unless there is one NIC only
"""

import json
import os
import shutil
import signal
import subprocess

from controller import Controller, local_status
from proc import Proc, Timeout, wait_for

VF_CORES = (2, 3, 4, 5)  # workers of each spp_vf: two components, and two to move to
RINGS = 4
NAMES = ("spp_primary", "spp_vf")


def find(folder=None):
    """({name: path}, what is missing). folder: of a build; else that of this tree, else what is installed."""
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    folders = [folder] if folder else [os.path.join(here, os.environ.get("BUILD_DIR", "build")), None]
    for one in folders:
        paths = {name: os.path.join(one, name) if one else shutil.which(name) for name in NAMES}
        if all(path and os.access(path, os.X_OK) for path in paths.values()):
            return paths, []
    return {}, [f"spp_primary and spp_vf are not in {' nor in '.join(one or 'PATH' for one in folders)}: install the "
                "package spp-event, or build the tree (ninja -C build)"]


def component(core, kind, rx=(), tx=()):
    return {"command": "component", "core_id": str(core), "type": kind,
            **({} if kind == "none" else {"rx_ports": list(rx), "tx_ports": list(tx)})}


class Devices:
    """NICs by PCI address, or --vdevs in their place: the options that name them."""

    def __init__(self, nics=(), vdevs=()):
        self.count = len(nics) + len(vdevs)
        self.vf_eal = ["--no-pci"] if vdevs else []
        self.primary_eal = [*self.vf_eal, *(word for vdev in vdevs for word in ("--vdev", vdev))]
        self.vf = [] if vdevs else ["--nics", ",".join(nics)]
        self.primary = ["-p", hex((1 << len(vdevs)) - 1)] if vdevs else self.vf


class Programs:
    def __init__(self, paths, janitor, folder, devices, cpus, memory):
        """memory: for --socket-mem."""
        self.paths, self.janitor, self.folder, self.devices = paths, janitor, folder, devices
        self.vfs = range(1, devices.count + 1)
        self.cpus = {0: cpus[0], 1: cpus[-1], 2: cpus[-2] if len(cpus) > 2 else cpus[-1]}
        self.memory = memory
        self.prefix = f"site{os.getpid()}"
        janitor.add("prefix", self.prefix)
        os.makedirs(f"{folder}/run")
        self.env = {"SPP_RUN_DIR": f"{folder}/run"}
        self.controller = Controller()
        self.procs = {}   # by number; 0: the primary
        self.cores = {1: [2, 3], 2: [2, 3]}  # of NIC to end, and of end to NIC
        self.deadline = 60.0

    def socket(self, number):
        return f"{self.folder}/sock{number - 1}"

    def log(self, number):
        return f"{self.folder}/{'spp_primary' if number == 0 else f'spp_vf{number}'}.log"

    def start(self, number):
        """Until it answers and has connected to the controller."""
        cpu = self.cpus[number]
        lcores = f"1@{cpu}" if number == 0 else f"({','.join(map(str, (0, *VF_CORES)))})@{cpu}"
        argv = [self.paths[NAMES[number > 0]], "--lcores", lcores, "--file-prefix", self.prefix]
        argv += self._primary() if number == 0 else self._vf(number)
        proc = Proc(self.janitor, os.path.basename(self.log(number))[:-4], argv, self.log(number), cpu, self.env,
                    nice=0)  # beside what runs on this host
        self.procs[number] = proc
        proc.until(lambda: self.status(number), "an answer on its local socket", self.deadline)
        self.controller.wait(number, self.deadline)

    def _primary(self):
        return ["--proc-type=primary", "--socket-mem", self.memory, *self.devices.primary_eal, "--",
                *self.devices.primary, "-n", RINGS, "--max-vf", len(self.vfs), "-s", self.controller.address]

    def _vf(self, number):
        config = f"{self.folder}/vf{number}.json"
        with open(config, "w", encoding="utf-8") as f:
            json.dump({"vfs": [{"name": f"vf{number}", "num_vhost": 1, "num_ring": 2, "nic": number - 1,
                                "first_vhost": number - 1, "vhost_path": f"{self.folder}/sock%u"}]}, f)
        return ["--proc-type=secondary", *self.devices.vf_eal, "--", *self.devices.vf, "--process-id", number,
                "--config", config, "--state-dir", self.folder, "-s", self.controller.address]

    def status(self, number):
        name = "primary" if number == 0 else f"vf-{number}"
        return local_status(f"{self.folder}/run/{name}.sock")

    def request(self, number, *commands):
        reply = self.controller[number].request({"commands": [*commands, {"command": "flush"}]}, self.deadline)
        bad = [r["error_details"]["message"] for r in reply["results"] if r["result"] == "error"]
        if bad:
            raise AssertionError(f"spp_vf {number} refused its wiring: {bad[0]}")
        return reply["results"][-1]

    def ways(self, number):
        """(rx, tx) of its two components."""
        nic, vhost = f"nic{number - 1}", f"vhost{number - 1}"
        return (nic, vhost), (vhost, nic)

    def wire(self, number):
        self.request(number, *(component(core, "forward", [rx], [tx])
                               for core, (rx, tx) in zip(self.cores[number], self.ways(number))))

    def move(self, number, which):
        """One component to another core; the flush's reply."""
        old = self.cores[number][which]
        new = next(core for core in VF_CORES if core not in self.cores[number])
        # by turns through all cores, not to and fro between two
        new = next((core for core in VF_CORES if core > old and core not in self.cores[number]), new)
        rx, tx = self.ways(number)[which]
        done = self.request(number, component(old, "none"), component(new, "forward", [rx], [tx]))
        self.cores[number][which] = new
        return done

    def nics(self):
        return sorted(self.status(0)["nic"], key=lambda nic: nic["port"])

    def kill(self, number):
        self.procs[number].kill()

    def ended_alone(self, number):
        """Its exit code; it was to end by itself."""
        return self.procs[number].wait(self.deadline)

    def slot_is_whole(self):
        """Until the slot of one that died is in order again, with all that belongs to it."""
        def whole():
            free = [vf for vf in self.status(0)["vf"] if vf["state"] == "free"]
            assert free, "it is not free"
            for pool in (vf[pool] for vf in free for pool in ("mbufs", "vectors")):
                assert pool["missing"] == 0, pool
            return True
        wait_for("the dead one's slot to be in order, nothing missing", whole, self.deadline)

    def stop(self):
        """In order; {name: exit code}."""
        codes = {}
        for number in (*self.vfs, 0):
            if number in self.procs and self.procs[number].alive():
                codes[self.procs[number].name] = self.procs[number].stop(signal.SIGTERM)
        return codes

    def close(self):
        for proc in self.procs.values():
            try:
                proc.kill()
            except (Timeout, subprocess.TimeoutExpired):
                pass  # the janitor's then
        self.controller.close()
        self.janitor.undo("prefix", self.prefix)

    def tails(self):
        """What each said last."""
        return "\n".join(f"{proc.name}, {'runs' if proc.alive() else f'ended with {proc.popen.returncode}'}; "
                         f"it said last:\n{proc.tail(15)}" for proc in self.procs.values())
