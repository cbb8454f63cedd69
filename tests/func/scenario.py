# SPDX-License-Identifier: BSD-3-Clause
"""The founding document's scenario with the kernel's stack at every end, for tests and ./run.

wire (10.60.0.1) - TAP NIC - spp_vf 1 - vhost0 (VM at .10) and vhost1 (VM at .11).
"""

import numbered
from bench import message
from guest import TestpmdGuest

MACS = ["00:11:22:33:44:55", "00:11:22:33:44:66"]
ADDRESSES = ["10.60.0.10", "10.60.0.11"]
MESSAGES = ["2-initial", "3-start-vm-vhost0", "4-start-vm-vhost1"]
NIC_MAC = "02:00:00:00:ff:00"

# Numbered packets on all sides: source 1 from the NIC to both VMs, 2 and 3 from the VMs.
ALL_WAYS = [f"tx:0:1:{MACS[0]},{MACS[1]}", f"tx:1:2:{NIC_MAC}", f"tx:2:3:{NIC_MAC}",
            "rx:0", "rx:1", "rx:2"]


def vm(b, index, kind=TestpmdGuest, **more):
    """The VM on vhost0 or vhost1, not yet started."""
    return kind(b, f"vm{index}", b.sock(index), f"{ADDRESSES[index]}/24", MACS[index], **more)


def start(b, vms=(0, 1), wire=True, vf_args=(), **primary):
    """Primary, spp_vf 1 and light VMs; no wiring yet. The VMs."""
    if wire:
        b.wire(0)
    if b.controller is None:
        b.start_controller()
    b.primary(**primary)
    b.vf(1, args=vf_args)
    guests = [vm(b, index) for index in vms]
    for guest in guests:
        guest.start()
    return guests


def start_numbered(b):
    """Primary with a memif NIC, spp_vf 1, all wiring; the tool: port 0 the NIC, 1 and 2 the VMs."""
    b.start_controller()
    nic = numbered.memif(b, 0)
    b.primary([nic.server])
    b.vf(1)
    send(b, *MESSAGES)
    return all_sides(b, nic)


def all_sides(b, nic):
    return numbered.Numbered(b, [nic.port, numbered.vhost(b.sock(0), 1),
                                 numbered.vhost(b.sock(1), 2)])


def send(b, *names, number=1):
    """Messages of config/messages; every result must be success."""
    for name in names:
        reply = b.controller[number].request(message(name))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(f"{name}: {reply}")
