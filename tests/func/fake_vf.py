# SPDX-License-Identifier: BSD-3-Clause
"""A stand-in for a spp_vf that does what it is told: for changes of several processes, without a data plane.

    vf = FakeVf(a, 1, nics=[0])     connected to the spp_agent a; vf.wiring() is {core: text}
    vf.refuse = "no room"           the next flush is refused with this; a list: one after the other
    vf.silent = True                it answers nothing any more
"""

import json
import threading

from agentlib import SUCCESS


def word(port):
    return port if isinstance(port, str) else port["port"]


class FakeVf:
    def __init__(self, agent, number, nics=(), cores=(2, 3, 4, 5, 6), rings=32):
        self.number, self.nics, self.ids, self.rings = number, list(nics), cores, rings
        self.components = {}  # by core
        self.table = {}  # value: port
        self.refuse = None
        self.silent = False
        self.gate = threading.Event()  # a flush waits for it
        self.gate.set()
        self.flushes = []  # the messages that came with one, in order
        self.before_flush = lambda: None
        self.process = agent.connected(number, self.answer)

    def answer(self, text):
        commands = json.loads(text)["commands"]
        if self.silent:
            return None
        if commands[0]["command"] == "status":
            return {**SUCCESS, "info": self.info()}
        self.flushes.append(commands)
        self.gate.wait(30)
        self.before_flush()
        refuse = self.refuse
        if isinstance(refuse, list):
            refuse = refuse.pop(0) if refuse else None
        if refuse is not None:
            return {"results": [{"result": "invalid"}] * (len(commands) - 1) + [
                {"result": "error", "error_details": {"message": refuse}}]}
        for command in commands:
            self.take(command)
        return {"results": [{"result": "success"}] * len(commands)}

    def take(self, command):
        if command["command"] == "component":
            core = int(command["core_id"])
            if command["type"] == "none":
                self.components.pop(core, None)
            else:
                assert core not in self.components, (core, command)
                self.components[core] = {"core": core, "type": command["type"],
                                         "status": "forward", "rx": command["rx_ports"],
                                         "tx": command["tx_ports"]}
                if "name" in command:
                    self.components[core]["name"] = command["name"]
        elif command["command"] == "classifier_table":
            if command["port"] == "unuse":
                del self.table[command["value"]]
            else:
                self.table[command["value"]] = command["port"]

    def info(self):
        used = {word(p) for c in self.components.values() for p in c["rx"] + c["tx"]}
        core = [self.components.get(i, {"core": i, "type": "unuse", "status": "idle", "rx": [],
                                        "tx": []}) for i in self.ids]
        return {"process": self.number, "main_core": 0, "nic": self.nics,
                "vhost": sorted(int(p[5:]) for p in used if p.startswith("vhost")),
                "ring": sorted(int(p[4:]) for p in used if p.startswith("ring")),
                "on_first_use": {"vhost": 64, "ring": self.rings}, "core": core, "staged": False,
                "classifier_table": [{"type": "mac", "value": v, "port": p}
                                     for v, p in sorted(self.table.items())],
                "labels": {}, "generation": len(self.flushes), "component": [],
                "port": [{"port": p, "link": True} for p in sorted(
                    used | {f"nic{n}" for n in self.nics})],
                "lcore": [], "time_us": 0}

    def wiring(self):
        return {core: " ".join([c["type"], *map(word, c["rx"]), "->", *map(word, c["tx"])])
                for core, c in sorted(self.components.items())}
