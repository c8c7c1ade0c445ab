#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The screen of `irqkit top`, in terminals of several sizes, by tmux: what it shows on 2, 16
# and 512 CPUs, without UTF-8, and after its keys; the terminal is as before after each end.
# Documents of periods add up exactly while interrupts fire.
#
#   test/check-top.sh            each screen once
#   test/check-top.sh --long     also ten minutes of random keys
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
feeder=''
trap '[ -z "$feeder" ] || kill $feeder 2>/dev/null; tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$tmp"' EXIT
socket=irqkit-$$ n_starts=0

# still CPUS INTERRUPTS QUEUES: a machine in $tmp/root whose interrupts do not fire
still() {
	[ -z "$feeder" ] || { kill "$feeder" 2>/dev/null; wait "$feeder" 2>/dev/null; }
	feeder=''
	rm -rf "$tmp/root"
	mkdir "$tmp/root"
	"$O/build/test/bench/machine" "$tmp/root" "$1" "$2" "$3"
}
# feed CPUS INTERRUPTS QUEUES: they fire for two minutes
feed() {
	still "$@"
	"$O/build/test/bench/machine" "$tmp/root" "$1" "$2" "$3" 120 100 >/dev/null 2>&1 &
	feeder=$!
}

# ---- documents add up --------------------------------------------------------------------
still 4 16 2
sum() { awk '$1 ~ /^[0-9]+:$/ { for (i = 2; i <= 5; i++) n += $i } END { print n + 0 }' "$tmp/root/proc/interrupts"; }
first=$(sum)
"$irqkit" top --json --all -d 0.3 -n 8 --root "$tmp/root" >"$tmp/lines" 2>"$tmp/err" &
pid=$!
for _ in 1 2 3 4 5 6; do
	sleep 0.3
	awk '$1 ~ /^[0-9]+:$/ { $2 += 7; $4 += 1000 } { print }' "$tmp/root/proc/interrupts" >"$tmp/new"
	mv "$tmp/new" "$tmp/root/proc/interrupts"
done
wait "$pid"
same "every line is a document" "8" "$(jq -c .command "$tmp/lines" | grep -c '"top"')"
same "their counts add up exactly" "$(($(sum) - first))" "$(jq -s '[.[].interrupts[] | select(.irq) | .count] | add' "$tmp/lines")"
same "those of the CPUs do so, too" "$(($(sum) - first))" "$(jq -s '[.[].interrupts[] | select(.irq) | .per_cpu // {} | .[]] | add' "$tmp/lines")"
result "$(jq -s '[.[].interrupts[].per_second] | if min < 0 then 1 else 0 end' "$tmp/lines")" "no rate is negative"

# after a stop, a period has its whole length
"$irqkit" top --json -d 0.3 -n 4 --root "$tmp/root" >"$tmp/lines" &
pid=$!
sleep 0.4
kill -STOP "$pid"
sleep 1.5
kill -CONT "$pid"
wait "$pid"
same "after a stop, no period is shorter" "true" "$(jq -s 'length == 4 and ([.[].seconds] | min) > 0.25' "$tmp/lines")"

# a reader that goes is no failure
"$irqkit" top -b -d 0.1 --root "$tmp/root" 2>"$tmp/err" | head -n 1 >/dev/null
same "a reader that goes is no failure" "0 " "${PIPESTATUS[0]} $(cat "$tmp/err")"
"$irqkit" top -b -n 1 -d 0.1 --root "$tmp/root" <&- >"$tmp/out" 2>&1
same "standard input may be closed" 0 $?

if ! command -v tmux >/dev/null; then
	skip "screens" "no tmux"
	finish
fi

# ---- screens -----------------------------------------------------------------------------
# start COLUMNS ROWS [ENVIRONMENT...]: until the first frame is there
start() {
	local columns=$1 rows=$2
	shift 2
	tmux -L "$socket" kill-server 2>/dev/null
	# a server that ends takes a new session with it
	n_starts=$((n_starts + 1)) socket=irqkit-$$-$n_starts
	tmux -L "$socket" -f /dev/null new-session -d -x "$columns" -y "$rows" \
		"stty -g >$tmp/before; env LC_ALL=C.UTF-8 $* '$irqkit' top -d 0.5 --root '$tmp/root'; echo status \$?; stty -g >$tmp/after; exec sleep 60"
	wait_for 'interrupts fired|RATE/S'
}
screen() { tmux -L "$socket" capture-pane -p; }
# wait_for PATTERN: at most ten seconds
wait_for() {
	for _ in {1..100}; do
		! screen 2>/dev/null | grep -qE "$1" || return 0
		sleep 0.1
	done
	return 1
}
press() { tmux -L "$socket" send-keys "$@"; }
# shows NAME PATTERN: the screen, soon
shows() {
	wait_for "$2"
	result $? "$1" "$(screen)"
}
# quits NAME: q ends it, and the terminal is as before
quits() {
	press q
	shows "$1: q quits" 'status 0'
	same "$1: the terminal is as before" "$(cat "$tmp/before")" "$(cat "$tmp/after")"
}

