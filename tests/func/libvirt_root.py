# SPDX-License-Identifier: BSD-3-Clause
"""libvirt without a daemon: its packages unpacked into a folder of the cache, nothing installed.

Its qemu driver can be had inside one program (virt-qemu-run, the embedded driver), which starts a
domain as libvirtd would. It runs in namespaces of its own: there its files stand where it looks for
them, it finds the user it wants, and whatever it starts ends with it.
"""

import fcntl
import glob
import os
import shutil
import subprocess
import tempfile
import unittest

PACKAGES = ["libvirt-daemon-driver-qemu", "libvirt-daemon", "libvirt-clients", "libxml2-utils"]
CONF = """user = "root"
group = "root"
security_driver = "none"
stdio_handler = "file"
cgroup_controllers = []
namespaces = []
remember_owner = 0
"""
# $1: the unpacked packages, $2: a folder for it, then the command.
INSIDE = """set -e
root=$1 work=$2; shift 2
cp /etc/passwd /etc/group "$work"
echo libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin >>"$work/passwd"
echo libvirt-qemu:x:64055: >>"$work/group"
mount --bind "$work/passwd" /etc/passwd
mount --bind "$work/group" /etc/group
mount -t overlay overlay -o "lowerdir=$root/usr/share:/usr/share" /usr/share
# not in its place: libvirt waits until qemus that it only tried are gone, and who is the first in a
# PID namespace has to take them off the list of processes
"$@" &
wait $!
"""


def fetch(cache):
    """Download the packages and those they need that this machine does not have; unpack them."""
    with tempfile.TemporaryDirectory(dir=cache) as work:
        os.makedirs(f"{work}/debs/partial")
        for package in PACKAGES:  # also those that are installed
            subprocess.run(["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package],
                           cwd=f"{work}/debs", check=True, timeout=120, capture_output=True)
        subprocess.run(["apt-get", "-qq", "-y", "--no-install-recommends", "--download-only",
                        "-o", f"Dir::Cache::archives={work}/debs", "-o", "Debug::NoLocking=1",
                        "-o", "APT::Sandbox::User=root", "install", *PACKAGES],
                       check=True, timeout=180, capture_output=True)
        for deb in glob.glob(f"{work}/debs/*.deb"):
            subprocess.run(["dpkg-deb", "-x", deb, f"{work}/root"], check=True, timeout=60)
        shutil.rmtree(f"{work}/debs")
        os.rename(f"{work}/root", f"{cache}/libvirt")


class Libvirt:
    def __init__(self, b, cache=None):
        """Skips the test where there are no packages to be had."""
        cache = cache or os.environ.get("SPP_CACHE", "/var/cache/spp-event")
        self.root = f"{cache}/libvirt"
        self.work = b.path("libvirt")
        os.makedirs(cache, exist_ok=True)
        with open(f"{cache}/libvirt.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(self.root):
                try:
                    fetch(cache)
                except (OSError, subprocess.SubprocessError) as e:
                    raise unittest.SkipTest(f"libvirt's packages cannot be had: {e}") from e
        os.makedirs(f"{self.work}/etc", exist_ok=True)
        with open(f"{self.work}/etc/qemu.conf", "w", encoding="ascii") as f:
            f.write(CONF)
        libs = glob.glob(f"{self.root}/usr/lib/*-linux-gnu")[0]
        self.env = {"LD_LIBRARY_PATH": libs,
                    "LIBVIRT_DRIVER_DIR": f"{libs}/libvirt/connection-driver"}

    def invalid(self, path):
        """What libvirt's schema has against a domain; "" when it is valid."""
        schema = f"{self.root}/usr/share/libvirt/schemas/domain.rng"
        done = subprocess.run([f"{self.root}/usr/bin/xmllint", "--noout", "--relaxng", schema, path],
                              env={**os.environ, **self.env}, capture_output=True, text=True,
                              timeout=30, check=False)
        return done.stderr if done.returncode != 0 else ""

    def start(self, b, path):
        """libvirt starts the domain; it ends with the process."""
        return b.start("libvirt", [
            "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
            INSIDE, "sh", self.root, self.work, f"{self.root}/usr/bin/virt-qemu-run", "--verbose",
            f"--root={self.work}", path], env=self.env)
