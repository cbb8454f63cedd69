# SPDX-License-Identifier: BSD-3-Clause
"""The root file system of a machine with nothing on it: debootstrap's minbase, systemd, ip and ping;
and in apt's cache what a package depends on, so that it can be installed without a network.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TREE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "debian"))

import root as roots  # noqa: E402  (needs the path)
from enter import enter  # noqa: E402

# $1: the package; $2: where to write the older release's packages, one a line "name=version"
PREPARE = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install systemd-sysv iproute2 iputils-ping needrestart
get="apt-get -q -y --no-install-recommends --download-only -o APT::Keep-Downloaded-Packages=true"
cp "$1" /tmp/package.deb
$get install /tmp/package.deb
names=$(apt-get -q -s --no-install-recommends install /tmp/package.deb | sed -n 's/^Inst \\(librte-[^ ]*\\) .*/\\1/p')
eal=$(echo "$names" | grep '^librte-eal')
versions=$(apt-cache madison "$eal" | cut -d'|' -f2 | tr -d ' ' | sort -Vu)
: >"$2"
if [ "$(echo "$versions" | wc -l)" -gt 1 ]; then
	older=$(echo "$versions" | head -n 1)
	for name in $names; do
		echo "$name=$older" >>"$2"
	done
	# shellcheck disable=SC2046 # a list of words
	$get install /tmp/package.deb $(cat "$2")
fi
"""


def make(release, folder, deb):
    """(its root, ["name=version"] of the older DPDK that this release has, too); with a network."""
    root = roots.make(release, folder)
    older = os.path.join(folder, "older-dpdk")
    log = os.path.join(folder, "prepare.log")
    code = enter(root, TREE, ["sh", "-c", f'exec >"{log}" 2>&1\n{PREPARE}', "sh", deb, older],
                 network=True)
    if code != 0:
        with open(log, encoding="utf-8", errors="replace") as f:
            raise AssertionError("".join(f.readlines()[-30:]))
    with open(older, encoding="utf-8") as f:
        return root, f.read().split()
