# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Preparation that ./run and ./test share: root, Debian packages, the build. Sourced by both, from
# the top of the tree; hugepages are the Python side's job (tests/func/janitor.py gives them back
# even when everything else was killed). Knows nothing of tests.

spp_say() {
	printf '%s\n' "$*"
}

spp_die() {
	printf '%s\n' "$*" >&2
	exit 1
}

spp_need_root() {
	[ "$(id -u)" = 0 ] || spp_die "$0 makes network namespaces and reserves hugepages: run it as root (sudo $0)"
}

# What is needed to build, to run, and (./test only) to test.
spp_package_list() {
	echo gcc libc6-dev meson ninja-build pkg-config libdpdk-dev libjansson-dev libcmocka-dev
	echo dpdk dpdk-dev iproute2 iputils-ping python3 procps mount
	if [ "$1" = test ]; then
		echo clang libclang-rt-14-dev clang-format shellcheck git systemd
		echo qemu-system-x86 busybox-static tmux
	fi
}

# spp_packages run|test: install what is missing; no apt run, and no network, when nothing is.
spp_packages() {
	local package missing=""

	for package in $(spp_package_list "$1"); do
		dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
			missing="$missing $package"
	done
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null ||
		spp_die "missing packages, and no apt-get to install them with:$missing"
	spp_say "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update </dev/null || spp_say "apt-get update failed, trying what the cache has"
	# shellcheck disable=SC2086 # a list of words
	apt-get -qq install -y --no-install-recommends $missing </dev/null >/dev/null ||
		spp_die "apt-get could not install:$missing"
}

# spp_build DIR TARGET...: configure once, then build. Quiet unless it fails; neither step may ask.
spp_build() {
	local dir=$1 log
	shift
	log=$(mktemp)
	if ! {
		[ -f "$dir/build.ninja" ] || meson setup "$dir"
	} >"$log" 2>&1 </dev/null || ! ninja -C "$dir" "$@" >"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		rm -f "$log"
		spp_die "building in $dir failed"
	fi
	rm -f "$log"
}
