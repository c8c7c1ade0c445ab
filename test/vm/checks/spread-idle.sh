#!/bin/sh
# on: linux-8 xen
# programs: strace
# long
# For a minute nothing comes: spread --every opens no knob for writing, and moves nothing.
irqkit show all -r --noheadings -o IRQ,AFFINITY >before
ls /run/irqkit >journal 2>/dev/null || :
strace -f -e trace=open,openat,openat2,creat -o trace irqkit spread --every=5 >log 2>&1 &
until_ok 20 pgrep irqkit
pid=$(pgrep irqkit)
sleep 60
kill -TERM "$pid"
wait $! || fail "exit status $? $(cat log)"
rounds=$(sed -n 's/^0 moves in \([0-9]*\) rounds\.$/\1/p' log)
[ "${rounds:-0}" -ge 10 ] || fail "$(cat log)"
knobs_written trace >written
same written /dev/null
irqkit show all -r --noheadings -o IRQ,AFFINITY >after
same after before
ls /run/irqkit >after 2>/dev/null || :
[ ! -s journal ] || same after journal
