# SPDX-License-Identifier: BSD-3-Clause
"""Two NICs as one uplink, cables pulled and put back (qemu's set_link); MTU 9000; a NIC that is not there at the start."""

import json
import time

from group import Group, equal, true
from image import Image, vf_wiring, vm_address
from machine import nic_address
from spplib import commands

MTU = 9000
PING_HEADERS = 28  # IPv4 and ICMP
TAGGED = 4         # a frame may be longer by a tag
NICS_WAIT_S = 150  # less than the unit's TimeoutStartSec=


class Links(Group):
    """spp_vf 1 has both NICs, as uplink0."""

    units = ("spp_primary", "spp_vf-1", "spp_agent")

    def image(self):
        image = Image(self.package, nics=len(self.nics), vfs=1)
        files = image.files
        files["etc/spp/primary.conf"] = files["etc/spp/primary.conf"].replace(
            "-n 8", f"-n 8 --mtu {MTU} --nics-wait {NICS_WAIT_S}")
        files["etc/spp/spp_vf1.json"] = json.dumps(
            {"vfs": [{"name": "vf1", "num_vhost": 1, "num_ring": 2, "uplinks": ["nic0,nic1"]}]})
        wiring = json.dumps({"version": 1, "process": 1, **commands(*vf_wiring(1))})
        files["var/lib/spp/vf-1.json"] = wiring.replace('"nic0"', '"uplink0"')
        files["etc/systemd/system/box-vm@.service.d/mtu.conf"] = f"[Service]\nEnvironment=VM_MTU={MTU}\n"
        return image

    def ping(self, nic, size=56, count=50):
        """(sent, answers) of the VM's, by the cable of a NIC."""
        return self.box.plugs[nic].ping(vm_address(0), count, size=size, patience=10)

    def all_answered(self, nic, size=56):
        sent, answers = self.ping(nic, size)
        equal(f"answers by the cable of nic{nic}, {size} bytes", len(answers), sent)

    def active_nic(self):
        return self.status("vf1")["uplink"][0]["active"]

    def links(self):
        return [self.nic(number)["link"] for number in range(len(self.nics))]

    def case_mtu_9000(self):
        self.box.wait_up()
        self.box.plugs[0].wait_ping(vm_address(0), 240)
        self.until("all units", lambda: self.active(*self.units), 60)
        equal("restarts", self.restarts(), {name: 0 for name in self.units})
        for size in (56, 1472, MTU - PING_HEADERS):
            self.all_answered(0, size)
        equal("answers to a longer one", len(self.ping(0, MTU - PING_HEADERS + TAGGED + 1, 3)[1]), 0)
        self.all_answered(0, MTU - PING_HEADERS)

    def case_cables_of_an_uplink(self):
        self.until("both links", lambda: self.links() == [True, True], 60)
        for away, stays in ((0, 1), (1, 0)):
            equal("sends", self.active_nic(), f"nic{away}")
            pulled = time.monotonic()
            self.box.cable(away, False)
            self.box.plugs[stays].wait_ping(vm_address(0), 60)
            self.tell(f"cable of nic{away} pulled to a ping by nic{stays}: {time.monotonic() - pulled:.1f} s")
            equal("sends", self.active_nic(), f"nic{stays}")
            self.all_answered(stays, MTU - PING_HEADERS)
            true("the network is told", self.until(
                "RARP requests", lambda: self.status("vf1")["uplink"][0]["announced"], 30))
            self.box.cable(away, True)
            self.until("its link", lambda: self.links() == [True, True], 60)
            equal("sends still", self.active_nic(), f"nic{stays}")
            self.all_answered(stays)

    def case_both_cables(self):
        for number in (0, 1):
            self.box.cable(number, False)
        self.until("no link", lambda: self.links() == [False, False], 60)
        self.box.cable(1, True)
        self.box.plugs[1].wait_ping(vm_address(0), 60)
        self.box.cable(0, True)
        self.until("both links", lambda: self.links() == [True, True], 60)
        self.all_answered(1)

    def case_a_nic_that_is_not_there_is_named_and_waited_for(self):
        address = nic_address(1)
        self.box.ok("systemctl stop spp_primary", 120)
        self.box.ok(f"echo 1 >/sys/bus/pci/devices/{address}/remove; systemctl start --no-block spp_primary")
        self.until("what it waits for", lambda: f"waiting for nic1: {address} is not there" in
                   self.journal("-u spp_primary"), 60)
        equal("spp_primary", self.unit("spp_primary", "ActiveState"), {"ActiveState": "activating"})
        self.box.ok("echo 1 >/sys/bus/pci/rescan; udevadm settle; systemctl restart dpdk", 120)
        self.until("all units", lambda: self.active(*self.units), 240)
        equal("restarts", self.restarts(), {name: 0 for name in self.units})
        self.until("both links", lambda: self.links() == [True, True], 60)
        nic = int(self.active_nic()[-1])
        self.box.plugs[nic].wait_ping(vm_address(0), 60)
        self.all_answered(nic, MTU - PING_HEADERS)
