# SPDX-License-Identifier: BSD-3-Clause
"""The box's disk: the root (boxroot.py), our package as apt installs it with all that it depends on and recommends,
and what the operator of docs/operations.md, "A real host in six steps", writes: /etc/dpdk/interfaces and the files of
/etc/spp. Beside that only what makes it a test: inside.py, stand-ins for VMs (answerer.py), and a wiring that was
saved before.

    image = Image("spp-event_0.2.0_amd64.deb", nics=2)
    image.etc["spp/vf-1.conf"] += "..."        any file may be changed or added before write()
    image.write("disk.img")
"""

import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

sys.path += [os.path.join(os.path.dirname(HERE), "debian"),
                os.path.join(os.path.dirname(HERE), "func")]

import boxroot  # noqa: E402  (needs the path)
from enter import isolated  # noqa: E402
from machine import nic_address  # noqa: E402
from spplib import commands, component, table, FLUSH  # noqa: E402

FUNC = os.path.join(os.path.dirname(HERE), "func")
INSIDE = [os.path.join(HERE, "inside.py"), os.path.join(HERE, "answerer.py")] + [
    os.path.join(FUNC, name) for name in ("vhost_frontend.py", "proc.py", "janitor.py")]
SIZE = "1200M"
HUGEPAGES = 272  # of 2 MB: 256 for spp_primary, and room
LCORES = "(0,2-7)@0"

BOX_SERVICE = """
[Unit]
Description=Commands of the test
DefaultDependencies=no
After=systemd-udev-trigger.service
Before=sysinit.target shutdown.target
Conflicts=shutdown.target

[Service]
ExecStart=/usr/bin/python3 /usr/lib/box/inside.py
OOMScoreAdjust=-1000
TimeoutStopSec=2

[Install]
WantedBy=sysinit.target
"""

# As many as vhosts, started whenever.
VM_SERVICE = """
[Unit]
Description=A stand-in for VM %i

[Service]
ExecStart=/usr/bin/python3 -B /usr/lib/box/answerer.py /tmp/sock%i 02:00:00:00:01:0%i 10.60.%i.10 $VM_MTU
Restart=always
RestartSec=200ms

[Install]
WantedBy=multi-user.target
"""


def vm_mac(vhost):
    return f"02:00:00:00:01:{vhost:02x}"


def vm_address(vhost):
    return f"10.60.{vhost}.10"


def wire_address(nic):
    return f"10.60.{nic}.1"


def vf_wiring(number):
    """spp_vf N: NIC N - 1 and vhost N - 1 with its two rings."""
    nic = number - 1
    to_vm, from_vm = f"ring{2 * nic}", f"ring{2 * nic + 1}"
    return [component(2, "classifier", [f"nic{nic}"], [to_vm]),
            component(3, "merge", [from_vm], [f"nic{nic}"]),
            component(4, "forward", [to_vm], [f"vhost{nic}"]),
            component(5, "forward", [f"vhost{nic}"], [from_vm]),
            table(vm_mac(nic), to_vm), FLUSH]


def vf_file(number):
    return {"vfs": [{"name": f"vf{number}", "num_vhost": 1, "num_ring": 2, "nic": number - 1,
                     "first_vhost": number - 1}]}


# Debian's dpdk.service binds NICs while udev still loads their kernel drivers, and loses now and then.
DPDK_LATER = "[Unit]\nWants=systemd-udev-settle.service\nAfter=systemd-udev-settle.service\n"


class Image:
    def __init__(self, package, nics=2, vfs=2):
        self.package = package
        self.vfs = vfs
        self.nic_names = [nic_address(i) for i in range(nics)]
        self.files = {
            "etc/hostname": "box\n",
            "etc/fstab": "/dev/vda / ext4 errors=remount-ro 0 1\n",
            "etc/dpdk/interfaces": "".join(f"pci {name} vfio-pci\n" for name in self.nic_names),
            "etc/systemd/system/dpdk.service.d/udev.conf": DPDK_LATER,
            "etc/spp/primary.conf": self.primary_conf(),
            "etc/spp/common.conf": f"SPP_NICS={','.join(self.nic_names)}\n",
            "etc/systemd/system/box.service": BOX_SERVICE,
            "etc/systemd/system/box-vm@.service": VM_SERVICE,
            # Compression takes a minute here.
            "etc/systemd/coredump.conf.d/box.conf": "[Coredump]\nCompress=no\n",
            "etc/systemd/journald.conf.d/box.conf":
                "[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n",
        }
        for number in range(1, vfs + 1):
            self.files[f"etc/spp/vf-{number}.conf"] = (
                f"SPP_START=yes\nSPP_VF_EAL=--lcores {LCORES} -n 4\n"
                f"SPP_VF_OPTIONS=--config /etc/spp/spp_vf{number}.json -s /run/spp/control.sock\n")
            self.files[f"etc/spp/spp_vf{number}.json"] = json.dumps(vf_file(number))
            self.files[f"var/lib/spp/vf-{number}.json"] = json.dumps(
                {"version": 1, "process": number, **commands(*vf_wiring(number))})
        self.enabled = ["box", "spp_primary", "spp_agent",
                        *(f"box-vm@{i}" for i in range(vfs))]

    def primary_conf(self):
        return (f"SPP_HUGEPAGES={HUGEPAGES}\n"
                "SPP_PRIMARY_EAL=--lcores 1@0 -n 4 --socket-mem 512\n"
                "SPP_PRIMARY_OPTIONS=-n 8 -s /run/spp/control.sock\n")

    def _fill(self, top):
        boxroot.install_package(top, self.package)
        for path, text in self.files.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            os.chmod(path, 0o644)
        os.makedirs(f"{top}/usr/lib/box", exist_ok=True)
        for path in INSIDE:
            shutil.copy(path, f"{top}/usr/lib/box")
        os.chmod(f"{top}/var/lib/spp", 0o700)
        subprocess.run(["systemctl", "--quiet", f"--root={top}", "enable", *self.enabled],
                       stdin=subprocess.DEVNULL, check=True)

    def _write(self, root, path):
        work = path + ".work"
        shutil.rmtree(work, ignore_errors=True)
        for name in ("upper", "work", "top"):
            os.makedirs(f"{work}/{name}")
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o",
                        f"lowerdir={root},upperdir={work}/upper,workdir={work}/work",
                        f"{work}/top"], check=True)
        self._fill(f"{work}/top")
        subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", "-d", f"{work}/top", "-E",
                        "lazy_itable_init=1,root_owner=0:0", path, SIZE], check=True)
        return 0

    def write(self, path):
        """The disk. (kernel, initrd) to boot it with."""
        root = boxroot.make(self.package)
        try:
            if isolated(lambda: self._write(root, path)) != 0:
                raise AssertionError(f"{path}: could not be made")
        finally:
            shutil.rmtree(path + ".work", ignore_errors=True)
        return boxroot.kernel(root)
