# SPDX-License-Identifier: BSD-3-Clause
"""Stand-ins for SPP's own controllers, as our processes see them: spp-ctl and networking-spp.

They say what those say, in their order, and read as they do: 4096 bytes at a time, and what has not
come by then belongs to the next reply. Knows nothing of benches.
"""

import json
import socket
import time

from proc import Timeout

RECV_SIZE = 4096


class Refused(AssertionError):
    """A reply whose result is an error."""


class TextPeer:
    """One connection of a process, asked in the text dialect."""

    def __init__(self, sock):
        self.sock = sock
        sock.settimeout(10)

    def _rest(self):
        """What is there already and no more: the clients think a reply is whole then."""
        self.sock.setblocking(False)
        data = b""
        try:
            while True:
                part = self.sock.recv(RECV_SIZE)
                data += part
                if len(part) < RECV_SIZE:
                    return data
        except BlockingIOError:
            return data
        finally:
            self.sock.settimeout(10)

    def ask_raw(self, line):
        self.sock.sendall(line.encode())
        data = self.sock.recv(RECV_SIZE)
        if not data:
            raise ConnectionError(f"{line}: connection closed")
        if len(data) == RECV_SIZE:
            data += self._rest()
        return data

    def ask(self, line):
        """The reply, parsed; a reply in two pieces does not parse."""
        return json.loads(self.ask_raw(line))

    def do(self, line):
        """Ask; an error is an exception, as for both controllers."""
        reply = self.ask(line)
        result = reply["results"][0]
        if result["result"] != "success":
            raise Refused(f"{line}: {result['error_details']['message']}")
        return reply

    def do_all(self, *lines):
        for line in lines:
            self.do(line)

    def info(self):
        return self.do("status")["info"]

    def close(self):
        self.sock.close()


class TwoPorts:
    """What both have in common: one port for the primary, one for the others, ids by asking."""

    def __init__(self, ports=(0, 0)):
        self.servers = [self._listen(port) for port in ports]
        self.ports = [server.getsockname()[1] for server in self.servers]
        self.primary = None
        self.vfs = {}

    @staticmethod
    def _listen(port):
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(8)
        return server

    def address(self, which):
        return ["-s", f"127.0.0.1:{self.ports[which]}"]

    @property
    def for_primary(self):
        return self.address(0)

    @property
    def for_vf(self):
        return self.address(1)

    def _accept(self, which, deadline=15.0):
        self.servers[which].settimeout(deadline)
        try:
            sock, _ = self.servers[which].accept()
        except socket.timeout:
            raise Timeout(f"nobody connected to port {which} within {deadline:g} s") from None
        return TextPeer(sock)

    def accept_primary(self):
        """It is asked nothing."""
        if self.primary is not None:
            self.primary.close()
        self.primary = self._accept(0)
        return self.primary

    def accept_vf(self):
        peer = self._accept(1)
        answer = peer.do("_get_client_id")
        if answer["client_id"] in self.vfs:
            self.vfs[answer["client_id"]].close()
        self.vfs[answer["client_id"]] = peer
        return peer

    def close(self):
        for server in self.servers:
            server.close()
        for peer in [self.primary, *self.vfs.values()]:
            if peer is not None:
                peer.close()
        self.primary, self.vfs = None, {}


