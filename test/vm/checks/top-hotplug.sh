#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12 linux-8-7
# limit: 400
# last
# long
# irqkit top --json for a minute, while CPUs go offline and come back and a network card is
# unbound and bound: each line is a document, and the counts of each interrupt that was there
# all the time add up to exactly its last minus its first.
. /vm/linux.sh
dev=$(link 1) far=$(link 2)
stop() {
	: >over
	[ -z "$top" ] || kill "$top" 2>/dev/null || :
	wait
	all_online
}
top=
trap stop EXIT
# an earlier check that failed may have left some offline
all_online

# "LABEL TOTAL" of each interrupt with a number
totals() {
	awk 'NR == 1 { n = NF; next }
		$1 ~ /^[0-9]+:$/ { sum = 0; for (i = 2; i <= n + 1; i++) sum += $i; print $1 + 0, sum }' /proc/interrupts
}
# so many more lines
more_lines() { [ "$(wc -l <lines)" -ge "$wanted" ]; }
wait_for_lines() {
	wanted=$(($(wc -l <lines) + $1))
	until_ok 30 more_lines
}

# What does not fire between these two readings has its first count known exactly; and so at
# the end.
totals >before.1
: >lines
irqkit top --json -d 0.5 >lines 2>err &
top=$!
wait_for_lines 1
totals >before.2

stream "$dev" 45 &
streamer=$!
storm &
storm=$!
sleep 12
card=$(basename "$(readlink -f "/sys/class/net/$far/device")")
driver=$(readlink -f "/sys/class/net/$far/device/driver")
echo "$card" >"$driver/unbind"
sleep 4
echo "$card" >"$driver/bind"
until_ok 60 link 2
link_up 2
sleep 10
dd if=/dev/nvme0n1 of=/dev/null bs=64k count=200 2>/dev/null || :
wait $streamer || :
: >over
wait $storm
sleep 2
totals >after.1
wait_for_lines 2
totals >after.2
kill "$top"
status=0
wait "$top" || status=$?
top=
[ $status = 0 ] || fail "top ended with $status: $(cat err)"
[ ! -s err ] || fail "top said: $(cat err)"

n=$(wc -l <lines)
eq "$(jq -c .command <lines | grep -c '^"top"$')" "$n" 'lines that are documents'
jq -es 'all(.[]; .seconds > 0) and all(.[].interrupts[]; .per_second >= 0 and .count >= 0)' lines >/dev/null ||
	fail 'a rate is negative'
jq -es 'any(.[]; .complete == false)' lines >/dev/null || fail 'no document says that CPUs came or went'
jq -r '.gone[]?' lines | sort -u >gone
[ -s gone ] || fail 'no interrupt was ever away'
jq -rs '[.[].interrupts[] | select(.irq)] | group_by(.label)[] | "\(.[0].label) \(map(.count) | add)"' lines >sums
awk 'FILENAME == "gone" { gone[$1] = 1; next }
	FILENAME == "before.1" { first[$1] = $2; next }
	FILENAME == "before.2" { if ($2 != first[$1]) loud[$1] = 1; next }
	FILENAME == "after.1" { last[$1] = $2; next }
	FILENAME == "after.2" { if ($2 != last[$1]) loud[$1] = 1; next }
	{ sum[$1] = $2 }
	END {
		for (irq in first) {
			if (irq in gone || irq in loud || !(irq in last))
				continue
			lived++
			grown = last[irq] - first[irq]
			fired += grown > 100
			if (sum[irq] + 0 != grown)
				print "wrong", irq, sum[irq] + 0, "instead of", grown
		}
		print "lived", lived + 0, "of which fired", fired + 0
	}' gone before.1 before.2 after.1 after.2 sums >judgement
sed 's/^/# /' judgement
echo "# $n documents; $(cat hotplugs) times two CPUs were offline"
! grep -q '^wrong' judgement || fail "$(cat judgement)"
grep -qE 'of which fired [1-9]' judgement || fail "nothing fired: $(cat judgement)"
