# SPDX-License-Identifier: BSD-3-Clause
"""arm64: cross-built from a sysroot of its own (libdpdk-dev:arm64 cannot be installed beside amd64's),
and the unit tests run by qemu-user. Built and unit-tested, not measured: no arm64 machine was there.
"""

import os
import re
import shutil

import made

SYSROOT = """set -e
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends install gcc-aarch64-linux-gnu qemu-user-static >/dev/null
mkdir -p "$1/apt/lists/partial" "$1/apt/archives/partial"
: >"$1/apt/status"
apt="apt-get -q -y --no-install-recommends -o APT::Architecture=arm64 -o APT::Architectures::=arm64
	-o Dir::State::lists=$1/apt/lists -o Dir::State::status=$1/apt/status
	-o Dir::Cache::archives=$1/apt/archives -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
	-o APT::Sandbox::User=root"
$apt update
$apt --download-only install libc6-dev libdpdk-dev libjansson-dev libmicrohttpd-dev libpcap-dev liblz4-dev zlib1g-dev libcmocka-dev
mkdir -p "$1/sysroot/usr/lib"
ln -sfn usr/lib "$1/sysroot/lib"
for deb in "$1"/apt/archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$1/sysroot" \\
		./usr ./lib ./etc 2>/dev/null || :
done
[ -e "$1/sysroot/usr/lib/aarch64-linux-gnu/pkgconfig/libdpdk.pc" ]
"""
CROSS = """[binaries]
c = 'aarch64-linux-gnu-gcc'
ar = 'aarch64-linux-gnu-ar'
strip = 'aarch64-linux-gnu-strip'
pkg-config = 'pkg-config'
exe_wrapper = ['{qemu}', '-L', '{sysroot}']

[built-in options]
c_args = ['--sysroot={sysroot}', '-DSPP_EMULATED']
c_link_args = ['--sysroot={sysroot}']

[properties]
sys_root = '{sysroot}'
pkg_config_libdir = '{sysroot}/usr/lib/aarch64-linux-gnu/pkgconfig:{sysroot}/usr/share/pkgconfig'

[host_machine]
system = 'linux'
cpu_family = 'aarch64'
cpu = 'armv8-a'
endian = 'little'
"""


def cases(parts):
    place = os.path.join(parts.base, "arm64")
    sysroot, log = f"{place}/sysroot", f"{place}/log"

    def inside(command, network=False):
        if parts.inside(f"{{ {command}\n}} >'{log}' 2>&1", network=network) != 0:
            with open(log, encoding="utf-8", errors="replace") as f:
                raise AssertionError("".join(f.readlines()[-40:]))
        with open(log, encoding="utf-8", errors="replace") as f:
            return f.read()

    def make_sysroot():
        """kept, like the roots"""
        parts.prepare()
        made_by = ""
        if os.path.exists(f"{place}/made-by"):
            with open(f"{place}/made-by", encoding="utf-8") as f:
                made_by = f.read()
        if made_by != SYSROOT:
            os.makedirs(place, exist_ok=True)
            with open(f"{place}/make.sh", "w", encoding="utf-8") as f:
                f.write(SYSROOT)
            inside(f"sh '{place}/make.sh' '{place}'", network=True)
            with open(f"{place}/made-by", "w", encoding="utf-8") as f:
                f.write(SYSROOT)

    def build():
        qemu = inside("command -v qemu-aarch64-static || command -v qemu-aarch64").strip()
        with open(f"{place}/cross", "w", encoding="utf-8") as f:
            f.write(CROSS.format(qemu=qemu, sysroot=sysroot))
        for folder in ("src", "build"):
            shutil.rmtree(f"{place}/{folder}", ignore_errors=True)
        made.copy_tree(f"{place}/src")  # somebody may work on the tree
        said = inside(f"cd '{place}/src' && meson setup '{place}/build' --cross-file '{place}/cross' "
                      f"--werror -Dsystemd-unit-dir=no && nice ninja -C '{place}/build'")
        warnings = re.findall(r"^.*\bwarning: .*$", said, re.M)
        if warnings:
            raise AssertionError("\n".join(warnings))

    def unit():
        said = inside(f"meson test -C '{place}/build' --suite unit --timeout-multiplier 10")
        return ", ".join(re.findall(r"^(?:Ok|Fail|Skipped): +\d+", said, re.M))

    return [("sysroot", make_sysroot), ("build", build), ("unit", unit)]
