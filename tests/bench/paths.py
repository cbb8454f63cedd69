# SPDX-License-Identifier: BSD-3-Clause
"""The paths that are measured: what is wired on our side, what stands beside it, what is wanted.

A path is a value; ours.py, testpmd.py and ovs.py make programs of it. Knows the JSON dialect of
components and table, nothing of processes.
"""

import dataclasses

import nic
from spplib import FLUSH, commands, component, table

WORKER = 2  # the lcore that has all components, where a path does not say otherwise
SECOND_WORKER = 12  # and in a second spp_vf


@dataclasses.dataclass(frozen=True)
class Path:
    name: str
    title: str
    parts: tuple            # (lcore, kind, name, rx, tx)
    nics: int               # nic0 sends; all take
    vms: int = 0
    echo: bool = False      # the guests send back what they get
    fed: bool = False       # the first guest sends, the last one takes, the NICs are silent
    storm: bool = False     # and the third one sends broadcasts, as fast as it can
    senders: tuple = ()     # (source address, port) that is right there
    sizes: tuple = (60,)
    macs: int = 2           # destination n leads to way n % len(ways)
    ways: tuple = ()        # tx ports of the classifier
    wanted: float = None    # cycles a packet, at most
    scheduler_apart: bool = False  # on the CPU of the guests and tools
    idle_workers: int = 0   # more that have nothing: a VF's lcores limit its components
    second: tuple = ()      # as parts, of a second spp_vf
    second_apart: bool = False  # which is on the CPU of the guests and tools

    @property
    def workers(self):
        used = sorted({part[0] for part in self.parts})
        return [*used, *range(used[-1] + 1, used[-1] + 1 + self.idle_workers)]

    @property
    def second_workers(self):
        return sorted({part[0] for part in self.second})

    @property
    def rings(self):
        return 1 + max([int(p[4:]) for part in self.parts + self.second for p in (*part[3], *part[4])
                        if isinstance(p, str) and p.startswith("ring")], default=0)

    def message(self):
        """All of it, from nothing, in one flush."""
        return commands(*made(self.parts),
                        *(table(nic.mac(n), self.ways[n % len(self.ways)])
                          for n in range(self.macs if self.ways else 0)),
                        *(table(*sender) for sender in self.senders), FLUSH)

    def second_message(self):
        """The same for the second spp_vf."""
        return commands(*made(self.second), FLUSH)


def made(parts):
    return (component(core, kind, list(rx), list(tx), name=name)
            for core, kind, name, rx, tx in parts)


def direct(kind, count, first=0):
    """NIC → classifier → ports of this kind."""
    ways = tuple(f"{kind}{first + n}" for n in range(count))
    return {"ways": ways, "parts": ((WORKER, "classifier", "cls", ("nic0",), ways),)}


def over_rings(kind, first=0, count=2, cores=None):
    """NIC → classifier → rings → forwards → ports of this kind. cores: of all, classifier first."""
    cores = cores or [WORKER] * (count + 1)
    ways = tuple(f"ring{2 * n}" for n in range(count))
    forwards = ((cores[n + 1], "forward", f"down{n}", (ways[n],), (f"{kind}{first + n}",))
                for n in range(count))
    return {"ways": ways, "parts": ((cores[0], "classifier", "cls", ("nic0",), ways), *forwards)}


def switched(kind, count, first=0, **more):
    """NIC → switch → ports of this kind. more: members of the rx ports that are none of the NIC."""
    ways = tuple(f"{kind}{first + n}" for n in range(count))
    rx = tuple({"port": way, **more} if more else way for way in ways)
    return {"ways": ways,
            "parts": ((WORKER, "switch", "sw", ("nic0", *rx), ("nic0", *ways)),)}


def between(**more):
    """vhost0 → switch → vhost1, beside a NIC. more: members of the rx ports of the guests."""
    return {**switched("vhost", 2, **more), "ways": ("vhost1",), "vms": 2, "nics": 1, "macs": 1,
            "fed": True, "senders": ((nic.SOURCE, "vhost0"),)}


def stormed(wired):
    """The same, and a third guest that sends broadcasts; wired: to the switch."""
    return {**between(), "vms": 3, "storm": True,
            "parts": switched("vhost", 3 if wired else 2)["parts"]}


def patched():
    """The same two guests as `sppctl patch` joins them."""
    return {"parts": ((WORKER, "forward", "there", ("vhost0",), ("vhost1",)),
                      (WORKER, "forward", "back", ("vhost1",), ("vhost0",))),
            "vms": 2, "nics": 1, "macs": 1, "fed": True}


def back(count=2):
    """vhosts → merge → nic0"""
    return ((WORKER, "merge", "mrg", tuple(f"vhost{n}" for n in range(count)), ("nic0",)),)


def back_over_rings(count=2):
    rings = tuple(f"ring{2 * n + 1}" for n in range(count))
    forwards = ((WORKER, "forward", f"up{n}", (f"vhost{n}",), (rings[n],)) for n in range(count))
    return (*forwards, (WORKER, "merge", "mrg", rings, ("nic0",)))


def both(name, title, down, up, **more):
    return Path(name, title, (*down["parts"], *up), nics=1, vms=2, echo=True, ways=down["ways"],
                **more)


