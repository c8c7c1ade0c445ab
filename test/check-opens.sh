#!/usr/bin/env bash
# Which files a run opens, by strace: no kernel file is opened twice, since each field of the
# machine is read once; a run that writes looks at each knob again under the lock, and after
# the write.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if ! traced strace -qq -o /dev/null true 2>/dev/null; then
	skip "which files are opened" "no strace, or nothing may be traced here"
	finish
	exit
fi
roots=$(realpath "$roots")
mapfile -t columns < <("$O/irqkit" show --help | tr '\n' ' ' | grep -oE 'Columns: [^;]*' | grep -oE '[A-Z]{2,}')
all=$(IFS=, && echo "${columns[*]}")

# run ROOT ARGUMENT...: sets status, and writes to opened a line "MODE PATH" for each file below
# /proc and /sys of the root that was opened; MODE is r or w. O_PATH opens no contents.
run() {
	local root=$1
	shift
	traced strace -qq -y -o "$tmp/calls" -e trace=open,openat,openat2 "$O/irqkit" "$@" --root="$root" >/dev/null 2>"$tmp/err"
	status=$?
	awk -v root="$root" '
		/O_PATH/ || !match($0, / = [0-9]+</) { next }
		{
			path = substr($0, RSTART + RLENGTH)
			sub(/>$/, "", path)
			if (index(path, root "/proc") != 1 && index(path, root "/sys") != 1)
				next
			print(/O_WRONLY|O_RDWR/ ? "w" : "r", substr(path, length(root) + 1))
		}' "$tmp/calls" >"$tmp/opened"
}
opens() { wc -l <"$tmp/opened"; }

# once ROOT ARGUMENT...: adds to $twice what is opened more than once, and to $odd a run that
# read nothing or failed
once() {
	run "$roots/$1" "${@:2}"
	twice+=$(sort "$tmp/opened" | uniq -d | sed "s|^|irqkit ${*:2}: |")
	grep -q '/proc/interrupts$' "$tmp/opened" || odd+="irqkit ${*:2} opened no interrupts"$'\n'
	case $status in 0 | 3 | 4) ;; *) odd+="irqkit ${*:2}: status $status: $(<"$tmp/err")"$'\n' ;; esac
}

# ---- without a write -------------------------------------------------------------------------
# Roots with all kinds of interfaces, nodes and disks, and an interface of each.
while read -r root dev; do
	twice='' odd=''
	once "$root" show
	once "$root" show -o "$all" --all
	once "$root" show --queues
	once "$root" set all --cpus=1 -n
	once "$root" spread -n
	once "$root" spread all -n --by=total
	if [ "$dev" != - ]; then
		once "$root" show "$dev"
		once "$root" rps "$dev"
		once "$root" rps "$dev" --auto -n
		once "$root" xps "$dev"
	fi
	empty "$root: every run reads interrupts and ends well" "$odd"
	empty "$root: no file is opened twice" "$twice"
done <<'END'
linux-6.1-16cpu eth0
queues-8cpu bond0
bond-bridge-6.1 br0
hyperv-6.1-netvsc eth0
cloud-nics-16cpu ens5
mlx5-64queues ens1f0np0
xen-6.1-domu eth0
xen-6.1-dom0 vif1.0
threads-xen-6.1-dom0 -
usb-rpi4-4cpu eth0
disks-6.1 -
END
check "all columns are asked for" test "${#columns[@]}" -ge 19

# These are cut short in the middle of a row, as if a CPU came or went: they are read again.
for root in torn cut-in-counts; do
	run "$roots/$root" show
	empty "$root: only /proc/interrupts is opened again" \
		"$(sort "$tmp/opened" | uniq -d | grep -vx 'r /proc/interrupts')"
	check "$root: it is opened again" test "$(grep -c '/proc/interrupts$' "$tmp/opened")" -gt 1
done

# ---- how many --------------------------------------------------------------------------------
# at_most NAME LIMIT NUMBER
at_most() {
	awk -v n="$3" -v limit="$2" 'BEGIN { exit !(n <= limit) }'
	result $? "$1" "$3 are more than $2"
}
numbered() { grep -cE '^ *[0-9]+:' "$roots/$1/proc/interrupts"; }
of_irqs() { grep -c '/proc/irq/[0-9]*/' "$tmp/opened"; }

