#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Builds the packages and tries their life on a machine with nothing else on it; as root.

    tests/package/run.py                all parts, of this machine's Debian release
    tests/package/run.py 13             of another one
    tests/package/run.py 12 --part life once built: one part again

Parts: build (twice, equal byte for byte, lintian has nothing to say), life (install, start, upgrade,
downgrade, remove, purge, beside a switch that runs: life.py), autopkgtest (debian/tests from the
installed package), tarball (meson dist, built outside of git), arm64 (cross-built, its unit tests run
by qemu). Everything happens in build-debianNN, in roots of its own (tests/debian).
"""

import argparse
import contextlib
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))

sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "debian"),
                os.path.join(os.path.dirname(HERE), "func")]
sys.dont_write_bytecode = True

import arm64  # noqa: E402  (needs the path)
import janitor  # noqa: E402
import made  # noqa: E402
import minimal  # noqa: E402
import root as roots  # noqa: E402
from boot import Machine  # noqa: E402
from builder import TREE, Builder  # noqa: E402
from enter import enter, isolated  # noqa: E402
from enter import run as mount  # noqa: E402
from life import Life  # noqa: E402

MEMORY_MB = {"life": 300, "autopkgtest": 1280}


class Parts(Builder):
    # -- tools ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def memory(self, part):
        keeper = janitor.Janitor()
        try:
            janitor.reserve_hugepages(keeper, MEMORY_MB[part])
            yield
        finally:
            keeper.close()

    # -- parts: [(name, what does it)] ------------------------------------------------------

    def build(self):
        first, again = self.first, os.path.join(self.folder, "another/again")

        def one():
            shutil.rmtree(self.folder, ignore_errors=True)
            for folder in (first, again):
                made.copy_tree(os.path.join(folder, "src"))  # both now: somebody may work on the tree
            self.prepare()
            self.build_one(first, "022", {})
            return ", ".join(f"{n} {os.path.getsize(os.path.join(first, n)) // 1024} kB"
                             for n in self.built().debs())

        def equal():
            """another folder, time zone, language and umask, no tests: the same packages"""
            self.build_one(again, "027", {"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "LANG": "de_DE",
                                          "DEB_BUILD_OPTIONS": "nocheck parallel=1"})
            differ = made.unequal(self.built(), made.Packages(again))
            if differ:
                raise AssertionError(f"not equal: {', '.join(differ)}")

        def lintian():
            log = os.path.join(self.folder, "lintian.log")
            code = self.inside("lintian -i --allow-root --fail-on error,warning "
                               f"'{self.built().changes()}' >'{log}' 2>&1")
            with open(log, encoding="utf-8") as f:
                said = f.read()
            if code != 0 or said:
                raise AssertionError(f"exit code {code}\n{said}")

        return [("build", one), ("equal", equal), ("lintian", lintian)]

    def life(self):
        deb = self.built().deb()
        cases = []

        def step(life, name):
            return lambda: getattr(life, f"step_{name}")()

        @contextlib.contextmanager
        def machine():
            root, older = minimal.make(self.release, os.path.join(self.base, "minimal"), deb)
            newer = made.later(deb, self.folder)
            with tempfile.TemporaryDirectory() as place, self.memory("life"), \
                    Machine(root, place, shared=TREE) as there:
                life = Life(there, (deb, made.field(deb, "Version")), newer, older)
                for name in Life.STEPS:
                    cases.append((name, step(life, name)))
                yield life.report

        return machine, cases

    def autopkgtest(self):
        def tests():
            """in the minimal root, with nothing but what the package and its tests ask for"""
            root, _ = minimal.make(self.release, os.path.join(self.base, "minimal"),
                                   self.built().deb())
            source, out = (os.path.join(self.folder, n) for n in ("adt-src", "adt-out"))
            for place in (source, out):
                shutil.rmtree(place, ignore_errors=True)
            made.copy_tree(source)
            command = ("apt-get -qq update && apt-get -qq -y --no-install-recommends install "
                       "autopkgtest dpkg-dev >/dev/null && "
                       f"autopkgtest --no-built-binaries -o '{out}' {self.built().deb()} "
                       f"{self.built().deb('spp-event-doc')} '{source}/' -- null >/dev/null 2>&1")
            with tempfile.TemporaryDirectory() as place, self.memory("autopkgtest"):
                def first():
                    mount("mount", "-t", "tmpfs", "tmpfs", place)
                    for name in ("upper", "work", "root"):
                        os.mkdir(f"{place}/{name}")
                    mount("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={root},"
                          f"upperdir={place}/upper,workdir={place}/work", f"{place}/root")
                    return enter(f"{place}/root", TREE, ["bash", "-c", command], network=True,
                                 env={"DEBIAN_FRONTEND": "noninteractive"})

                code = isolated(first)
            said = ""
            if os.path.exists(f"{out}/summary"):
                with open(f"{out}/summary", encoding="utf-8") as f:
                    said = f.read()
            if code != 0 or "SKIP" in said:
                raise AssertionError(f"exit code {code}\n{said}" +
                                     made.run("tail", "-n", "60", f"{out}/log"))
            return "; ".join(" ".join(line.split()) for line in said.splitlines())

        return [("tests", tests)]

    def tarball(self):
        def tarball():
            """what meson dist makes builds where there is no git, and its tests pass"""
            place = os.path.join(self.folder, "dist")
            shutil.rmtree(place, ignore_errors=True)
            os.makedirs(place)
            self.prepare()
            code = self.inside(f"""set -e; exec >'{place}/log' 2>&1; cd '{place}'