class SppCtl(TwoPorts):
    """The REST server: each call is one command, applied at once; before and after each typed
    command its users ask for status."""

    def component_start(self, name, core, kind, vf=1):
        self.vfs[vf].info()
        self.vfs[vf].do(f"component start {name} {core} {kind}")

    def component_stop(self, name, vf=1):
        self.vfs[vf].info()
        self.vfs[vf].do(f"component stop {name}")

    def port_attach(self, port, side, name, vlan="", vf=1):
        self.vfs[vf].info()
        self.vfs[vf].do(f"port add {port} {side} {name}" + (f" {vlan}" if vlan else ""))

    def port_detach(self, port, side, name, vf=1):
        self.vfs[vf].info()
        self.vfs[vf].do(f"port del {port} {side} {name}")

    def table(self, action, mac, port, vid=None, vf=1):
        self.vfs[vf].info()
        kind = "mac" if vid is None else f"vlan {vid}"
        self.vfs[vf].do(f"classifier_table {action} {kind} {mac} {port}")

    def vf_get(self, vf=1):
        """As GET /v1/vfs/N has it."""
        info = self.vfs[vf].info()
        return {"client-id": info["client-id"],
                "ports": [f"{kind}:{n}" for kind in ("phy", "vhost", "ring") for n in info[kind]],
                "components": info["core"], "classifier_table": info["classifier_table"],
                "master-lcore": info["master-lcore"]}


class NetworkingSpp(TwoPorts):
    """The OpenStack agent: everything of one operation, then flush. Two vhosts on six workers."""

    VHOSTS = (0, 1)

    def __init__(self, ports=(0, 0)):
        super().__init__(ports)
        self.macs = {}

    def components(self):
        parts = []
        for n in self.VHOSTS:
            parts.append(("forward", f"forward_{n}_tx", [f"ring:{2 * n}"], [f"vhost:{n}"]))
            parts.append(("forward", f"forward_{n}_rx", [f"vhost:{n}"], [f"ring:{2 * n + 1}"]))
        rings = [f"ring:{2 * n}" for n in self.VHOSTS]
        parts.append(("classifier_mac", "classifier", ["phy:0"], rings))
        parts.append(("merge", "merger", [f"ring:{2 * n + 1}" for n in self.VHOSTS], ["phy:0"]))
        return parts

    def start(self, vf=1):
        """What the agent does at its start; False: it found all built already."""
        peer = self.vfs[vf]
        peer.do("cancel")
        info = peer.info()
        self.macs = {int(e["port"].split(":")[1]) // 2: e["value"].rpartition("/")[2].lower()
                     for e in info["classifier_table"] if e["port"].startswith("ring:")}
        if info["core"][0]["type"] != "unuse":
            return False
        cores = [c["core"] for c in info["core"]]
        for core, (kind, name, rx, tx) in zip(cores, self.components()):
            peer.do(f"component start {name} {core} {kind}")
            peer.do_all(*[f"port add {port} tx {name}" for port in tx])
            peer.do_all(*[f"port add {port} rx {name}" for port in rx])
        peer.do("flush")
        peer.info()
        return True

    def _retag(self, peer, vhost, rx_operation, tx_operation):
        ring = f"ring:{2 * vhost}"
        peer.do_all(f"port del vhost:{vhost} rx forward_{vhost}_rx",
                    f"port add vhost:{vhost} rx forward_{vhost}_rx{rx_operation}",
                    f"port del {ring} tx classifier",
                    f"port add {ring} tx classifier{tx_operation}")

    def plug(self, vhost, mac, vid=None, vf=1):
        peer = self.vfs[vf]
        if vid is None:
            peer.do(f"classifier_table add mac {mac} ring:{2 * vhost}")
        else:
            self._retag(peer, vhost, f" add_vlantag {vid} 0", " del_vlantag")
            peer.do(f"classifier_table add vlan {vid} {mac} ring:{2 * vhost}")
        peer.do("flush")
        self.macs[vhost] = mac

    def unplug(self, vhost, mac, vid=None, vf=1):
        peer = self.vfs[vf]
        if vid is None:
            peer.do(f"classifier_table del mac {mac} ring:{2 * vhost}")
        else:
            self._retag(peer, vhost, "", "")
            peer.do(f"classifier_table del vlan {vid} {mac} ring:{2 * vhost}")
        peer.do("flush")
        self.macs.pop(vhost, None)


def median_ms(peer, line, times=200):
    """How long a reply takes; what we make of it then is not its time."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        peer.ask_raw(line)
        took.append((time.perf_counter() - start) * 1000)
    return sorted(took)[times // 2]
