# SPDX-License-Identifier: BSD-3-Clause
"""The root file system of the box: a Debian host of this machine's release with a kernel, systemd and
what our programs need, without our programs. Made once (three minutes, with the mirrors of this
machine's apt) and kept in build-host<release>; remove that folder to start anew.

Knows nothing of qemu.
"""

import fcntl
import glob
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

sys.path += [os.path.join(os.path.dirname(HERE), "debian")]

import root as roots  # noqa: E402  (tests/debian/root.py; needs the path)
from enter import enter  # noqa: E402

PACKAGES = """
    systemd-sysv systemd-coredump udev kmod dbus procps iproute2 iputils-ping pciutils
    python3-minimal python3 initramfs-tools linux-image-amd64 dpdk libjansson4
""".split()
# What the initrd needs to find the disk; all else is loaded from there.
INITRD = "MODULES=list\nCOMPRESS=zstd\n"
MODULES = "virtio_pci\nvirtio_blk\next4\n"
# None of it can be in the box, and it is half of the kernel's modules.
NO_DRIVERS = ("arch/x86/kvm", "drivers/ata", "drivers/i2c", "drivers/input", "drivers/gpu", "drivers/media", "drivers/infiniband", "drivers/scsi", "drivers/isdn",
              "drivers/net/wireless", "drivers/staging", "drivers/iio", "drivers/hid", "drivers/usb",
              "drivers/thunderbolt", "drivers/mmc", "drivers/mtd", "drivers/bluetooth", "sound",
              "net/bluetooth", "net/mac80211", "net/wireless", "fs/ocfs2", "fs/btrfs", "fs/xfs",
              "fs/ceph", "fs/cifs", "fs/smb", "fs/nfs", "fs/nfsd", "fs/gfs2", "fs/f2fs", "fs/jfs")

INSTALL = r"""
set -e
export DEBIAN_FRONTEND=noninteractive
echo 'force-unsafe-io' >/etc/dpkg/dpkg.cfg.d/box
mkdir -p /etc/initramfs-tools/conf.d
apt-get -qq update
apt-get -qq install -y --no-install-recommends initramfs-tools zstd >/dev/null
printf '%s' "$INITRD" >/etc/initramfs-tools/conf.d/box
printf '%s' "$MODULES" >/etc/initramfs-tools/modules
apt-get -qq install -y --no-install-recommends "$@" >/dev/null
apt-get clean
rm -rf /var/lib/apt/lists/*
"""


def dpdk_packages():
    """Every library and driver of DPDK's that this machine has (libdpdk-dev depends on them all)."""
    text = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Package}\n", "librte-*"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    names = [line.split("|")[1] for line in text.splitlines() if line.startswith("ii")]
    return [name for name in names if "meta" not in name]


def thin_out(root):
    """An image is written at each run: what nobody needs is not to be in it."""
    for modules in glob.glob(f"{root}/usr/lib/modules/*/kernel") + glob.glob(
            f"{root}/lib/modules/*/kernel"):
        for folder in NO_DRIVERS:
            shutil.rmtree(os.path.join(modules, folder), ignore_errors=True)
    for folder in ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/cache/apt"):
        shutil.rmtree(os.path.join(root, folder), ignore_errors=True)


def install(root, packages):
    env = {"INITRD": INITRD, "MODULES": MODULES}
    code = enter(root, TREE, ["bash", "-c", INSTALL, "box", *packages], network=True, env=env)
    if code != 0:
        raise SystemExit(f"{root}: its packages could not be installed: exit code {code}")


def make(folder=None):
    """The root, made if it is not there yet. Its path."""
    release = roots.host_release()
    folder = folder or os.path.join(TREE, f"build-host{release}")
    os.makedirs(folder, exist_ok=True)
    ready = os.path.join(folder, "ready")
    with open(os.path.join(folder, "lock.box"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(ready):
            shutil.rmtree(os.path.join(folder, "root"), ignore_errors=True)
            root = roots.make(release, folder)
            install(root, PACKAGES + dpdk_packages())
            thin_out(root)
            with open(ready, "w", encoding="ascii") as f:
                f.write("\n")
    return os.path.join(folder, "root")


def kernel(root):
    """(kernel, initrd) of it."""
    return tuple(sorted(glob.glob(f"{root}/boot/{name}-*"))[-1] for name in ("vmlinuz", "initrd.img"))
