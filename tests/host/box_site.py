# SPDX-License-Identifier: BSD-3-Clause
"""tests/site/run.py as the package brings it, on two NICs of the box that are joined outside."""

import threading

from group import Group, equal, true
from image import Image
from machine import nic_address

SITE = "python3 -B /usr/share/doc/spp-event/examples/site/run.py"
SLOW = "--rate 50 --seconds 10 --trips 100 --moves 40 --pace 0.1 --settle 30 --patience 120 --report /root/report"
HAND = "touch /run/{0}; while [ -e /run/{0} ]; do sleep 0.1; done"


class Site(Group):
    joined = True
    units = ()

    def image(self):
        image = Image(self.package, nics=len(self.nics))
        image.enabled = ["box"]  # what the test starts is all that runs
        return image

    def case_what_is_missing_is_said(self):
        self.box.wait_up()
        nics = " ".join(nic_address(n) for n in range(2))
        self.until("the NICs", lambda: self.box.ok("ls /sys/bus/pci/drivers/vfio-pci").count(":00:0") >= 2, 120)
        code, said = self.box.run(f"{SITE} {nics}")
        equal("exit code", code, 2)
        true("it names the hugepages", "hugepages: 0 MB are free, 512 MB are wanted" in said)

    def case_two_nics_with_a_cable(self):
        self.box.ok("echo 272 >/proc/sys/vm/nr_hugepages", 120)
        nics = " ".join(nic_address(n)[5:] for n in range(2))
        run = self.box.begin(f"{SITE} {nics} {SLOW} --unplug '{HAND.format('pull')}' --plug '{HAND.format('put')}'", 500)
        done, pulling = threading.Event(), threading.Thread(target=lambda: self._pull(done), daemon=True)
        pulling.start()
        try:
            code, said = self.box.wait(run)
        finally:
            done.set()
            pulling.join()
        for line in said.splitlines():
            if not line.startswith("..."):
                self.tell(line)
        equal("exit code", code, 0)
        true("all passed", "9 PASS: all passed" in said)

    def _pull(self, done):
        """The operator's hand."""
        for name, plugged in (("pull", False), ("put", True)):
            while self.box.run(f"test -e /run/{name}")[0] != 0:
                if done.wait(1):
                    return
            for nic in range(len(self.nics)):
                self.box.cable(nic, plugged)
            self.box.ok(f"rm /run/{name}")
