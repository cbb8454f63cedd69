# SPDX-License-Identifier: BSD-3-Clause
"""The root file system of the box: a Debian host of this machine's release with a kernel and systemd,
and none of what our package asks for; that lies beside it as apt has fetched it, for a package to be
installed without a network. Made once (three minutes, with the mirrors of this machine's apt) and kept
in build-host<release>; remove that folder to start anew.

Knows nothing of qemu, nor of what is in the package.
"""

import fcntl
import glob
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

sys.path += [os.path.join(os.path.dirname(HERE), "debian"),
             os.path.join(os.path.dirname(HERE), "package")]

import root as roots  # noqa: E402  (tests/debian/root.py; needs the path)
from enter import enter  # noqa: E402
from made import run  # noqa: E402

PACKAGES = """
    systemd-sysv systemd-coredump udev kmod dbus procps iproute2 iputils-ping pciutils
    python3 initramfs-tools linux-image-amd64
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
# $1: apt's folder. Whoever installs has recommended packages, too: apt's default is left as it is.
APT = r"""
set -e
export DEBIAN_FRONTEND=noninteractive
apt="apt-get -q -y -o Dir::State::lists=$1/lists -o Dir::Cache::archives=$1/archives
	-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root"
"""
FETCH = APT + r"""
mkdir -p "$1/lists/partial" "$1/archives/partial"
$apt -o Acquire::Languages=none update
$apt --download-only install "$2"
"""
INSTALL_PACKAGE = APT + '$apt install "$2"\n'


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


def home():
    return os.path.join(TREE, f"build-host{roots.host_release()}")


def apt(root, script, package, network):
    """One of the scripts above, with a package, in that root."""
    log = os.path.join(home(), "apt.log")
    code = enter(root, TREE, ["sh", "-c", f'exec >"{log}" 2>&1\n{script}', "sh",
                              os.path.join(home(), "apt"), package], network)
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as f:
            raise AssertionError("".join(f.readlines()[-30:]) + f"{package}: exit code {code}")


def install_package(root, package):
    """As `apt install ./package.deb` does, from what was fetched."""
    apt(root, INSTALL_PACKAGE, package, network=False)


def needs(package):
    """What it depends on and recommends, as its control file has it."""
    return run("dpkg-deb", "-f", package, "Pre-Depends", "Depends", "Recommends")


def fetch(root, package):
    """What apt will want to install it; once for all that ask for the same."""
    folder = os.path.join(home(), "apt")
    fetched = os.path.join(folder, "for")
    if os.path.exists(fetched):
        with open(fetched, encoding="utf-8") as f:
            if f.read() == needs(package):
                return
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    apt(root, FETCH, package, network=True)
    with open(fetched, "w", encoding="utf-8") as f:
        f.write(needs(package))


def make(package):
    """The root, made if it is not there yet, with what this .deb needs beside it. Its path."""
    folder = home()
    os.makedirs(folder, exist_ok=True)
    ready = os.path.join(folder, "ready")
    root = os.path.join(folder, "root")
    with open(os.path.join(folder, "lock.box"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(ready):
            shutil.rmtree(root, ignore_errors=True)
            roots.make(roots.host_release(), folder)
            install(root, PACKAGES)
            thin_out(root)
            with open(ready, "w", encoding="ascii") as f:
                f.write("\n")
        fetch(root, package)
    return root


def kernel(root):
    """(kernel, initrd) of it."""
    return tuple(sorted(glob.glob(f"{root}/boot/{name}-*"))[-1] for name in ("vmlinuz", "initrd.img"))
