#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Everything that may go wrong, mixed for hours beside traffic that must not notice: one line a
minute, JSON lines and drawings; exit code 1 when a promise is broken. As root, on a build of the
tree. Ctrl-C ends it early, with all it has found so far.

    tests/soak/run.py --hours 1 --lines soak.jsonl --plots docs/reliability
"""

import argparse
import json
import os
import resource
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
HUGEPAGES_MB = 2048

sys.path[:0] = [HERE, *(os.path.join(TESTS, name) for name in ("hitless", "bench", "func"))]
sys.dont_write_bytecode = True


def arguments():
    parser = argparse.ArgumentParser(description="Everything that may go wrong, for hours.")
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--minute", type=float, default=60, metavar="SECONDS",
                        help="from one look at the balances to the next (default %(default)g)")
    parser.add_argument("--rate", type=int, default=10000,
                        help="packets a second of each source (default %(default)d)")
    parser.add_argument("--dispatch", choices=["event", "auto"])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--build", metavar="DIR", default=os.environ.get("BUILD_DIR", "build"))
    parser.add_argument("--lines", metavar="FILE", default="soak.jsonl",
                        help="one line of JSON a minute is added to it (default %(default)s)")
    parser.add_argument("--plots", metavar="DIR", help="draw memory and loss over time there")
    args = parser.parse_args()
    os.environ["BUILD_DIR"] = os.path.abspath(args.build)
    return args


args = arguments()

import janitor  # noqa: E402  (needs the paths and BUILD_DIR)
import draw
from bench import Bench
from soak import Soak

COLUMNS = ["sent", "lost", "doubled", "reordered", "no_way", "excused", "flushes", "deaths",
           "mbufs_used", "heap_kb"]


def show(number, one):
    print(f"{number:>6}", *(f"{one[c]:>{max(9, len(c))}}" for c in COLUMNS),
          f"{one['primary']['rss_kb']:>9} {one['vf1']['rss_kb']:>9}", flush=True)
    for breach in one["breaches"]:
        print("NOT KEPT:", breach, flush=True)


def soak(b, lines, minutes):
    """Appends to minutes, until the time is over."""
    end = time.monotonic() + 3600 * args.hours
    here = Soak(b, args.rate, args.seed, recorder=True)
    while time.monotonic() < end:
        one = here.minute(min(args.minute, max(1.0, end - time.monotonic())))
        minutes.append(one)
        lines.write(json.dumps(one) + "\n")
        lines.flush()
        show(len(minutes), one)


def interrupted(number, frame):
    raise KeyboardInterrupt


def main():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # some are killed by SIGSEGV on purpose
    print(f"seed {args.seed}")
    print(f"{'minute':>6}", *(f"{c:>9}" for c in COLUMNS), "  primary       vf1  (resident, kB)")
    watch = janitor.Janitor()
    minutes, failed = [], []
    try:
        janitor.reserve_hugepages(watch, HUGEPAGES_MB)
        b = Bench(watch, args.dispatch)
        try:
            with open(args.lines, "a", encoding="utf-8") as lines:
                soak(b, lines, minutes)
        except Exception as e:  # the report must not be lost with it
            failed.append(f"{type(e).__name__}: {e}")
            print(b.dump(), file=sys.stderr)
        finally:
            b.close()
    except KeyboardInterrupt:
        print("interrupted, cleaning up")
    finally:
        watch.close()
    failed += [breach for one in minutes for breach in one["breaches"]]
    print(draw.table(minutes))
    if args.plots and minutes:
        draw.draw(args.plots, minutes)
    print("\n".join(["NOT KEPT: " + f for f in failed] or ["all promises kept"]))
    return 1 if failed or not minutes else 0


if __name__ == "__main__":
    sys.exit(main())
