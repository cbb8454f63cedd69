# SPDX-License-Identifier: BSD-3-Clause
"""What the fake processes of the sppctl tests answer to `status`; docs/protocol.md has the members."""

from agentlib import SUCCESS


def side(packets, **drops):
    return {"packets": packets, "bytes": 64 * packets, "drops": drops}


CORES = [{"core": 2, "type": "classifier", "status": "forward", "rx": ["nic0"],
          "tx": ["ring0", "ring2"]},
         {"core": 3, "name": "mine", "type": "forward", "status": "incomplete", "rx": [],
          "tx": ["vhost0"]},
         {"core": 4, "type": "unuse", "status": "idle", "rx": [], "tx": []},
         {"core": 5, "type": "unuse", "status": "idle", "rx": [], "tx": []}]
COUNTS = {"queue": 0, "packets": 20000, "vectors": 700, "cycles": 800000, "drops": {"no_entry": 7}}
VF_STATUS = {**SUCCESS, "info": {
    "process": 1, "core": CORES, "generation": 3, "staged": True, "degraded": False,
    "classifier_table": [{"type": "mac", "value": "00:11:22:33:44:55", "port": "ring0"}],
    "component": [{**CORES[0], **COUNTS}],
    "port": [{"port": "nic0", "link": True, "rx": side(1234567), "tx": side(0)},
             {"port": "vhost0", "link": False, "rx": side(0), "tx": side(9, no_guest=5)},
             {"port": "vhost1", "link": False, "rx": side(0), "tx": side(0)}],
    "lcore": [{"lcore": 2, "busy_cycles": 125, "idle_cycles": 375, "asleep_cycles": 500}],
    "time_us": 1000000}}
POOL = {"total": 16384, "free": 16380, "missing": 3}
PRIMARY_STATUS = {**SUCCESS, "info": {
    "process": 0, "nic": [{"port": "nic0", "link": True, "speed_mbps": 10000, "promiscuous": True,
                           "mac": "00:11:22:33:44:66", "driver": "net_tap", "rx_packets": 12,
                           "tx_packets": 0, "rx_missed": 0, "tx_errors": 0, "holder": 1}],
    "vf": [{"slot": 0, "state": "running", "process": 1, "pid": 4242, "sessions": 2, "deaths": 1,
            "cleanup_us": 3400, "mbufs": POOL, "vectors": POOL},
           {"slot": 1, "state": "free", "process": None, "pid": None}],
    "heap": {"size": 512 << 20, "used": 128 << 20, "leaked": 1 << 19,
             "reserved": 46 << 20, "restarts_left": 200}}}
