# SPDX-License-Identifier: BSD-3-Clause
"""The founding document's scenario with the kernel's stack at every end, for tests and ./run.

wire (10.60.0.1) - TAP NIC - spp_vf 1 - vhost0 (VM at .10) and vhost1 (VM at .11).
"""

from bench import message
from guest import TestpmdGuest

MACS = ["00:11:22:33:44:55", "00:11:22:33:44:66"]
ADDRESSES = ["10.60.0.10", "10.60.0.11"]
MESSAGES = ["2-initial", "3-start-vm-vhost0", "4-start-vm-vhost1"]


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


def send(b, *names, number=1):
    """Messages of config/messages; every result must be success."""
    for name in names:
        reply = b.controller[number].request(message(name))
        bad = [r for r in reply["results"] if r["result"] != "success"]
        if bad:
            raise AssertionError(f"{name}: {reply}")
