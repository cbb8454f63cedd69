# SPDX-License-Identifier: BSD-3-Clause
"""The founding document's wiring as a value that operations change, and the message that leads from
one value to the next. Knows the JSON dialect of components and table, nothing of packets.
"""

import collections
import copy

from spplib import FLUSH, commands, component, table

Part = collections.namedtuple("Part", "core kind rx tx named")

CORES = tuple(range(2, 14))  # the founding document's workers
MACS = ["00:11:22:33:44:55", "00:11:22:33:44:66", "00:11:22:33:44:77", "00:11:22:33:44:88"]
# Behind those of three VMs: rings, and a vhost to which no guest is connected.
SPARE = ("ring6", "ring7")
NOWHERE = "vhost3"


class Wiring:
    """Components by key (cls, mrg, down0, up0, ...) and the table {MAC: port}."""

    def __init__(self, vms=2, named=False):
        self.named = named
        self.parts = {
            "cls": Part(2, "classifier", ("nic0",), (), named),
            "mrg": Part(3, "merge", (), ("nic0",), named),
        }
        self.table = {}
        for vm in range(vms):
            self.add_vm(vm)

    def copy(self):
        return copy.deepcopy(self)

    def put(self, key, **changes):
        self.parts[key] = self.parts[key]._replace(**changes)

    def add_vm(self, vm):
        """As the founding document does it: ring 2n towards vhost n, ring 2n + 1 back."""
        down, up, vhost = f"ring{2 * vm}", f"ring{2 * vm + 1}", f"vhost{vm}"
        self.put("cls", tx=(*self.parts["cls"].tx, down))
        self.put("mrg", rx=(*self.parts["mrg"].rx, up))
        for key, rx, tx in ((f"down{vm}", down, vhost), (f"up{vm}", vhost, up)):
            self.parts[key] = Part(self.free_cores()[0], "forward", (rx,), (tx,), self.named)
        self.table[MACS[vm]] = down

    def remove_vm(self, vm):
        self.put("cls", tx=tuple(p for p in self.parts["cls"].tx if p != f"ring{2 * vm}"))
        self.put("mrg", rx=tuple(p for p in self.parts["mrg"].rx if p != f"ring{2 * vm + 1}"))
        del self.parts[f"down{vm}"], self.parts[f"up{vm}"]
        del self.table[MACS[vm]]

    def lengthen(self, vm, ring):
        """One more forward each way between this VM and classifier and merge, over two more rings."""
        down, up = f"ring{2 * vm}", f"ring{2 * vm + 1}"
        more_down, more_up = f"ring{ring}", f"ring{ring + 1}"
        swap = {down: more_down, up: more_up}
        self.put("cls", tx=tuple(swap.get(p, p) for p in self.parts["cls"].tx))
        self.put("mrg", rx=tuple(swap.get(p, p) for p in self.parts["mrg"].rx))
        for key, rx, tx in ((f"more_down{vm}", more_down, down), (f"more_up{vm}", up, more_up)):
            self.parts[key] = Part(self.free_cores()[0], "forward", (rx,), (tx,), self.named)
        self.table[MACS[vm]] = more_down

    def switched(self, core):
        """The same guests and addresses at a switch: a copy."""
        other = self.copy()
        vms = [vm for vm in range(len(MACS)) if self.has_vm(vm)]
        ends = ("nic0", *(f"vhost{vm}" for vm in vms))
        other.parts = {"sw": Part(core, "switch", ends, ends, self.named)}
        other.table = {mac: f"vhost{int(port[4:]) // 2}" for mac, port in self.table.items()}
        other.table["default"] = "nic0"
        return other

    def all_on(self, core):
        for key in self.parts:
            self.put(key, core=core, named=True)

    def has_vm(self, vm):
        return f"down{vm}" in self.parts

    def free_cores(self):
        taken = {part.core for part in self.parts.values()}
        return [core for core in CORES if core not in taken]

    def off(self, key):
        """The command that takes a component away."""
        part = self.parts[key]
        return component(part.core, "none", **({"name": key} if part.named else {}))

    def on(self, key, **changes):
        """The command that makes a component, with other ports if given."""
        part = self.parts[key]._replace(**changes)
        return component(part.core, part.kind, list(part.rx), list(part.tx),
                         **({"name": key} if part.named else {}))


def change(old, new, again=()):
    """The message from one wiring to the next; components in `again` are made anew in any case."""
    off = [k for k, part in old.parts.items() if new.parts.get(k) != part or k in again]
    on = [k for k, part in new.parts.items() if old.parts.get(k) != part or k in again]
    gone = [mac for mac, port in old.table.items() if new.table.get(mac) != port]
    come = [mac for mac, port in new.table.items() if old.table.get(mac) != port]
    return commands(*(table(mac, "unuse") for mac in gone), *(old.off(k) for k in off),
                    *(new.on(k) for k in on), *(table(mac, new.table[mac]) for mac in come), FLUSH)