feed 2 12 2
start 80 24
shows "2 CPUs: the headline" '^[0-9:]{8}  2 CPUs  [0-9.]+[kM]? int/s  busiest/mean'
shows "2 CPUs: a table of CPUs" '^CPU %IRQ %SOFT STEAL  INT/S'
shows "2 CPUs: a matrix" 'IRQ +RATE/S +cpu0 +cpu1 NAME'
press h
shows "h shows the keys" 'spread its device'
press x
shows "any key goes back" 'IRQ +RATE/S'
press Enter
shows "Enter shows the interrupt" '^fired .* per second'
press BSpace
shows "Backspace goes back" 'IRQ +RATE/S'
press s
shows "s shows softirqs" '^SOFTIRQ'
press s Z
shows "Z freezes" 'frozen'
press Z i
shows "i sorts by number" 'by number'
press n
shows "n without a name says what to press" 'nothing to find yet'
press '/' ; press -l 'no-such-name'; press Enter
shows "find says what it does not find" "no row has 'no-such-name'"
press "\\"; press -l 'eth1'; press Enter
wait_for 'eth1'
result $(($(screen | grep -c 'eth0-') != 0)) "a filter hides the others" "$(screen)"
quits "2 CPUs"

feed 16 64 8
start 200 50
shows "16 CPUs: columns for all of them" 'cpu0 .* cpu15 NAME'
quits "16 CPUs"
start 40 10
shows "40x10: the list" 'IRQ +RATE/S'
result $(($(screen | awk 'length > 40' | wc -l) != 0)) "40x10: no line is too long"
tmux -L "$socket" resize-window -x 120 -y 30
shows "it follows the size of the terminal" '^CPU %IRQ'
quits "40x10"

# a CPU is 10% busy: on 41 columns there is no room for its bar
still 2 12 2
cp -r "$tmp/root/proc" "$tmp/root/proc.1"
printf 'cpu0 0 0 0 100 0 0 0 0\ncpu1 0 0 0 100 0 0 0 0\nintr 200000\n' >"$tmp/root/proc/stat"
printf 'cpu0 0 0 0 270 0 10 20 0\ncpu1 0 0 0 270 0 10 20 0\nintr 300000\n' >"$tmp/root/proc.1/stat"
start 41 24
shows "41 columns: CPUs" '^CPU %IRQ'
result $(($(screen | grep -E '^  [01] ' | grep -cE '#|█|▏|▎|▍|▌|▋|▊|▉|…') != 0)) "41 columns: no bar without room" "$(screen)"
quits "41 columns"

feed 512 4096 256
start 80 24
shows "512 CPUs: a map" '^NODE'
shows "512 CPUs: the list has the CPU of each interrupt" 'IRQ +RATE/S .*CPU .*NAME'
quits "512 CPUs"

feed 4 16 4
start 80 24 LC_ALL=C NO_COLOR=1
shows "without UTF-8: the list" 'NAME'
result $(($(screen | LC_ALL=C grep -c $'[\200-\377]') != 0)) "without UTF-8: ASCII only" "$(screen)"
quits "without UTF-8"
start 80 24
pkill -TERM -P "$(tmux -L "$socket" list-panes -F '#{pane_pid}')" irqkit
shows "a signal ends it" 'status 0'
same "and the terminal is as before" "$(cat "$tmp/before")" "$(cat "$tmp/after")"
start 80 24 TERM=dumb
shows "TERM=dumb: says what to do" "terminal 'dumb' cannot show a screen"

# ---- what a key changes --------------------------------------------------------------------
still 4 16 4
start 100 30
press z
wait_for 'eth'
press S
shows "S shows the plan" 'Do this\? y/N'
press n Enter
shows "n changes nothing" 'Enter goes back'
press Enter
wait_for 'int/s'
result $(($(find "$tmp/root/run" -name '[0-9]*' 2>/dev/null | wc -l) != 0)) "no change was made"
press P
shows "P asks for CPUs" 'pin to CPUs'
press -l 2; press Enter
shows "P shows the plan" 'Do this\? y/N'
press y Enter
shows "and makes the change" 'Enter goes back'
press Enter
wait_for 'int/s'
result $(($(find "$tmp/root/run" -type f | wc -l) == 0)) "which is in the journal"
quits "after a change"

# a name that begins with a hyphen is a name
still 4 16 4
mv "$tmp"/root/sys/devices/pci0000:00/0000:01:00.0/net/{eth0,--all}
rm "$tmp/root/sys/class/net/eth0"
ln -s ../../devices/pci0000:00/0000:01:00.0/net/--all "$tmp/root/sys/class/net/"
start 100 30
press z
wait_for '  --all'
press S
shows "a name that begins with a hyphen is no option" '[$] irqkit spread -- --all'
press n Enter
wait_for 'Enter goes back'
press Enter
quits "a name with a hyphen"

# ---- random keys ---------------------------------------------------------------------------
if [ "${1-}" = --long ]; then
	feed 16 64 8
	start 100 30 ASAN_OPTIONS=detect_leaks=1
	keys=(h j k Enter BSpace s c g z Z i t r N I + - Up Down PPage NPage Home End F1 F5 F6 a n)
	end=$((SECONDS + 600))
	while [ $SECONDS -lt $end ]; do
		press "${keys[RANDOM % ${#keys[@]}]}"
		[ $((RANDOM % 50)) -ne 0 ] || tmux -L "$socket" resize-window -x $((20 + RANDOM % 200)) -y $((3 + RANDOM % 60))
		sleep 0.02
		kill -0 "$feeder" 2>/dev/null || feed 16 64 8
	done
	press q q
	shows "ten minutes of random keys" 'status 0'
fi
finish
