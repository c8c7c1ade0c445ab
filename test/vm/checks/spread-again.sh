#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0
# programs: strace
# A second spread opens no knob for writing, as the kernel is asked; the first does.
[ "$ROLE" = linux ] || needs_moves_at_once
case $ROLE in
linux) dev=$(link 1) ;;
dom0) dev=$VIF ;;
esac

# spread: what it opens for writing below /proc and /sys goes to ./written.
spread() {
	strace -f -e trace=open,openat,openat2,creat -o trace irqkit spread "$dev" >table || fail "$(cat table)"
	knobs_written trace >written
}
spread
[ "$(grep -c smp_affinity written)" -ge 8 ] || fail "strace saw no more than: $(cat written)"
spread
same written /dev/null
irqkit undo >table || fail "$(cat table)"
