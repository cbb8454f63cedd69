# SPDX-License-Identifier: BSD-3-Clause
"""Builds the packages in the root of a release (tests/debian), which gets what a build needs. Used by
run.py beside it, and by tests/host for what it installs. Knows nothing of what they are for.
"""

import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))

sys.path += [os.path.join(os.path.dirname(HERE), "debian")]

import made  # noqa: E402  (needs the path)
import root as roots  # noqa: E402
from enter import enter  # noqa: E402

PREPARE = (". tests/setup.sh; spp_packages test; export DEBIAN_FRONTEND=noninteractive; "
           "apt-get -qq update; apt-get -qq -y --no-install-recommends install "
           "debhelper dpkg-dev lintian man-db autopkgtest systemd fakeroot git; "
           "apt-get -qq -y --no-install-recommends build-dep ./")
BUILD = "umask {umask}; cd '{folder}/src' && nice dpkg-buildpackage -us -uc -b >../build.log 2>&1"
MADE_OF = "made-of"  # beside packages: the digest of their tree


class Builder:
    def __init__(self, release):
        self.release = release
        self.base = os.path.join(TREE, f"build-debian{release}")
        self.folder = os.path.join(self.base, "package")
        self.first = os.path.join(self.folder, "first")
        self.root = None

    def inside(self, command, env=None, network=False):
        """A shell command in the release's root, which has what a build needs."""
        if self.root is None:
            self.root = roots.make(self.release, self.base)
        return enter(self.root, TREE, ["bash", "-c", command], network, env)

    def prepare(self):
        log = os.path.join(self.base, "package-prepare.log")
        if self.inside(f"{{ {PREPARE}; }} >'{log}' 2>&1", network=True) != 0:
            raise AssertionError(made.run("tail", "-n", "30", log))

    def build_one(self, folder, umask, env):
        """From the copy of the tree in folder/src."""
        digest = made.digest(os.path.join(folder, "src"))
        if self.inside(BUILD.format(folder=folder, umask=umask), env) != 0:
            raise AssertionError(made.run("tail", "-n", "40", os.path.join(folder, "build.log")))
        with open(os.path.join(folder, MADE_OF), "w", encoding="ascii") as f:
            f.write(digest)

    def built(self):
        return made.Packages(self.first)

    def current(self):
        """Those of the tree as it is; built if they are not there, without their tests, which makes no
        other packages (run.py, "equal"). A network is needed when the root has not what a build needs."""
        path = os.path.join(self.first, MADE_OF)
        if os.path.exists(path):
            with open(path, encoding="ascii") as f:
                if f.read() == made.digest():
                    return self.built()
        shutil.rmtree(self.first, ignore_errors=True)
        made.copy_tree(os.path.join(self.first, "src"))
        if self.inside("dpkg-checkbuilddeps >/dev/null 2>&1") != 0:
            self.prepare()
        self.build_one(self.first, "022", {"DEB_BUILD_OPTIONS": "nocheck"})
        return self.built()
