# SPDX-License-Identifier: BSD-3-Clause
"""OVS-DPDK (Debian's openvswitch-switch-dpdk) on a path, where it is installed: one PMD thread on
the CPU of ours, flows by destination MAC. Its own database and sockets, in the bench's directory;
a system's OVS is not touched. Never installed by us.
"""

import os

import nic
from proc import CPU_OURS, CPU_TOOLS, run
from system import System

DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
MEMORY = 512
PORT_FIRST = 10  # OpenFlow numbers: NICs 10.., vhosts 50..
VHOST_FIRST = 50


def installed():
    return os.access(DAEMON, os.X_OK) and os.path.exists("/usr/sbin/ovsdb-server")


def can(path):
    """It has no lcores to choose, and no rings."""
    return not path.scheduler_apart and not path.fed and path.rings == 1


class Ovs(System):
    name = "ovs"

    def start(self):
        b, path = self.b, self.path
        self.nics = [nic.Nic(b, n) for n in range(path.nics)]
        self.sources = self.nics[:1]
        self._daemons()
        self._ports()
        self._flows()
        # vhost-user client ports connect to sockets of the guests
        self.add_guests([b.sock(n) for n in range(path.vms)], server=True)

    def _daemons(self):
        b = self.b
        self.db = f"unix:{b.path('ovsdb.sock')}"
        run("ovsdb-tool", "create", b.path("ovs.db"), SCHEMA)
        environment = {"OVS_RUNDIR": b.dir, "OVS_LOGDIR": b.dir, "OVS_DBDIR": b.dir}
        b.env.update(environment)
        server = b.start("ovsdb-server", ["ovsdb-server", b.path("ovs.db"),
                                          f"--remote=p{self.db}",
                                          f"--unixctl={b.path('ovsdb.ctl')}"], cpu=CPU_TOOLS)
        server.until(lambda: os.path.exists(b.path("ovsdb.sock")), "its socket")
        self._vsctl("--no-wait", "init")
        prefix = b.new_prefix("ovs")
        settings = {"dpdk-init": "true", "dpdk-socket-mem": MEMORY,
                    "dpdk-lcore-mask": hex(1 << CPU_TOOLS), "pmd-cpu-mask": hex(1 << CPU_OURS),
                    "dpdk-extra": f"-d {nic.DRIVER} --no-pci --file-prefix {prefix}"}
        self._vsctl("--no-wait", "set", "Open_vSwitch", ".",
                    *(f"other_config:{key}=\"{value}\"" for key, value in settings.items()))
        self.procs = [b.start("ovs-vswitchd", [DAEMON, self.db, f"--unixctl={b.path('ovs.ctl')}"],
                              cpu=CPU_TOOLS)]
        self.procs[0].wait_log(r"DPDK Enabled - initialized", 30)

    def _vsctl(self, *words):
        return run("ovs-vsctl", f"--db={self.db}", *words)

    def _ports(self):
        self._vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev",
                    "fail-mode=secure")
        for number, one in enumerate(self.nics):
            self._vsctl("add-port", "br0", f"nic{number}", "--", "set", "Interface",
                        f"nic{number}", "type=dpdk", f"options:dpdk-devargs=\"{one.vdev}\"",
                        f"ofport_request={PORT_FIRST + number}")
        for number in range(self.path.vms):
            self._vsctl("add-port", "br0", f"vhost{number}", "--", "set", "Interface",
                        f"vhost{number}", "type=dpdkvhostuserclient",
                        f"options:vhost-server-path={self.b.sock(number)}",
                        f"ofport_request={VHOST_FIRST + number}")

    def _flows(self):
        path = self.path
        lines = []
        for number in range(path.macs):
            way = path.ways[number % len(path.ways)]
            kind, index = way.rstrip("0123456789"), int(way.lstrip("abcdefghijklmnopqrstuvwxyz"))
            port = (VHOST_FIRST if kind == "vhost" else PORT_FIRST) + index
            lines.append(f"in_port={PORT_FIRST},dl_dst={nic.mac(number)},actions=output:{port}\n")
        for number in range(path.vms):
            lines.append(f"in_port={VHOST_FIRST + number},actions=output:{PORT_FIRST}\n")
        flows = self.b.path("flows")
        with open(flows, "w", encoding="ascii") as f:
            f.writelines(lines)
        run("ovs-ofctl", "add-flows", f"unix:{self.b.path('br0.mgmt')}", flows)

    def sinks(self):
        return self.nics[:1] if self.path.echo else self.nics[1:]
