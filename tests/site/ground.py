# SPDX-License-Identifier: BSD-3-Clause
"""What the host is and has: said in the report, and looked at before anything is started. It changes nothing, and
names no host, address or MAC address.
"""

import glob
import os
import platform
import re
import shutil
import subprocess

SYS = os.environ.get("SPP_SITE_SYS", "/sys")    # both for tests
PROC = os.environ.get("SPP_SITE_PROC", "/proc")
NOT_KERNEL = ("vfio-pci", "uio_pci_generic", "igb_uio")
SHARED = ("mlx4_core", "mlx5_core", "mana")  # stay with the kernel's driver: DPDK takes them beside it


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read().strip()
    except OSError:
        return ""


def said_by(*argv):
    """Standard output of a tool; "" when there is none."""
    try:
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              check=False, timeout=20, text=True).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def whole_address(text):
    """0000:03:00.0 of 03:00.0; None: no PCI address."""
    match = re.fullmatch(r"(?:([0-9a-f]{4}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])", text.lower())
    return None if match is None else f"{match[1] or '0000'}:{match[2]}"


class Nic:
    """A PCI NIC, as the kernel's files show it."""

    def __init__(self, address):
        self.address = address
        self.folder = f"{SYS}/bus/pci/devices/{address}"

    def _link(self, name):
        path = f"{self.folder}/{name}"
        return os.path.basename(os.readlink(path)) if os.path.islink(path) else ""

    @property
    def driver(self):
        return self._link("driver")

    @property
    def iommu_group(self):
        return self._link("iommu_group")

    @property
    def node(self):
        return max(int(read(f"{self.folder}/numa_node") or -1), 0)

    @property
    def interfaces(self):
        return sorted(os.path.basename(path) for path in glob.glob(f"{self.folder}/net/*"))

    def problems(self, force):
        """What keeps it from being tried, and what would help."""
        name = self.address
        if not os.path.isdir(self.folder):
            return [f"{name}: there is no such PCI device (lspci -D | grep Ethernet has the addresses)"]
        if not read(f"{self.folder}/class").startswith("0x02"):
            return [f"{name}: is no NIC (PCI class {read(self.folder + '/class') or 'not known'})"]
        used = [] if force else [f"{name}: {why} (another NIC; --force takes it all the same)"
                                 for interface in self.interfaces for why in uses(interface)]
        if used:  # before a word on binding it, which would cut the operator off
            return used
        others = [] if force else users(self.folder, self.driver)
        if others:
            return [f"{name}: pid {others[0]} uses it (another NIC; --force takes it all the same)"]
        if self.driver in SHARED:
            return []
        if self.driver not in NOT_KERNEL:
            return [f"{name}: is bound to {self.driver or 'no driver'}; vfio-pci is wanted: modprobe vfio-pci; "
                    f"dpdk-devbind.py --bind=vfio-pci {name} (docs/operations.md, \"A real host in six steps\")"]
        if self.driver == "vfio-pci" and not self.iommu_group:
            return [f"{name}: has no IOMMU group: intel_iommu=on iommu=pt on the kernel's command line, and VT-d or "
                    "AMD-Vi on in the firmware"]
        return []

    def describe(self):
        """Lines for the report."""
        ids = f"{read(self.folder + '/vendor')[2:]}:{read(self.folder + '/device')[2:]}"
        model = re.sub(r"^\S+ [^:]*: ", "", said_by("lspci", "-D", "-s", self.address)) or "model not known (no lspci)"
        lane = " x".join(part for part in (read(f"{self.folder}/current_link_speed"),
                                           read(f"{self.folder}/current_link_width")) if part not in ("", "Unknown", "0"))
        return [f"{self.address}: {model} [{ids}]",
                f"    driver {self.driver or 'none'}, IOMMU group {self.iommu_group or 'none'}, "
                f"memory node {self.node}, PCIe {lane or 'speed not known'}",
                f"    firmware: {self.firmware()}"]

    def firmware(self):
        for interface in self.interfaces:
            found = re.search(r"^firmware-version: *(.*)$", said_by("ethtool", "-i", interface), re.M)
            if found:
                return found[1] or "none said"
        return "not shown while it is bound to vfio-pci (ethtool -i, before it is bound)"


def uses(interface):
    """Why an interface must not be taken from the kernel."""
    route = said_by("ip", "-o", "route", "show", "default") + said_by("ip", "-o", "-6", "route", "show", "default")
    if re.search(rf"\bdev {re.escape(interface)}\b", route):
        return [f"{interface} has the default route of this host"]
    if said_by("ip", "-o", "addr", "show", "dev", interface, "scope", "global"):
        return [f"{interface} has an address of this host"]
    # bridge or bond; VLANs, macvlans
    others = [path for pattern in ("master", "upper_*") for path in glob.glob(f"{SYS}/class/net/{interface}/{pattern}")]
    return [f"{interface} belongs to {os.path.basename(os.readlink(others[0]))}"] if others else []


