# SPDX-License-Identifier: BSD-3-Clause
"""A host without an IOMMU, its NICs bound to uio_pci_generic: refused by name, before anything says that it is ready."""

from group import Group, equal, true
from image import Image
from machine import nic_address

WRONG = "is bound to uio_pci_generic, which stops the NIC whenever one of its processes ends; vfio-pci is wanted"
BY_HAND = "timeout 200 spp_primary --lcores 1@0 -n 4 --socket-mem 512 --file-prefix hand -- -p 0x3 -n 2 -s /run/spp/control.sock"


class Uio(Group):
    nics = ["vmxnet3", "e1000e"]
    units = ("spp_primary",)
    iommu = False

    def image(self):
        image = Image(self.package, nics=len(self.nics))
        image.files["etc/dpdk/interfaces"] = image.files["etc/dpdk/interfaces"].replace("vfio-pci", "uio_pci_generic")
        return image

    def case_named_nics_are_waited_for(self):
        self.box.wait_up()
        said = f"waiting for nic0: {nic_address(0)} {WRONG}"
        self.until("what it waits for", lambda: said in self.journal("-u spp_primary"), 240)
        true("it is not ready", not self.active(*self.units))

    def case_others_are_refused(self):
        """With -p, without --nics, it takes what DPDK finds."""
        self.box.ok("systemctl stop spp_primary", 120)
        code, said = self.box.run(BY_HAND, 240)
        equal(f"exit code, after {said}", code, 1)
        true(f"it names the first: {said}", f"nic0: {nic_address(0)} {WRONG}" in said)
        true("it does not say that it is ready", " ready: " not in said)