TABLE = [
    Path("nics", "NIC → classifier → 2 NICs", nics=3, wanted=30, **direct("nic", 2, 1)),
    Path("rings", "NIC → classifier → 2 rings → 2 forwards → NICs", nics=3, wanted=34,
         **over_rings("nic", 1)),
    Path("vhosts", "NIC → classifier → 2 vhosts", nics=1, vms=2, wanted=100,
         **direct("vhost", 2)),
    Path("rings-vhosts", "NIC → classifier → 2 rings → 2 forwards → 2 vhosts", nics=1, vms=2,
         wanted=108, **over_rings("vhost")),
    both("both", "both directions, 2 vhosts that echo, merge", direct("vhost", 2), back(),
         wanted=76),
    both("both-rings", "the same over 4 rings and 4 forwards", over_rings("vhost"),
         back_over_rings(), wanted=95),
    Path("vhosts-1514", "NIC → classifier → 2 vhosts, 1514 bytes", nics=1, vms=2, wanted=175,
         sizes=(1514,), **direct("vhost", 2)),
    Path("vhosts-imix", "NIC → classifier → 2 vhosts, IMIX", nics=1, vms=2, wanted=120,
         sizes=tuple(nic.IMIX), **direct("vhost", 2)),
    Path("switch", "NIC → switch → 2 NICs", nics=3, wanted=31.5, **switched("nic", 2, 1)),
    Path("switch-vhosts", "NIC → switch → 2 vhosts", nics=1, vms=2, wanted=105,
         **switched("vhost", 2)),
    Path("rings-3-lcores", "row 2 with 3 lcores on that one CPU", nics=3, wanted=100,
         **over_rings("nic", 1, cores=[2, 3, 4])),
]


GUESTS = [
    Path("patch", "vhost → forward → vhost", **patched()),
    Path("between", "vhost → switch → vhost", **between()),
    Path("between-checked", "vhost → switch → vhost, with source_check",
         **between(source_check=True)),
    Path("storm", "vhost → switch → vhost, a third guest floods", **stormed(True)),
    Path("storm-apart", "the same, the third one's vhost is not wired", **stormed(False)),
]


def hop(name, title, second=True, **more):
    """NIC → forward → ring → forward → NIC"""
    ends = (WORKER, "forward", "to", ("nic0",), ("ring0",)), \
           (SECOND_WORKER if second else WORKER, "forward", "from", ("ring0",), ("nic1",))
    split = {"parts": ends[:1], "second": ends[1:]} if second else {"parts": ends}
    return Path(name, title, nics=2, macs=1, **split, **more)


# testpmd beside: of two spp_vf it is two processes with a pair of memif between them.
HOPS = [
    hop("one-vf", "NIC → forward → ring → forward → NIC", second=False),
    hop("two-vfs", "the same, the second forward in another spp_vf"),
    hop("two-vfs-apart", "the same, each spp_vf on a CPU of its own", second_apart=True),
]


def many_macs(count):
    return Path(f"nics-{count}-macs", f"NIC → classifier → 2 NICs, {count:,} MACs", nics=3,
                macs=count, **direct("nic", 2, 1))


def many_vms(count):
    return Path(f"vhosts-{count}-vms", f"NIC → classifier → {count} vhosts", nics=1, vms=count,
                macs=count, **direct("vhost", count))


def many_workers(count):
    """A classifier and forwards, spread over so many worker lcores; 12 components in any case."""
    cores = [WORKER + n % count for n in range(12)]
    path = over_rings("nic", 1, count=11, cores=cores)
    return Path(f"workers-{count}", f"classifier and 11 forwards on {count} lcores of one CPU",
                nics=12, macs=11, idle_workers=12 - count, **path)


def sized(size):
    return Path(f"size-{size}", f"NIC → classifier → 2 vhosts, {size} bytes", nics=1, vms=2,
                sizes=(size,), **direct("vhost", 2))


def by_name(name):
    return next(path for path in TABLE + GUESTS + HOPS if path.name == name)


def with_size(path, size):
    return dataclasses.replace(path, name=f"{path.name}/{size}", sizes=(size,), wanted=None,
                               title=f"{path.title}, {size} bytes")


def apart(name):
    """A path of the table with the scheduler on the other CPU."""
    path = by_name(name)
    return dataclasses.replace(path, name=f"{name}-apart", scheduler_apart=True, wanted=None,
                               title=f"{path.title}, scheduler on a CPU of its own")


GROWTH = {
    "macs": [many_macs(n) for n in (10, 1000, 16384)],
    "vms": [many_vms(n) for n in (1, 4, 12)],
    "workers": [many_workers(n) for n in (1, 6, 12)],
    "sizes": [sized(n) for n in (64, 512, 1514)],
}

# Without guests: these would share the scheduler's CPU.
APART = [apart("nics"), apart("rings"), apart("rings-3-lcores")]
# Where packets come back to a NIC, which has the clock.
LATENCY = [by_name(name) for name in ("nics", "rings", "both", "both-rings")]
EVERY = TABLE + GUESTS + HOPS + [path for group in GROWTH.values() for path in group] + APART
