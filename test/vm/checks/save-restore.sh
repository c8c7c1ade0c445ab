#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest xen-*
# What save prints, apply gives back: every knob is changed by the shell in between.
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
guest) dev=eth0 ;;
esac
threaded=/sys/class/net/$dev/threaded
was_threaded=0
[ ! -w "$threaded" ] || was_threaded=$(cat "$threaded")
ls /run/irqkit >journal 2>/dev/null || :
# Undo of these changes would give back what was scrambled: a later check must not find them.
put_back() {
	[ ! -w "$threaded" ] || echo "$was_threaded" >"$threaded"
	for file in /run/irqkit/[0-9]*; do
		grep -qxF -e "${file##*/}" journal || rm -f "$file"
	done
}
trap put_back EXIT
[ "$ROLE" = dom0 ] || [ ! -w "$threaded" ] || echo 1 >"$threaded"

# "PATH TEXT", a line a knob that root may write, and where threads may run
knobs() {
	for f in /proc/irq/[0-9]*/smp_affinity /proc/irq/default_smp_affinity \
		/proc/sys/net/core/rps_sock_flow_entries /proc/sys/net/core/rps_default_mask \
		/sys/class/net/*/queues/*/rps_cpus /sys/class/net/*/queues/*/rps_flow_cnt \
		/sys/class/net/*/queues/*/xps_cpus /sys/class/net/*/queues/*/xps_rxqs; do
		# a number without a row has no handler
		case $f in
		/proc/irq/[0-9]*)
			irq=${f#/proc/irq/}
			grep -q "^ *${irq%/*}:" /proc/interrupts || continue
			;;
		# no packet passes the queues of a bond: what is off there is not saved
		/sys/class/net/*) ! grep -q '^DEVTYPE=bond$' "${f%/queues/*}/uevent" || continue ;;
		esac
		text=$(cat "$f" 2>/dev/null) || continue
		echo "$f $text"
	done
	for pid in /proc/[0-9]*; do
		read -r comm <"$pid/comm" || continue
		case $comm in
		"napi/$dev-0") ;;
		"napi/$dev-"* | "$dev-q"*) echo "$pid $(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' "$pid/status")" ;;
		esac
	done 2>/dev/null
}

# Another value for each; the kernel refuses some.
scramble() {
	while read -r path text; do
		case $path in
		*flow*) value=512 ;;
		/proc/[0-9]*) taskset -p 2 "${path#/proc/}" >/dev/null 2>&1 || : && continue ;;
		*) value=2 ;;
		esac
		[ "$text" != "$value" ] || value=1
		echo "$value" >"$path" || :
	done 2>/dev/null
}

irqkit save --all >original || fail "save: exit status $?"
irqkit rps "$dev" --cpus=0 --queues=0 --flows=1024 -q || fail "rps: exit status $?"
irqkit set "$dev:0" --cpus=1 -q || fail "set: exit status $?"
irqkit save --all >saved || fail "save: exit status $?"
knobs >start
irqkit apply - -n <saved >out || fail "apply -n: exit status $?: $(cat out)"
status 0 irqkit check - -q <saved
scramble <start
knobs >scrambled
changed=$(grep -c -vxFf start scrambled) || :
[ "$changed" -gt 10 ] || fail "only $changed knobs were changed"
status 5 irqkit check - -q <saved
irqkit apply - <saved >out 2>&1 || fail "apply: exit status $?: $(cat out)"
knobs >end
same end start
irqkit save --all >again
same again saved
status 0 irqkit check - -q <saved
echo "# $changed knobs changed by hand and restored; $(grep -c '^[a-z]' saved) lines"
irqkit apply - -q <original || fail "apply of what was there first: exit status $?"
irqkit save --all >again
same again original