# Each interrupt takes its affinity and its effective affinity. A dozen files are of the machine,
# so that a limit for each interrupt says something only of a root that has many; and where an
# interrupt is allowed on more CPUs than handle it, the remark needs the file affinity_hint too.
for root in mlx5-6.6-64queues mlx5-64queues; do
	run "$roots/$root" show
	limit=$(awk -v n="$(numbered $root)" 'BEGIN { print 2.1 * n }')
	at_most "$root: show opens at most 2.1 files per interrupt" "$limit" "$(of_irqs)"
done
at_most "and a dozen of the machine" 12 $(($(opens) - $(of_irqs)))
check "there are hints, which say nothing then" test -e "$roots/mlx5-64queues/proc/irq/184/affinity_hint"
run "$roots/xen-6.1-dom0" show --quiet
same "without a remark, two files of each interrupt that can be moved or not" \
	$((2 * $(numbered xen-6.1-dom0))) "$(of_irqs)"

# What spread needs besides are the topology, the RPS and XPS of the queues, and where the queues
# of other devices are pinned: a file of each interrupt. An interface with very few interrupts, or
# with more queues than anything else has files, shows nothing here.
while read -r root dev; do
	run "$roots/$root" show "$dev"
	shown=$(opens)
	run "$roots/$root" spread "$dev" -n
	same "$root: spread $dev -n is possible" 0 "$status"
	at_most "$root: it opens at most twice what show $dev opens, and the affinities" \
		$((2 * shown + $(numbered "$root"))) "$(opens)"
done <<'END'
linux-6.1-16cpu eth0
linux-6.12-16cpu eth0
queues-8cpu bond0
xen-6.1-domu eth0
cloud-nics-16cpu enP30832s1
END
run "$roots/mlx5-64queues" show ens1f0np0
shown=$(opens)
run "$roots/mlx5-64queues" spread ens1f0np0 -n
at_most "mlx5-64queues: so it does without the settings of 64 queue pairs" $((2 * shown)) \
	"$(grep -cvE '/queues/[rt]x-' "$tmp/opened")"

# ---- with writes -----------------------------------------------------------------------------
root=$(realpath "$tmp")/root
# sequence: for each knob, in which order it was opened: "26 rrwr"
sequence() {
	awk '$2 ~ "^/proc/irq/[0-9]+/smp_affinity$" { split($2, part, "/"); order[part[4]] = order[part[4]] $1 }
		END { for (irq in order) print irq, order[irq] }' "$tmp/opened" | sort -n
}
# wrote NAME EXPECTED ARGUMENT...
wrote() {
	run "$root" "${@:3}"
	same "$1: it ends with 0" 0 "$status"
	same "$1: read, read under the lock, and after a write once more" "$2" "$(sequence)"
	same "$1: /proc/interrupts is read before the lock and under it" 2 "$(grep -c '^r /proc/interrupts$' "$tmp/opened")"
	empty "$1: nothing below /sys is read twice" "$(grep '^r /sys' "$tmp/opened" | sort | uniq -d)"
	empty "$1: nothing else is opened to be written" "$(grep '^w' "$tmp/opened" | grep -v '^w /proc/irq/[0-9]*/smp_affinity$')"
	empty "$1: what the kernel chose is read at most once for each look at it" \
		"$(grep '/effective_affinity$' "$tmp/opened" | sort | uniq -c | awk -v most="$looks" '$1 > most')"
}
cp -RP "$roots/xen-6.1-domu" "$root"
# Read back after the write, and a last time because the move is pending: a saved root moves
# nothing.
looks=2
wrote "set" "26 rrwr
27 rrwr" set 26 27 --cpus=1
# Before the lock, under it, and as above.
looks=3
wrote "the same again" "26 rr
27 rr" set 26 27 --cpus=1
wrote "some of them" "26 rr
27 rr
28 rrwr" set 26-28 --cpus=1
wrote "spread" "26 rrwr
27 rrwr
28 rr
29 rrwr
30 rrwr
31 rrwr
32 rrwr
33 rrwr" spread eth0
wrote "spread again" "26 rr
27 rr
28 rr
29 rr
30 rr
31 rr
32 rr
33 rr" spread eth0
finish
