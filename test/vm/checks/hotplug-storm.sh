#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8*
# limit: 400
# last
# long
# CPUs go offline and come back all the time, and set, spread and pin-queue do not fail: a CPU that
# goes between the plan and the write is planned around. One that is named and offline is refused.
dev=$(link 1)
cpus='2 3 5 6'
stop() {
	: >over
	wait
	for cpu in $cpus; do echo 1 >"/sys/devices/system/cpu/cpu$cpu/online"; done
}
trap stop EXIT

# One CPU is away at a time, for about as long as a run takes.
storm() {
	n=0
	until [ -e over ]; do
		for cpu in $cpus; do
			echo 0 >"/sys/devices/system/cpu/cpu$cpu/online" || continue
			usleep 30000
			echo 1 >"/sys/devices/system/cpu/cpu$cpu/online"
			n=$((n + 1))
		done
	done
	echo $n >hotplugs
}

# run COMMAND...: 0, or 2 if what it names is offline, and then nothing is changed
runs=0 failed=0 refused=0 again=0
run() {
	code=0
	"$@" >out 2>err || code=$?
	runs=$((runs + 1))
	! grep -q 'planned again\|the next best CPU' out || again=$((again + 1))
	case $code in
	0) ;;
	2)
		if grep -q 'is offline' err; then refused=$((refused + 1)); else failed=$((failed + 1)); fi
		;;
	*) failed=$((failed + 1)) ;;
	esac
	case $code in 0 | 2) ;; *) echo "$*: $code" && cat err ;; esac
}

storm &
for _ in 1 2 3 4 5 6 7 8; do
	run irqkit spread "$dev" --node=any
	run irqkit set "$dev" --cpus=2
	run irqkit pin-queue "$dev" all=all,^0
	run irqkit set "$dev" --cpus=current,7
	run irqkit pin-queue "$dev" all=2,3,5,6 --wrap
	run irqkit spread "$dev" --cpus=all,^0-1 --node=any
done
: >over
wait
echo "# $runs runs beside $(cat hotplugs) hotplugs: $failed failed, $refused refused for an offline CPU, $again planned again"
[ "$failed" -eq 0 ] || fail "$failed of $runs runs failed"
