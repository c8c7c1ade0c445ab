#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 xen
# programs: strace
# long
# For a minute nothing comes: spread --every opens no knob for writing, and moves nothing.
irqkit show all -r --noheadings -o IRQ,AFFINITY >before
ls -l /run/irqkit >journal 2>/dev/null || :
strace -f -e trace=open,openat,openat2,creat -o trace irqkit spread --every=5 >log 2>&1 &
tracer=$!
until_ok 20 pidof irqkit || fail "not there: $(cat log)"
pid=$(pidof irqkit)
trap 'kill "$pid" 2>/dev/null || :' EXIT
sleep 60
kill -TERM "$pid"
wait $tracer || fail "exit status $? $(cat log)"
periods=$(sed -n 's/^0 moves in \([0-9]*\) periods\?\.$/\1/p' log)
[ "${periods:-0}" -ge 5 ] || fail "$(cat log)"
grep -q '"/\?proc/interrupts"' trace || fail "strace saw nothing: $(cat trace)"
knobs_written trace >written
same written /dev/null
irqkit show all -r --noheadings -o IRQ,AFFINITY >after
same after before
ls -l /run/irqkit >after 2>/dev/null || :
[ ! -s journal ] || same after journal
