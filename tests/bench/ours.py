# SPDX-License-Identifier: BSD-3-Clause
"""spp_primary and spp_vf on a path: all of it on the CPU of ours."""

import collections

import nic
import status
from system import System

MEMORY = 512


class Ours(System):
    primary_args, vf_args = (), ()

    @property
    def name(self):
        return f"spp {self.dispatch}"

    def start(self):
        b, path = self.b, self.path
        b.start_controller()
        self.nics = [nic.Nic(b, n) for n in range(path.nics)]
        self.sources = self.nics[:1]
        driver = ["-d", nic.DRIVER]
        b.primary([n.vdev for n in self.nics], rings=path.rings, mem=MEMORY, eal=driver,
                  args=["--max-vf", "2" if path.second else "1", *self.primary_args],
                  elsewhere=(1,) if path.scheduler_apart else ())
        # what a configuration file names could not be shared
        b.vf(1, config=False if path.second else b.vf_config(
            1, num_vhost=path.vms, num_ring=path.rings, first_vhost=0),
             ids=[0, *path.workers], args=self.vf_args, eal=driver)
        self.procs = [b.primary_proc, b.vfs[1]]
        if path.second:
            self.start_second(driver)
        self.add_guests([b.sock(n) for n in range(path.vms)])
        if path.fed:
            self.sources = [self.guests.source]
        self.wire(1, path.message())

    def start_second(self, driver):
        b, path = self.b, self.path
        ids = [10, *path.second_workers]
        b.vf(2, config=False, ids=ids, args=self.vf_args, eal=driver,
             elsewhere=ids if path.second_apart else ())
        self.procs.append(b.vfs[2])
        self.wire(2, path.second_message())

    def wire(self, number, message):
        reply = self.b.controller[number].request(message, 30)
        bad = [r["error_details"]["message"] for r in reply["results"] if r["result"] == "error"]
        if bad:
            raise AssertionError(f"{self.path.name}: {bad}")

    def sinks(self):
        if self.path.fed:
            return [self.guests.sink]
        return self.nics[:1] if self.path.echo else self.nics[1:]

    def figures(self):
        return self.b.vf_status()

    def details(self, before, after, packets):
        dropped = status.drops(after) - status.drops(before)
        return {"drops": dict(dropped), "components": components(before, after)}


def components(before, after):
    """{name: cycles a packet of its stage}"""
    old = {c["name"]: c for c in before["component"] if "name" in c}
    found = collections.OrderedDict()
    for c in after["component"]:
        if c.get("name") not in old:
            continue
        packets = c["packets"] - old[c["name"]]["packets"]
        if packets:
            found[c["name"]] = {
                "cycles": round((c["cycles"] - old[c["name"]]["cycles"]) / packets, 1),
                "vector": round(packets / max(1, c["vectors"] - old[c["name"]]["vectors"]), 1)}
    return found
