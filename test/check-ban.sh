#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# --ban while a call on the socket of irqbalance fails: nothing is written and irqbalance has the list
# that it had, or the change is made and undo takes the ban back.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
daemon=$O/build/test/tool/irqbalanced
root=$tmp/root
set33=$root/proc/irq/33/smp_affinity
cp -RP "$roots/queues-8cpu" "$root"
chmod -R u+w "$root"

if ! traced strace -qq -o /dev/null -e trace=getpid -e inject=getpid:error=EIO:when=1 true 2>/dev/null; then
	skip "calls on the socket fail in turn" "no strace, or nothing may be traced here"
	finish
	exit
fi

# last_list: what irqbalance leaves alone at the end; it began with 40
last_list() {
	sed -n 's/^irqbalance 4711: ban //p' "$tmp/out" | tail -n 1 | grep . || echo 40
}

# try CALL ERROR N: the n-th such call of irqkit set fails
try() {
	local status=0 list
	rm -rf "$root/run"
	echo 10 >"$set33"
	traced "$daemon" "$root" 4711 --ban=40 -- strace -qq -f -o "$tmp/trace" -e trace="$1" \
		-e inject="$1:error=$2:when=$3" "$irqkit" set 33 --cpus=1 --ban --root="$root" \
		>"$tmp/out" 2>"$tmp/err" || status=$?
	list=$(last_list)
	case $status in
	0)
		[ "$list" = "33 40" ] && [ "$(cat "$set33")" = 02 ] || echo "$*: done, but list $list"
		"$daemon" "$root" 4711 --ban=33,40 -- "$irqkit" undo --root="$root" >"$tmp/out" 2>&1 ||
			echo "$*: undo fails: $(cat "$tmp/out")"
		[ "$(last_list)" = 40 ] || echo "$*: undo leaves list $(last_list)"
		;;
	1)
		[ "$list" = 40 ] || [ -e "$root/run/irqkit/1" ] || echo "$*: failed, list $list, no undo"
		[ "$(cat "$set33")" = 10 ] || echo "$*: failed, but written"
		grep -qE 'nothing was changed|out of memory' "$tmp/err" || echo "$*: $(cat "$tmp/err")"
		;;
	*) echo "$*: exit status $status" ;;
	esac
}

# all CALL: every such call, until there is no more
all() {
	local n error
	for error in EIO ENOMEM EINTR; do
		for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
			try "$1" "$error" "$n"
			grep -q INJECTED "$tmp/trace" || break
		done
	done
	[ "$n" -gt 1 ] || echo "$1 is never called"
}

for call in socket connect sendmsg recvfrom getsockopt; do
	empty "every $call fails in turn" "$(all $call)"
done
finish