def users(device, driver):
    """Processes that have the NIC without the kernel keeping others out, as vfio-pci does."""
    files = [f"/dev/{os.path.basename(path)}" for path in glob.glob(f"{device}/uio/uio*")]
    files += [f"/dev/infiniband/{os.path.basename(path)}" for path in glob.glob(f"{device}/infiniband_verbs/uverbs*")]
    found = set()
    for path in glob.glob(f"{PROC}/[0-9]*/fd/*") if files and driver != "vfio-pci" else []:
        try:
            if os.readlink(path) in files:
                found.add(int(path.removeprefix(f"{PROC}/").split("/")[0]))
        except OSError:
            continue  # it ended, or closed it
    return sorted(found)


# -- memory ------------------------------------------------------------------------------------


def hugepages():
    """[(size in kB, reserved, free)]"""
    found = []
    for path in glob.glob(f"{SYS}/kernel/mm/hugepages/hugepages-*kB"):
        size = int(re.search(r"-(\d+)kB$", path)[1])
        found.append((size, int(read(f"{path}/nr_hugepages") or 0), int(read(f"{path}/free_hugepages") or 0)))
    return sorted(found)


def memory_problems(megabytes):
    free = max((size * free // 1024 for size, _, free in hugepages()), default=0)
    if free < megabytes:
        size, reserved, unused = next((page for page in hugepages() if page[0] == 2048), (2048, 0, 0))
        wanted = reserved + (megabytes - unused * size // 1024) // 2 + 64  # what others have stays theirs
        return [f"hugepages: {free} MB are free, {megabytes} MB are wanted: echo {wanted} "
                f">{SYS}/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages (or stop what has them)"]
    if not re.search(r"^\S+ \S+ hugetlbfs ", read(f"{PROC}/mounts"), re.M):
        return ["hugepages: no hugetlbfs is mounted: mkdir -p /dev/hugepages; mount -t hugetlbfs nodev /dev/hugepages"]
    return []


# -- the host ----------------------------------------------------------------------------------


def cpus_of(node):
    """Those we may use; of a memory node if there are any there."""
    ours = sorted(os.sched_getaffinity(0))
    there = set()
    for part in filter(None, read(f"{SYS}/devices/system/node/node{node}/cpulist").split(",")):
        first, _, last = part.partition("-")
        there |= set(range(int(first), int(last or first) + 1))
    free = [cpu for cpu in ours if cpu not in worked_on()]
    return [cpu for cpu in free if cpu in there] or free


def worked_on():
    """CPUs to which a thread of a spp_primary or spp_vf of this host is bound: it works there."""
    found = set()
    for path in glob.glob(f"{PROC}/[0-9]*/task/[0-9]*/status"):
        text = read(path)
        if re.match(r"Name:\s+spp[_-]", text):
            allowed = re.search(r"^Cpus_allowed_list:\s*(\d+)$", text, re.M)
            found |= {int(allowed[1])} if allowed else set()
    return found


def describe():
    cpu = re.search(r"^model name\s*: (.*)$", read(f"{PROC}/cpuinfo"), re.M)
    release = re.search(r'^PRETTY_NAME="?(.*?)"?$', read("/etc/os-release"), re.M)
    nodes = len(glob.glob(f"{SYS}/devices/system/node/node[0-9]*")) or 1
    maker = " ".join(filter(None, (read(f"{SYS}/class/dmi/id/sys_vendor"), read(f"{SYS}/class/dmi/id/product_name"))))
    line = [word for word in read(f"{PROC}/cmdline").split() if re.match(
        r"(intel_iommu|amd_iommu|iommu|isolcpus|nohz_full|rcu_nocbs|hugepages|hugepagesz|default_hugepagesz)=", word)]
    return [f"machine: {maker or 'not known'}",
            f"system: {release[1] if release else 'not known'}, kernel {platform.release()}",
            f"CPUs: {len(os.sched_getaffinity(0))} of {os.cpu_count()}, {cpu[1] if cpu else platform.machine()}, "
            f"memory nodes: {nodes}",
            "hugepages: " + (", ".join(f"{free} of {total} of {size // 1024} MB free"
                                       for size, total, free in hugepages() if total) or "none"),
            f"IOMMU groups: {len(glob.glob(SYS + '/kernel/iommu_groups/*'))}",
            f"kernel's command line, of it: {' '.join(line) or '-'}",
            f"virtual: {said_by('systemd-detect-virt') or 'not known'}"]


def missing_tools():
    return [] if shutil.which("ip") else ["ip is not installed (package iproute2): what a NIC is used for cannot be seen"]
