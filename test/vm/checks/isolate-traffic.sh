#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-iso linux-8 linux-8-7
# limit: 600
# long
# All that can be moved leaves CPUs 2 and 3: in 30 seconds of traffic, no interrupt that can be moved
# fires there, and what does fire there is listed. Undo restores every setting.
dev=$(link 1) other=$(link 2)
seconds=${seconds-30} # isolate-traffic-quick sets it
device=/sys/class/net/$dev
threaded=$device/threaded
workqueue=/sys/devices/virtual/workqueue/cpumask

# movable: the interrupts that can be moved, by what /proc says: the mode; not the timer of x86,
# which is per-CPU; before 6.11, managed ones have the mode of others.
movable() {
	for irq in $(numbered); do
		[ "$irq" != 0 ] || continue
		mode=$(stat -c %a "/proc/irq/$irq/smp_affinity")
		[ "$mode" = 644 ] || continue
		case $(uname -r) in 5.* | 6.[0-9].* | 6.10.*)
			case $(cat "/sys/kernel/irq/$irq/actions") in nvme0q[1-9]*) continue ;; esac
			;;
		esac
		echo "$irq"
	done
}

# kernel_threads: PID NAME CPUS of those that can be moved. Those of interrupts follow them.
kernel_threads() {
	for stat in /proc/[0-9]*/stat; do
		pid=${stat%/stat} pid=${pid#/proc/}
		read -r line <"$stat" || continue
		# shellcheck disable=SC2086 # fields
		set -- ${line##*)}
		[ $(($7 & 0x04200000)) = $((0x00200000)) ] || continue
		name=${line#*(} name=${name%)*}
		case $name in irq/*) continue ;; esac
		echo "$pid $name $(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "/proc/$pid/status")"
	done 2>/dev/null | sort -n
}

state() {
	for file in /proc/irq/default_smp_affinity /proc/irq/[0-9]*/smp_affinity \
		/proc/sys/net/core/rps_default_mask $workqueue \
		/sys/class/net/*/queues/*/rps_cpus /sys/class/net/*/queues/*/xps_cpus; do
		text=$(cat "$file" 2>/dev/null) || continue
		echo "$file $text"
	done
	kernel_threads
}

# Something to move: RPS, threaded NAPI, and an interrupt with a thread.
restore() {
	[ -z "$isolated" ] || irqkit undo -q || :
	[ ! -w "$threaded" ] || echo 0 >"$threaded"
	echo 0 >"/sys/class/net/$other/queues/rx-0/rps_cpus"
	[ ! -w /proc/sys/net/core/rps_default_mask ] || echo 0 >/proc/sys/net/core/rps_default_mask
}
isolated=
trap restore EXIT
[ ! -w "$threaded" ] || echo 1 >"$threaded"
echo 0f >"/sys/class/net/$other/queues/rx-0/rps_cpus"
[ ! -w /proc/sys/net/core/rps_default_mask ] || echo 0f >/proc/sys/net/core/rps_default_mask
thread=
for comm in /proc/[0-9]*/comm; do
	read -r name <"$comm" || continue
	case $name in irq/*-pciehp | irq/*-aerdrv | irq/*-s-*) thread=${comm%/comm} thread=${thread#/proc/} irq=${name#irq/} irq=${irq%%-*} ;; esac
done 2>/dev/null
[ -n "$thread" ] || fail 'no interrupt has a thread'
echo 2-3 >"/proc/irq/$irq/smp_affinity_list"
taskset -p 4 "$thread" >/dev/null 2>&1 || echo "# the thread of interrupt $irq cannot be moved by hand"
state >start

isolated=yes
irqkit isolate 2-3 --json >json || fail "exit status $?: $(cat json)"
jq -r '.changes[] | select(.result != "unchanged") | "\(.path) \(.target) \(.old) \(.new) \(.result) \(.why)"' json
eq "$(jq -c '[.changes[].result] | unique - ["done", "pending", "unchanged", "skipped"]' json)" '[]' 'results'

# Nothing is allowed there any more.
for number in $(movable); do
	mask=$(cat "/proc/irq/$number/smp_affinity")
	[ $((0x${mask##*,} & 0xc)) = 0 ] || fail "interrupt $number: $mask"
done
for file in /proc/irq/default_smp_affinity $workqueue /sys/class/net/*/queues/*/?ps_cpus; do
	mask=$(cat "$file" 2>/dev/null) || continue
	[ $((0x${mask##*,} & 0xc)) = 0 ] || fail "$file: $mask"
done
kernel_threads | awk '{ n = split($NF, part, ",")
	for (i = 1; i <= n; i++) { split(part[i] "-" part[i], e, "-"); if (e[1] <= 3 && e[2] >= 2) { print; bad = 1 } }
} END { exit bad }' || fail 'kernel threads are allowed on CPUs 2 and 3'
step=$(jq -r ".changes[] | select(.path == \"/proc/$thread/status\") | \"\(.result) \(.why)\"" json)
case $step in
done* | unchanged*) ;;
'skipped placed by the kernel itself' | '')
	[ $(($(sed 's/.*) //' "/proc/$thread/stat" | cut -d ' ' -f 7) & 0x04000000)) != 0 ] ||
		fail "the thread of interrupt $irq: $step"
	echo "# the kernel places the thread of interrupt $irq itself"
	;;
*) fail "the thread of interrupt $irq: $step" ;;
esac

# A move waits for the next interrupt.
for _ in 1 2 3; do
	traffic "$dev"
	traffic "$other"
done
subnet=$(ip -4 addr show dev "$dev" | sed -n 's/.*inet \([0-9.]*\)\.2\/.*/\1/p')
for _ in 1 2 3 4 5 6 7 8; do
	taskset -c 2 ping -q -A -c 10 "$subnet.1" >/dev/null || :
done
waiting=' '
for number in $(movable); do
	case $(cat "/proc/irq/$number/effective_affinity_list") in *[23]*) waiting="$waiting$number " ;; esac
done

: >left # those that fired there for the last time, while their move was pending
counts >before
stream "$dev" "$seconds" &
stream "$other" "$seconds"
wait
counts >after
awk '
NR == FNR { was[$1, $2] = $3; next }
($2 == 2 || $2 == 3) && $3 != was[$1, $2] { print $1, $2, $3 - was[$1, $2] }' before after >came
movable >moved
while read -r label cpu n; do
	grep -qx "$label" moved || continue
	case $waiting in
	*" $label "*)
		if [ "$n" -le 1 ]; then
			echo "# $label fired once on CPU $cpu, and moved then"
			echo "$label" >>left
			continue
		fi
		;;
	esac
	fail "interrupt $label fired $n times on CPU $cpu: $(cat "/proc/irq/$label/smp_affinity")"
done <came
n=$(awk '
NR == FNR { was[$1, $2] = $3; next }
$2 != "total" && $2 != 2 && $2 != 3 && $1 ~ /^[0-9]/ { n += $3 - was[$1, $2] }
END { print n + 0 }' before after)
[ "$n" -gt $((50 * seconds)) ] || fail "only $n interrupts came on the other CPUs"

# What came is listed, and nothing is left to do.
status 0 irqkit isolate --check 2-3 --json
jq -r '.remaining[] | if .irq then "\(.irq)" else .name end' out >listed
cut -d ' ' -f 1 came | sort -u | while read -r label; do
	grep -qx "$label" listed left || fail "$label fired, and is not listed: $(cat out)"
done
echo "# $n interrupts on the other CPUs; fired on CPUs 2-3: $(cut -d ' ' -f 1 came | sort -u | tr '\n' ' ')"

irqkit isolate 2-3 --json >json
eq "$(jq -r .changed json)" false 'changed the second time'
isolated=
irqkit undo >table || fail "undo: $(cat table)"
state >end
same end start
