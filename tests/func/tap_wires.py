# SPDX-License-Identifier: BSD-3-Clause
"""The far ends of two TAPs that a spp_primary has as its NICs, on a machine of its own (booted.py,
tests/package/boot.py): a network namespace each, 10.9.0.1 in end0 and 10.9.0.2 in end1."""

import re

# A TAP goes with its primary: whenever there is a new one it is plugged in.
WIRES = """set -e
for i in 0 1; do
	ip netns add end$i
	ip link add bridge$i type bridge stp_state 0 mcast_snooping 0
	ip link add outer$i type veth peer name eth0 netns end$i
	ip link set outer$i master bridge$i up
	ip link set bridge$i up
	ip -n end$i addr add 10.9.0.$((i + 1))/24 dev eth0
	ip -n end$i link set eth0 up
done
while :; do
	for i in 0 1; do
		[ ! -e /sys/class/net/tap$i ] || [ -e /sys/class/net/tap$i/master ] ||
			ip link set tap$i master bridge$i up || :
	done
	sleep 0.05
done
"""
ONE_PING = "ip netns exec end0 ping -q -c 1 -W 1 10.9.0.2"


def longest_silence(text):
    """Of what `ping -D` says: the longest time between two answers, in seconds. (Lost ones say less: without answers
    it sends more seldom.)"""
    times = [float(t) for t in re.findall(r"^\[([0-9.]+)\] \d+ bytes from", text, re.M)]
    return max(b - a for a, b in zip(times, times[1:]))
