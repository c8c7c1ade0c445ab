#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit set is killed at each of its system calls, and irqkit undo brings back the start;
# so is undo, and another one finishes what it began. What only asks it to end never
# leaves half of a change.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/knobs.sh
. test/knobs.sh

killat=$O/build/test/tool/killat
irqkit=$O/irqkit
limit=2000 # system calls: more than there are
make_root "$tmp/start" 4
start=$(knobs "$tmp/start")

traced "$killat" 1 "$irqkit" --version >/dev/null 2>&1
if [ $? -eq 77 ]; then
	skip "killed at every system call" "nothing may be traced here"
	finish
	exit
fi

fresh() {
	rm -rf "$tmp/root"
	cp -RP "$tmp/$1" "$tmp/root"
}

# complain N WHAT: reports it once
complain() {
	[ -n "$trouble" ] || trouble="system call $1: $2"$'\n'$(knobs "$tmp/root")
}

# every ROOT WHAT COMMAND...: kills the command at each of its system calls on a copy of
# ROOT; after each, AFTER N brings back the start
every() {
	local from=$1 what=$2 n status
	shift 2
	trouble=
	killed=0
	for ((n = 1; n < limit; n++)); do
		fresh "$from"
		traced "$killat" "$n" "$irqkit" "$@" --root="$tmp/root" >/dev/null 2>&1
		status=$?
		[ "$status" -ne 3 ] || break
		[ "$status" -eq 0 ] || complain "$n" "killat exits with $status"
		killed=$((killed + 1))
		after "$n"
	done
	[ "$n" -lt $limit ] || complain "$n" "it does not end"
	[ "$killed" -ge 20 ] || complain "$n" "it made only $killed system calls"
	empty "$what killed at each of its $killed system calls" "$trouble"
}

# ---- set -----------------------------------------------------------------------------------
had_written=0 had_not=0
after() {
	local half text status
	half=$(knobs "$tmp/root")
	if printf '%s\n' "$half" | grep -qvE ' [f2]$'; then complain "$1" "a knob holds neither the old nor the new"; fi
	text=$("$irqkit" undo --root="$tmp/root" 2>&1)
	status=$?
	if [ -e "$tmp/root/run/irqkit/1.undone" ]; then
		had_written=$((had_written + 1))
		[ "$status" -eq 0 ] || complain "$1" "undo exits with $status: $text"
	else
		had_not=$((had_not + 1))
		[ "$half" = "$start" ] || complain "$1" "written, and nothing to undo"
		[ "$status" -eq 3 ] || complain "$1" "undo exits with $status: $text"
	fi
	[ "$(knobs "$tmp/root")" = "$start" ] || complain "$1" "undo does not bring back the start"
	text=$("$irqkit" set all --cpus=1 --root="$tmp/root" 2>&1) || complain "$1" "set afterwards fails: $text"
	[ "$(values "$tmp/root")" = '2 ' ] || complain "$1" "set afterwards does not do it all"
}
every start "set" set all --cpus=1
[ "$had_written" -gt 0 ] && [ "$had_not" -gt 0 ]
result $? "some were killed before the first write and some after" "before: $had_not, after: $had_written"

# ---- undo ----------------------------------------------------------------------------------
fresh start
"$irqkit" set all --cpus=1 --root="$tmp/root" >/dev/null 2>&1
mv "$tmp/root" "$tmp/changed"
after() {
	local text status
	text=$("$irqkit" undo --root="$tmp/root" 2>&1)
	status=$?
	[ "$(knobs "$tmp/root")" = "$start" ] || complain "$1" "another undo (status $status) does not bring back the start: $text"
	[ "$status" -eq 0 ] || { [ "$status" -eq 3 ] && [ -e "$tmp/root/run/irqkit/1.undone" ]; } ||
		complain "$1" "another undo exits with $status: $text"
}
every changed "undo" undo

# ---- INT, TERM, HUP, QUIT --------------------------------------------------------------------
# As if the user had pressed a key there: all old, or all new.
for signal in 2 15 1 3; do
	trouble=
	old=0 new=0
	for ((n = signal % 4 + 1; n < limit; n += 4)); do
		fresh start
		traced "$killat" -s $signal "$n" "$irqkit" set all --cpus=1 --root="$tmp/root" >/dev/null 2>&1
		status=$?
		[ "$status" -ne 3 ] || break
		case $(values "$tmp/root") in
		'f ') old=$((old + 1)) ;;
		'2 ') new=$((new + 1)) ;;
		*) complain "$n" "half of it is done" ;;
		esac
	done
	if [ "$old" -eq 0 ] || [ "$new" -eq 0 ]; then complain "$n" "old $old times, new $new times"; fi
	empty "signal $signal at system calls of set leaves all old or all new" "$trouble"
done
finish
