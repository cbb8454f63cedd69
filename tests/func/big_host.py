# SPDX-License-Identifier: BSD-3-Clause
"""A host that is larger than this machine: 15 spp_vf with 64 VMs behind 15 NICs, whose counters move.

Fake processes: only their local sockets, which answer `status` as docs/protocol.md has it. For the page
and for what spp_monitor costs; not for what the switch does.
"""

import json
import os
import socket
import threading
import time

HZ = 2_000_000_000
SUCCESS = {"results": [{"result": "success"}]}
LATENCY_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
BOUNDS = [100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000]


def share(count, parts, number):
    """The numbers that part `number` of `parts` gets of 0..count-1."""
    return range(count * number // parts, count * (number + 1) // parts)


class Clock:
    """Counters grow with time: rates are as given, whoever asks and when."""

    def __init__(self):
        self.begin = time.monotonic()

    def count(self, rate):
        return int((time.monotonic() - self.begin) * rate)

    def side(self, rate, **drops):
        return {"packets": self.count(rate), "bytes": self.count(rate * 400),
                "drops": {name: self.count(r) for name, r in drops.items()}}


def inside(clock):
    """Of a port's packets: samples of the time inside."""
    within = clock.count(500)
    return {"samples": within, "sum_ns": clock.count(500 * 40_000),
            "within_us": {str(us): within if us >= 50 else within // 2 for us in LATENCY_BOUNDS}}


def component(clock, core, kind, rx, tx, rate, **drops):
    return {"core": core, "type": kind, "status": "forward", "rx": rx, "tx": tx, "queue": core,
            "packets": clock.count(rate), "vectors": clock.count(rate / 20),
            "cycles": clock.count(rate * 150), "vector_mean": 20.0, "cycles_per_packet": 150.0,
            "drops": {name: clock.count(r) for name, r in drops.items()}}


def switched_status(clock, number, vhosts):
    """One NIC, and one switch that has it and all VMs."""
    info = vf_status(clock, number, vhosts)["info"]
    ports = [p for p in info["port"] if not p["port"].startswith("ring")]
    names = [p["port"] for p in ports]
    whole = component(clock, 2, "switch", names, names, sum(1000 * (1 + v % 7) for v in vhosts))
    table = [{**entry, "port": f"vhost{v}"} for entry, v in zip(info["classifier_table"], vhosts)]
    return {**SUCCESS, "info": {**info, "core": [whole], "component": [whole], "port": ports,
                                "classifier_table": table, "lcore": info["lcore"][:1]}}


def vf_status(clock, number, vhosts):
    """One NIC, a classifier, a merge, and for each VM two rings and two forwards."""
    nic = f"nic{number - 1}"
    rates = {v: 1000 * (1 + v % 7) for v in vhosts}
    whole = sum(rates.values())
    components = [component(clock, 2, "classifier", [nic], [f"ring{2 * v}" for v in vhosts], whole,
                            no_entry=20),
                  component(clock, 3, "merge", [f"ring{2 * v + 1}" for v in vhosts], [nic], whole)]
    ports = [{"port": nic, "link": True, "rx": clock.side(whole), "tx": clock.side(whole),
              "latency": inside(clock)}]
    lcores = [(2, 0.7), (3, 0.4)]
    for i, v in enumerate(vhosts):
        core, rate = 4 + 2 * i, rates[v]
        components += [component(clock, core, "forward", [f"ring{2 * v}"], [f"vhost{v}"], rate),
                       component(clock, core + 1, "forward", [f"vhost{v}"], [f"ring{2 * v + 1}"],
                                 rate)]
        drops = {"vhost_full": 30} if v % 16 == 5 else {}
        ports += [{"port": f"vhost{v}", "link": v % 9 != 8, "rx": clock.side(rate),
                   "tx": clock.side(rate, **drops), "latency": inside(clock)},
                  {"port": f"ring{2 * v}", "link": True, "rx": clock.side(rate),
                   "tx": clock.side(rate)},
                  {"port": f"ring{2 * v + 1}", "link": True, "rx": clock.side(rate),
                   "tx": clock.side(rate)}]
        lcores += [(core, 0.2), (core + 1, 0.0)]
    table = [{"type": "mac", "value": f"00:11:22:33:00:{v:02X}", "port": f"ring{2 * v}"}
             for v in vhosts]
    return {**SUCCESS, "info": {
        "process": number, "core": components, "classifier_table": table, "generation": 7,
        "staged": False, "retiring": False, "degraded": False,
        "state_file": {"path": f"/var/lib/spp/vf-{number}.json", "saved": True, "generation": 7,
                       "restored": True},
        "flush": {"done": 7, "failed": 0, "last_us": 420, "sum_us": 3000,
                  "within_us": {str(b): 7 if b >= 500 else 2 for b in BOUNDS}},
        "drops": {"no_entry": clock.count(20), "vhost_full": clock.count(30)},
        "component": components, "port": ports,
        "lcore": [{"lcore": core, "busy_cycles": clock.count(HZ * busy),
                   "idle_cycles": clock.count(HZ * 0.01),
                   "asleep_cycles": clock.count(HZ * (0.99 - busy))} for core, busy in lcores],
        "controller": {"address": "127.0.0.1:5555", "connected": True},
        "version": {"program": "0.1.0", "dpdk": "22.11.11", "layout": 1, "restart_pending": False},
        "time_us": time.monotonic_ns() // 1000, "tsc_hz": HZ}}


def primary_status(clock, nb_vfs):
    pool = {"total": 19455, "free": 15360, "missing": 0}
    return {**SUCCESS, "info": {
        "process": 0,
        "nic": [{"port": f"nic{n}", "link": True, "speed_mbps": 10000, "promiscuous": True,
                 "mac": f"02:00:00:00:00:{n:02X}", "driver": "net_ixgbe",
                 "rx_packets": clock.count(9000), "tx_packets": clock.count(9000), "rx_missed": 0,
                 "tx_errors": 0, "holder": n + 1} for n in range(nb_vfs)],
        "vf": [{"slot": n, "state": "running", "process": n + 1, "pid": 1000 + n, "sessions": 1,
                "deaths": 0, "cleanup_us": 0, "mbufs": pool, "vectors": pool}
               for n in range(nb_vfs)],
        "heap": {"size": 4 << 30, "used": 1 << 30, "leaked": 0, "reserved": 46 << 20,
                 "restarts_left": 4000},
        "scheduler": {"busy_cycles": clock.count(HZ / 10), "idle_cycles": 0,
                      "asleep_cycles": clock.count(HZ * 0.9)},
        "controller": {"address": "127.0.0.1:5555", "connected": True},
        "version": {"program": "0.1.0", "dpdk": "22.11.11", "layout": 1, "restart_pending": False},
        "time_us": time.monotonic_ns() // 1000, "tsc_hz": HZ}}


class Host:
    """The sockets in a run directory, answered by threads of ours."""

    def __init__(self, run_dir, vfs=15, vhosts=64, status=vf_status):
        clock = Clock()
        self.servers = []
        self._serve(run_dir, "primary.sock", lambda: primary_status(clock, vfs))
        for n in range(1, vfs + 1):
            guests = share(vhosts, vfs, n - 1)
            self._serve(run_dir, f"vf-{n}.sock", lambda n=n, g=guests: status(clock, n, g))

    def _serve(self, run_dir, name, status):
        server = socket.socket(socket.AF_UNIX)
        server.bind(os.path.join(run_dir, name))
        server.listen(16)
        self.servers.append(server)
        threading.Thread(target=self._answer, args=(server, status), daemon=True).start()

    @staticmethod
    def _answer(server, status):
        while True:
            try:
                conn, _ = server.accept()
            except OSError:
                return
            with conn:
                try:
                    conn.recv(4096)
                    conn.sendall(json.dumps(status()).encode())
                except OSError:
                    pass

    def close(self):
        for server in self.servers:
            server.shutdown(socket.SHUT_RDWR)
            server.close()
