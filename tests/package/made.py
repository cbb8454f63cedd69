# SPDX-License-Identifier: BSD-3-Clause
"""Copies of the tree, packages that were built from one, and one of a later version made from a built
one. Knows nothing of what they are for.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))


def run(*argv, **more):
    """To its end; what it wrote. Fails with the end of that."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, errors="replace", check=False, **more)
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-40:])
        raise AssertionError(f"{' '.join(argv)}: exit code {done.returncode}\n{tail}")
    return done.stdout


def names():
    """Of what is, or may be, in the repository: no builds."""
    listed = run("git", "-C", TREE, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in sorted(filter(None, listed.split("\0")))
            if os.path.lexists(os.path.join(TREE, name))]


def copy_tree(folder):
    for name in names():
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        shutil.copy2(os.path.join(TREE, name), os.path.join(folder, name), follow_symlinks=False)


def digest(folder=TREE):
    """Of all that packages are made of, in the tree or a copy of it: of tests what meson.build installs."""
    state = hashlib.sha256()
    with open(os.path.join(folder, "meson.build"), encoding="utf-8") as f:
        installed = set(re.findall(r"'(tests/[^']+\.py)'", f.read()))
    for name in names():
        path = os.path.join(folder, name)
        if name.startswith(("tests/", ".")) and name not in installed or not os.path.lexists(path):
            continue
        if os.path.islink(path):
            content = os.readlink(path).encode()
        else:
            with open(path, "rb") as f:
                content = f.read()
        state.update(f"{name} {os.lstat(path).st_mode & 0o111:o} {len(content)}\n".encode() + content)
    return state.hexdigest()


class Packages:
    """Those that a build has left in a folder."""

    def __init__(self, folder):
        self.folder = folder

    def debs(self):
        return sorted(n for n in os.listdir(self.folder) if n.endswith(".deb"))

    def deb(self, package="spp-event"):
        return os.path.join(self.folder, next(n for n in self.debs() if n.startswith(package + "_")))

    def changes(self):
        return os.path.join(self.folder, next(n for n in os.listdir(self.folder)
                                              if n.endswith(".changes")))


def unequal(one, other):
    """Names of those that are not the same byte for byte."""
    names = sorted({*one.debs(), *other.debs()})
    return [n for n in names if subprocess.run(
        ["cmp", "-s", f"{one.folder}/{n}", f"{other.folder}/{n}"], check=False).returncode != 0]


def field(deb, name):
    return run("dpkg-deb", "-f", deb, name).strip()


def later(deb, folder):
    """(path, version) of a package like that one, but for the last digit of its version."""
    version = field(deb, "Version")
    newer = re.sub(r"\d+$", lambda m: str((int(m[0]) + 1) % 10), version)
    path = os.path.join(folder, os.path.basename(deb).replace(version, newer))
    with tempfile.TemporaryDirectory() as place:
        content = f"{place}/content"
        run("dpkg-deb", "-R", deb, content)
        for program in os.listdir(f"{content}/usr/bin"):
            with open(f"{content}/usr/bin/{program}", "r+b") as f:
                image = f.read().replace(version.encode(), newer.encode())
                f.seek(0)
                f.write(image)
        with open(f"{content}/DEBIAN/control", "r+", encoding="utf-8") as f:
            control = re.sub(r"(?m)^Version: .*", f"Version: {newer}", f.read())
            f.seek(0)
            f.write(control)
        run("sh", "-c", "find usr -type f -print0 | xargs -0 md5sum >DEBIAN/md5sums", cwd=content)
        run("dpkg-deb", "--root-owner-group", "-b", content, path)
    return path, newer
