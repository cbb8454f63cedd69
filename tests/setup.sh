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

# What is needed for a root of another release (root), for the page in a browser (browser), to build, to
# run, and (test only) to test.
spp_package_list() {
	if [ "$1" = root ]; then
		echo debootstrap python3 iproute2 mount e2fsprogs
		return
	fi
	if [ "$1" = browser ]; then
		echo chromium chromium-driver python3-selenium fonts-dejavu-core
		return
	fi
	echo gcc libc6-dev meson ninja-build pkg-config libdpdk-dev libjansson-dev libcmocka-dev
	echo libmicrohttpd-dev libpcap-dev liblz4-dev zlib1g-dev
	echo dpdk dpdk-dev iproute2 iputils-ping python3 procps mount
	if [ "$1" = test ]; then
		echo clang libclang-rt-dev clang-format-19 clang-tidy cppcheck shellcheck git systemd
		echo qemu-system-x86 busybox-static tmux dnsmasq-base keepalived man-db lz4 tcpdump wireshark-common tshark
		echo prometheus python3-prometheus-client nginx-light
	fi
}

# spp_install PACKAGE...: no service is started, of a Prometheus or an nginx that nobody asked for. A
# file of the host's own that says what may start stays as it is (invoke-rc.d; Debian policy 9.3.3).
spp_install() (
	file=/usr/sbin/policy-rc.d
	if [ ! -e "$file" ]; then
		trap 'rm -f "$file"' EXIT
		printf '#!/bin/sh\nexit 101\n' >"$file"
		chmod 755 "$file"
	fi
	apt-get -qq install -y --no-install-recommends "$@" </dev/null >/dev/null
)

# spp_packages run|test|root|browser: install what is missing; no apt run, and no network, when nothing is.
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
	spp_install $missing || spp_die "apt-get could not install:$missing"
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
