#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A root in which the kernel's own files are mounted, as a container has the host's below /host:
# what is written there is the value alone, not padded as in a copy. In a network name space of
# its own; skipped where there can be none. And what is said where a container hides /proc/irq.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

root=$tmp/host
knob=$root/sys/class/net/lo/queues/rx-0/rps_cpus
mkdir -p "$root/proc" "$root/sys"

# in_host COMMAND...: runs it where the files are mounted
in_host() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -nm bash -c 'mount -t proc none "$1/proc" && mount -t sysfs none "$1/sys" && shift && "$@"' \
		sh "$root" "$@"
}

name="the kernel's files below another root get the value alone"
if ! in_host test -w "$knob" 2>/dev/null || ! strace -o /dev/null true 2>/dev/null; then
	skip "$name" "no rps_cpus of its own, or no strace"
else
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" # which traces, and cannot be traced
	in_host strace -o "$tmp/trace" -P "$knob" -e trace=write \
		"$O/irqkit" rps lo --cpus=0 --root="$root" >"$tmp/out" 2>&1
	same "$name" 'write("1\n", 2) = 2' "$(sed -n 's/^write([0-9]*, /write(/p' "$tmp/trace" | tr -s ' ')"
fi

name="a /proc/irq that a container hides is named, no interrupt is said to be gone"
irq=$(cd /proc/irq && printf '%s\n' [1-9]* | tail -n 1)
if ! "$O/irqkit" show "$irq" >/dev/null 2>&1 || ! unshare -m mount -t tmpfs none /proc/irq 2>/dev/null; then
	skip "$name" "no interrupt, or no mount name space"
else
	# shellcheck disable=SC2016 # for the inner shell
	same "$name" "irqkit: cannot read the affinity of interrupt $irq: No such file or directory: /proc/irq has no interrupts (a container may hide them)" \
		"$(unshare -m bash -c 'mount -t tmpfs none /proc/irq && exec "$0" set "$1" --cpus=0 -n' "$O/irqkit" "$irq" 2>&1)"
fi
finish