git config --global --add safe.directory '*'
meson setup build '{TREE}'; nice meson dist -C build --no-tests --formats xztar --allow-dirty
tar xf build/meson-dist/*.tar.xz; cd spp-event-*
meson setup out --werror; nice ninja -C out; nice meson test -C out --suite unit
python3 -B tests/lint/lint.py version
DESTDIR='{place}/installed' meson install -C out --no-rebuild
""")
            if code != 0:
                raise AssertionError(made.run("tail", "-n", "40", f"{place}/log"))
            found = glob.glob(f"{place}/build/meson-dist/*.tar.xz")[0]
            return f"{os.path.basename(found)}, {os.path.getsize(found) // 1024} kB"

        return [("builds", tarball)]

    def arm64(self):
        return arm64.cases(self)


def show(prefix, name, case, report=None):
    """Run one; False when it has failed."""
    start = time.monotonic()
    try:
        said = case()
    except (AssertionError, OSError, subprocess.SubprocessError) as e:
        print(f"FAIL {prefix}/{name} ({time.monotonic() - start:.1f} s)")
        print("     " + "".join(traceback.format_exception_only(e)).replace("\n", "\n     "))
        if report is not None:
            print("     " + report().replace("\n", "\n     "), flush=True)
        return False
    print(f"ok   {prefix}/{name} ({time.monotonic() - start:.1f} s)" + (f"  {said}" if said else ""),
          flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description="Build and try the Debian packages; as root.")
    parser.add_argument("release", nargs="?", choices=sorted(roots.SUITES),
                        default=roots.host_release())
    names = ["build", "life", "autopkgtest", "tarball", "arm64"]
    parser.add_argument("--part", choices=names, action="append")
    args = parser.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("it mounts, and makes namespaces: run it as root")
    if subprocess.run(["bash", "-c", ". tests/setup.sh; spp_packages root"], cwd=TREE,
                      check=False).returncode != 0:
        return 1
    parts = Parts(args.release)
    failed = done = 0
    for part in args.part or names:
        found = getattr(parts, part)()
        machine, cases = found if isinstance(found, tuple) else (contextlib.nullcontext, found)
        with machine() as report:
            for name, case in cases:
                done += 1
                if not show(f"debian{args.release}/{part}", name, case, report):
                    failed += 1
                    break  # the rest needs it
    print(f"{done - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
