#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
#
# All fuzz targets for a while, each in a process of its own under ASan and UBSan, at the lowest
# priority: tests/fuzz/long.sh [SECONDS [CPU]] (3600, any). New inputs go to build-fuzz/found/X,
# faults to build-fuzz/found/X-crash-* (-leak-, ...); prints what each has run, and fails when there is a fault.
set -eu
cd "$(dirname "$(readlink -f "$0")")/../.."
seconds=${1:-3600} cpu=${2:-}
build="build-fuzz"
found="$build/found"

[ -e $build/build.ninja ] || CC=clang meson setup $build -Dfuzz=true
targets="$(sed -n "s/^  '\(.*\)': \[.*/\1/p" tests/fuzz/meson.build) ring segment"
for target in $targets; do
	ninja -C $build "tests/fuzz/fuzz_$target"
done
for target in $targets; do
	mkdir -p "$found/$target"
	nice -n 19 ${cpu:+taskset -c "$cpu"} "$build/tests/fuzz/fuzz_$target" \
		-max_total_time="$seconds" -print_final_stats=1 -dict=tests/fuzz/words.dict \
		-artifact_prefix="$found/$target-" "$found/$target" \
		"tests/fuzz/corpus/$target" >"$found/$target.log" 2>&1 &
done
wait
for target in $targets; do
	sed -n "s/.*#\([0-9]*\)\s*DONE/$target: \1 executions,/p" "$found/$target.log"
done
# Slow units are not among them: a loaded machine makes slow what is not.
faults=$(find "$found" -maxdepth 1 -regex '.*-\(crash\|leak\|oom\|timeout\)-[^/]*')
if [ -n "$faults" ]; then
	echo "$faults"
	exit 1
fi
