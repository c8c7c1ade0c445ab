#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# programs: irqbalance
# long
# limit: 600
# A real irqbalance with its usual interval, and traffic: what spread --ban has placed stays, the others
# are balanced, undo gives irqbalance back what it had. The same over the socket without a name, and
# with irq-policy as its policy script.
dev=$(link 1)
irqkit show "$dev" -r --noheadings -o IRQ >placed
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
# loosen: irqbalance has all others to place, on all CPUs
loosen() {
	for dir in /proc/irq/[0-9]*; do
		grep -qx "${dir##*/}" placed || echo ff >"$dir/smp_affinity" 2>/dev/null || :
	done
}
affinities >first
end_irqbalance() {
	kill "$pid" 2>/dev/null || return 0
	wait "$pid" || :
}
put_back() {
	end_irqbalance
	while read -r irq cpus; do
		echo "$cpus" >"/proc/irq/$irq/smp_affinity_list"
	done <first
}
start_irqbalance() {
	irqbalance --foreground "$@" >log 2>&1 &
	pid=$!
	until_ok 20 grep -q irqbalance "/proc/$pid/comm" || fail "$(cat log)"
}

# stays SECONDS: under traffic, no interrupt of the device moves
stays() {
	stream "$dev" "$1" &
	traffic_pid=$!
	for second in $(seq "$1"); do
		affinities >now
		same now wanted
		sleep 1
	done
	wait $traffic_pid
}

trap put_back EXIT
mkdir -p /run/irqbalance
start_irqbalance
until_ok 30 test -S "/run/irqbalance/irqbalance$pid.sock" || fail "$(cat log)"
status 0 irqkit spread "$dev" --ban --json
eq "$(jq -c .banned out)" "$(jq -R tonumber placed | jq -sc .)" 'banned'
! grep -q irqbalance err || fail "reported: $(cat err)"
affinities >wanted
loosen
others >before
stays 45
others >after
! cmp -s before after || fail 'irqbalance has not placed the others'
echo "# $(grep -cvxFf before after) others were moved by irqbalance, none of $(wc -l <placed) that were banned"
status 0 irqkit spread "$dev" --ban --json -n
eq "$(jq -c .banned out)" '[]' 'banned before'
kill -0 "$pid" || fail "irqbalance has ended: $(tail -n 3 log)"
status 0 irqkit undo --json
cat out
eq "$(jq -c .unbanned out)" "$(jq -R tonumber placed | jq -sc .)" 'no longer banned'
affinities >restored
same restored first
# it may have chosen what they had before
sed 's/$/ 0-7/' placed >wanted
while read -r irq; do
	echo 0-7 >"/proc/irq/$irq/smp_affinity_list"
done <placed
kill -HUP "$pid"
moved() {
	affinities >now
	! cmp -s now wanted
}
start_stream "$dev"
until_ok 60 moved || fail 'irqbalance does not place them again after undo'
end_stream
end_irqbalance

rm -r /run/irqbalance
start_irqbalance --interval=2
irq=$(head -n 1 placed)
listens() {
	irqkit set "$irq" --cpus=3 --ban -n >out 2>err
	! grep -q 'cannot ban' err
}
until_ok 30 listens || fail "$(cat err)"
status 0 irqkit set "$irq" --cpus=3 --ban --json
eq "$(jq -c .banned out)" "[$irq]" 'banned over the socket without a name'
eq "$(irqkit set "$irq" --cpus=3 --ban -n --json | jq -c .banned)" '[]' 'it has the ban'
end_irqbalance
status 0 irqkit undo
grep -q 'irqbalance has ended' out || fail "$(cat out)"

status 0 irqkit spread "$dev"
affinities >wanted
{
	echo 'irqkit-placed 1'
	while read -r irq; do
		printf 'irq\t%s\t0\t%s\n' "$irq" "$(cat "/sys/kernel/irq/$irq/actions")"
	done <placed
	echo end
} >/run/irqkit/placed
mkdir scripts
ln -s "$(command -v irqkit)" scripts/irq-policy
loosen
others >before
start_irqbalance --interval=2 --policyscript="$PWD/scripts"
stays 15
others >after
! cmp -s before after || fail 'irqbalance has not placed the others, with the script'
status 0 irqkit spread "$dev"
! grep -q irqbalance err || fail "reported: $(cat err)"
affinities >wanted # irqbalance has moved the others, so there can be a better place
end_irqbalance
echo "# $(wc -l <log) lines of log with a folder of scripts"
start_irqbalance --interval=2 --policyscript="$PWD/scripts/irq-policy"
stays 10
end_irqbalance
echo "# $(wc -l <log) lines of log with one script: $(grep -c 'policy script' log) about it"
rm /run/irqkit/placed
status 0 irqkit undo
