#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The acceptance test on hardware of one's own: two NICs with a cable between them, or one; as root.

    run.py 0000:03:00.0 0000:03:00.1            two ports, bound to vfio-pci; asks for the cable to be pulled
    run.py 0000:03:00.0 --answer 10.0.0.2       one; it asks for pings of that address from the other end of the cable
    run.py NIC NIC --no-pull                    without a hand
    run.py NIC NIC --unplug CMD --plug CMD      a switch between them that can be told
    run.py --vdev net_tap0,iface=a --vdev net_tap1,iface=b      stand-ins, joined by whoever calls

It starts a spp_primary and two spp_vf of its own (of the package, or of the tree it lies in), beside what runs; sends
numbered frames through both NICs, moves components meanwhile, kills processes, pulls the cable, and writes a report
that can be sent: no host names, addresses, MAC addresses. Exit code: 0 all passed, 1 something failed, 2 it was not tried.
docs/operations.md, "Try your own hardware".
"""

import argparse
import ipaddress
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "func")]
sys.dont_write_bytecode = True

import ground  # noqa: E402  (needs the path)
from end import End  # noqa: E402
from janitor import Janitor  # noqa: E402
from pinged import Pinged  # noqa: E402
from programs import Devices, Programs, find  # noqa: E402
from site_report import Report  # noqa: E402
from steps import Skipped, Steps  # noqa: E402

MEMORY_MB = 512
MACS = ("02:00:00:00:51:00", "02:00:00:00:51:01")


def arguments():
    parser = argparse.ArgumentParser(description="The acceptance test of spp-event on two NICs joined by a cable, or on one; as root.")
    parser.add_argument("nics", nargs="*", metavar="NIC", help="PCI addresses, bound to vfio-pci")
    parser.add_argument("--answer", metavar="IP", help="one NIC: the address to be pinged from the other end of its cable")
    parser.add_argument("--vdev", action="append", default=[], metavar="DEVICE", help="in place of a NIC; repeatable")
    parser.add_argument("--force", action="store_true",
                        help="also a NIC that has this host's default route or an address: the host loses it meanwhile")
    parser.add_argument("--no-pull", action="store_true", help="do not ask for the cable to be pulled")
    parser.add_argument("--unplug", metavar="COMMAND", help="what pulls the cable, in place of a hand")
    parser.add_argument("--plug", metavar="COMMAND", help="what puts it back")
    parser.add_argument("--hand", type=float, default=120, metavar="S", help="how long to wait for a hand (120)")
    parser.add_argument("--rate", type=float, default=1000, metavar="PPS", help="frames a second and direction (1000)")
    parser.add_argument("--seconds", type=float, default=10, metavar="S", help="of order and loss (10)")
    parser.add_argument("--trips", type=int, default=1000, metavar="N", help="round trips (1000)")
    parser.add_argument("--moves", type=int, default=200, metavar="N", help="changes of the wiring (200)")
    parser.add_argument("--pace", type=float, default=0.02, metavar="S", help="from one of them to the next (0.02)")
    parser.add_argument("--settle", type=float, default=5, metavar="S", help="how long a frame may be on its way (5)")
    parser.add_argument("--patience", type=float, default=60, metavar="S", help="how long to wait for a step (60)")
    parser.add_argument("--programs", metavar="DIR", help="where spp_primary and spp_vf are (the tree's build, or PATH)")
    parser.add_argument("--report", metavar="FILE", help="where the report goes (spp-site-DATE.txt)")
    args = parser.parse_args()
    if bool(args.unplug) != bool(args.plug):
        parser.error("--unplug and --plug go together")
    try:
        ipaddress.IPv4Address(args.answer or "0.0.0.0")
    except ValueError:
        parser.error(f"--answer {args.answer} is no IPv4 address")
    if len(args.nics) + len(args.vdev) != (1 if args.answer else 2) or args.nics and args.vdev:
        parser.error("two NICs by PCI address (lspci -D | grep Ethernet), or one and --answer; or as many --vdev")
    return args


def problems(args, nics, missing):
    found = list(missing)
    if os.geteuid() != 0:
        found.append("run it as root: hugepages, NICs and a spp_primary are root's")
    if args.nics:
        found += ground.missing_tools()
    if len({nic.address for nic in nics}) != len(nics):
        found.append(f"{nics[0].address} is given twice: a cable needs two ports")
    for nic in nics:
        found += nic.problems(args.force)
    if not ground.cpus_of(nics[0].node if nics else 0):
        found.append("every CPU it may use has a thread of a spp_primary or spp_vf: give it others (taskset)")
    return found + ground.memory_problems(MEMORY_MB)


def carry_out(steps, report):
    """All steps; whether none failed."""
    good, useless = True, None
    for step in Steps.ALL:
        name, begun = step.__name__.replace("_", " "), time.monotonic()
        if useless is not None:
            report.step(name, "not tried", f"{useless} failed")
            continue
        report.begin(name, step.__doc__)
        try:
            result, figure = "PASS", step(steps)
        except Skipped as e:
            result, figure = "SKIP", str(e)
        except KeyboardInterrupt:
            result, figure, useless = "FAIL", "interrupted", name
        except Exception as e:  # whatever it is, the report says so
            result, figure = "FAIL", f"{e}" or type(e).__name__
            report.add_logs(name, steps.programs.tails())
            if step in Steps.NEEDED or step.__name__.startswith("kill"):
                useless = name
        report.step(name, result, figure, time.monotonic() - begun)
        good = good and result != "FAIL"
    return good


def main():
    args = arguments()
    names = [ground.whole_address(text) or text for text in args.nics]
    nics = [ground.Nic(name) for name in names]
    paths, missing = find(args.programs)
    found = problems(args, nics, missing)
    if found:
        print("\n".join(f"not tried: {problem}" for problem in found), file=sys.stderr)
        return 2
    report = Report(args.report or time.strftime("spp-site-%Y%m%d-%H%M%S.txt"))
    report.host(ground.describe(), paths, [line for nic in nics for line in nic.describe()] or
                [f"stand-in: {vdev}" for vdev in args.vdev])
    node = nics[0].node if nics else 0
    good = False
    cleaner = Janitor()
    try:
        folder = tempfile.mkdtemp(prefix="spp-site-")
        cleaner.add("dir", folder)
        programs = Programs(paths, cleaner, folder, Devices(names, args.vdev), ground.cpus_of(node),
                            ",".join(["0"] * node + [str(MEMORY_MB)]))
        programs.deadline = args.patience
        ends = [Pinged(programs.socket(1), MACS[0], args.answer)] if args.answer else [
            End(programs.socket(n + 1), MACS[n], MACS[1 - n]) for n in range(2)]
        try:
            good = carry_out(Steps(programs, ends, args), report)
        finally:
            for end in ends:
                end.close()
            programs.close()
    finally:
        cleaner.close()
        report.close(good)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
