# SPDX-License-Identifier: BSD-3-Clause
"""Kernel and initrd of the Linux guest that tests boot: Debian's cloud kernel and busybox.

Made once and kept in $SPP_CACHE (default /var/cache/spp-event); nothing is installed. The initrd's
init brings eth0 up and then runs, line by line, what comes in on the serial console.
"""

import fcntl
import glob
import hashlib
import lzma
import os
import re
import shutil
import subprocess
import tempfile

META_PACKAGE = "linux-image-cloud-amd64"
DRIVERS = ["virtio_net", "virtio_pci"]
MORE = ["8021q"]  # there, and loaded by LOAD_MORE
MORE_ORDER = "order-" + "-".join(MORE)
READY = "@@guest-ready"

INIT = f"""#!/bin/sh
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
busybox --install -s /bin
for module in @MODULES@; do insmod /modules/$module.ko; done
for word in $(cat /proc/cmdline); do
	case $word in
	guest.address=*) address=${{word#*=}} ;;
	guest.mtu=*) mtu=${{word#*=}} ;;
	esac
done
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null
ip link set lo up
ip link set eth0 mtu "${{mtu:-1500}}"
ip addr add "$address" dev eth0
ip link set eth0 up
exec < /dev/ttyS0 > /dev/ttyS0 2>&1
stty -echo -onlcr
echo {READY}
while read -r line; do eval "$line"; done
poweroff -f
"""


def output(*argv, cwd=None):
    done = subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def real_package():
    """The package the meta package leads to, which has the kernel."""
    for attempt in range(2):
        match = re.search(r"Depends: (linux-image-\S+-cloud-amd64)",
                          output("apt-cache", "depends", META_PACKAGE))
        if match is not None:
            return match[1]
        if attempt == 0:
            output("apt-get", "-qq", "update")
    raise AssertionError(f"apt knows no {META_PACKAGE} (is this Debian on amd64?)")


def module(path):
    """A module's bytes; Debian 13 compresses them."""
    with lzma.open(path) if path.endswith(".xz") else open(path, "rb") as f:
        return f.read()


def in_order(directory, names):
    """The modules and what they depend on, dependencies first; those built in are left out."""
    files = {os.path.basename(path).split(".ko")[0].replace("-", "_"): path
             for path in glob.glob(f"{directory}/**/*.ko*", recursive=True)}
    done = {}

    def visit(name):
        if name in done or name not in files:
            return
        depends = re.search(rb"\0depends=([^\0]*)\0", b"\0" + module(files[name]))
        for dependency in filter(None, depends[1].decode().split(",") if depends else []):
            visit(dependency.replace("-", "_"))
        done[name] = files[name]

    for name in names:
        visit(name)
    return done


def fetch_kernel(cache, package):
    """Unpack vmlinuz and the modules from the package into cache/package."""
    with tempfile.TemporaryDirectory(dir=cache) as work:
        output("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", package, cwd=work)
        output("dpkg-deb", "-x", glob.glob(f"{work}/*.deb")[0], f"{work}/root")
        kept = f"{work}/kept"
        os.mkdir(kept)
        shutil.copy(glob.glob(f"{work}/root/boot/vmlinuz-*")[0], f"{kept}/vmlinuz")
        for names, order in ((DRIVERS, "order"), (MORE, MORE_ORDER)):
            modules = in_order(f"{work}/root", names)
            for name, path in modules.items():
                with open(f"{kept}/{name}.ko", "wb") as f:
                    f.write(module(path))
            with open(f"{kept}/{order}", "w", encoding="ascii") as f:
                f.write(" ".join(modules))
        shutil.rmtree(f"{cache}/{package}", ignore_errors=True)  # one without MORE
        os.rename(kept, f"{cache}/{package}")


def make_initrd(kernel, initrd, init):
    with tempfile.TemporaryDirectory(dir=kernel) as work:
        root = f"{work}/root"
        for directory in ("bin", "dev", "modules", "proc", "sys", "tmp"):
            os.makedirs(f"{root}/{directory}")
        shutil.copy(shutil.which("busybox"), f"{root}/bin/busybox")
        os.symlink("busybox", f"{root}/bin/sh")
        for path in glob.glob(f"{kernel}/*.ko"):
            shutil.copy(path, f"{root}/modules")
        shutil.copy(f"{kernel}/{MORE_ORDER}", f"{root}/modules/more")
        with open(f"{root}/init", "w", encoding="ascii") as f:
            f.write(init)
        os.chmod(f"{root}/init", 0o755)
        output("sh", "-c", "cd root && find . | busybox cpio -o -H newc | gzip -1 > ../initrd",
               cwd=work)
        os.rename(f"{work}/initrd", initrd)


def build(cache=None):
    """(path of the kernel, path of the initrd), made if the cache does not have them."""
    cache = cache or os.environ.get("SPP_CACHE", "/var/cache/spp-event")
    os.makedirs(cache, exist_ok=True)
    with open(f"{cache}/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = sorted(glob.glob(f"{cache}/linux-image-*/{MORE_ORDER}"), key=os.path.getmtime)
        if not kept:
            fetch_kernel(cache, real_package())
            kept = glob.glob(f"{cache}/linux-image-*/{MORE_ORDER}")
        kernel = os.path.dirname(kept[-1])
        with open(f"{kernel}/order", encoding="ascii") as f:
            init = INIT.replace("@MODULES@", f.read())
        has = init + " ".join(sorted(os.path.basename(m) for m in glob.glob(f"{kernel}/*.ko")))
        initrd = f"{kernel}/initrd-{hashlib.sha256(has.encode()).hexdigest()[:12]}.gz"
        if not os.path.exists(initrd):
            make_initrd(kernel, initrd, init)
    return f"{kernel}/vmlinuz", initrd


LOAD_MORE = "for m in $(cat /modules/more); do insmod /modules/$m.ko; done"
