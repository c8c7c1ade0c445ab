#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# programs: irqbalance
# long
# limit: 1200
# A real irqbalance with its usual interval, three minutes of traffic, and apply --stay: no interrupt of
# the policy moves, others are still balanced, an irqbalance that was restarted gets the bans again, and
# undo gives it its interrupts back. The same with irq-policy as its policy script, without the socket.
dev=$(link 1)
umask 022
irqkit show "$dev" -r --noheadings -o IRQ >placed
echo "spread $dev" >policy
affinities() {
	while read -r irq; do
		echo "$irq $(cat "/proc/irq/$irq/smp_affinity_list")"
	done <placed
}
others() {
	for dir in /proc/irq/[0-9]*; do
		grep -qx "${dir##*/}" placed || echo "$dir $(cat "$dir/smp_affinity_list")"
	done
}
balanced_pid='' pid=''
end_irqbalance() {
	[ -z "$balanced_pid" ] || kill "$balanced_pid" 2>/dev/null || :
	[ -z "$balanced_pid" ] || wait "$balanced_pid" || :
	balanced_pid=''
}
end_stay() {
	kill "$pid"
	wait "$pid" || fail "exit status $?: $(cat errors)"
	pid=''
}
affinities >first
restore() {
	end_irqbalance
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || :
	rm -f /usr/sbin/irq-policy
	sleep 1
	while irqkit undo -q 2>/dev/null; do :; done
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <first
}
trap restore EXIT
start_irqbalance() {
	irqbalance --foreground "$@" >balanced.log 2>&1 &
	balanced_pid=$!
	until_ok 20 grep -q irqbalance "/proc/$balanced_pid/comm" || fail "$(cat balanced.log)"
}
start_stay() {
	irqkit apply --stay policy >>log 2>>errors &
	pid=$!
	until_ok 20 irqkit check -q policy || fail "start: $(irqkit check policy 2>&1; cat log errors)"
}
# stays SECONDS: under traffic, no interrupt of the policy moves
stays() {
	stream "$dev" "$1" &
	traffic_pid=$!
	end=$(($(date +%s) + $1))
	while [ "$(date +%s)" -lt $end ]; do
		affinities >now
		same now wanted
		sleep 1
	done
	wait $traffic_pid
}
# what irqbalance has to place: all others, on all CPUs
loosen() {
	for dir in /proc/irq/[0-9]*; do
		grep -qx "${dir##*/}" placed || echo ff >"$dir/smp_affinity" 2>/dev/null || :
	done
}
banned() { irqkit check -q policy && irqkit spread "$dev" --ban -n --json | jq -e '.banned == []' >/dev/null; }

mkdir -p /run/irqbalance
start_irqbalance --interval=10
until_ok 30 test -S "/run/irqbalance/irqbalance$balanced_pid.sock" || fail "$(cat balanced.log)"
start_stay
banned || fail "not banned: $(irqkit check policy 2>&1; cat log errors)"
loosen
affinities >wanted
others >before
stays 180
others >after
! cmp -s before after || fail 'irqbalance has not placed the others'
echo "# $(grep -cvxFf before after) others were moved by irqbalance, none of $(wc -l <placed) of the policy"

end_irqbalance
rm -f /run/irqbalance/*
start_irqbalance --interval=10
begin=$(date +%s)
until_ok 90 banned || fail "restarted: $(irqkit check policy 2>&1; cat log errors)"
echo "# banned again $(($(date +%s) - begin)) s after irqbalance was restarted"
affinities >now
same now wanted
end_stay
status 0 irqkit undo --json
eq "$(jq -c .unbanned out)" "$(jq -R tonumber placed | jq -sc .)" 'no longer banned'
end_irqbalance
rm -r /run/irqbalance

mkdir -p /usr/sbin
ln -s "$(command -v irqkit)" /usr/sbin/irq-policy
start_stay
loosen
affinities >wanted
others >before
start_irqbalance --interval=10 --policyscript=/usr/sbin/irq-policy
stays 180
others >after
! cmp -s before after || fail 'irqbalance has not placed the others, with the script'
irqkit check -q policy || fail "with the script: $(irqkit check policy 2>&1)"
end_stay
echo "# with irq-policy: $(grep -cvxFf before after) others were moved, none of the policy"
status 0 irqkit undo
