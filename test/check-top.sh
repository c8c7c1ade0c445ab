#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The screen of `irqkit top`, in terminals of several sizes, by tmux: what it shows on 2, 16,
# 64 and 512 CPUs, without UTF-8, and after its keys; the terminal is as before after each end.
# Documents of periods add up exactly while interrupts fire.
#
#   test/check-top.sh            each screen once; groups of screens run at the same time
#   test/check-top.sh --long     also SECONDS=600 of random keys: LONG_TOP_SECONDS
# waits: 40 s
# shellcheck disable=SC2030,SC2031 # each group has its own dir, socket and feeder
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
machine=$O/build/test/bench/machine

# ---- groups ------------------------------------------------------------------------------
# Each runs in a shell of its own, with a folder, a root and a terminal of its own.
stop_all() {
	local s
	for s in "$tmp"/*/socket; do
		[ ! -e "$s" ] || tmux -L "$(cat "$s")" kill-server 2>/dev/null
	done
}
trap 'stop_all; rm -rf "$tmp"' EXIT
groups=()

# group FUNCTION: starts it
group() {
	mkdir "$tmp/$1"
	groups+=("$1")
	(
		dir=$tmp/$1 feeder='' socket=irqkit-$$-$1 n_starts=0
		trap '[ -z "$feeder" ] || kill $feeder 2>/dev/null; stop' EXIT
		export XDG_CONFIG_HOME=$dir/config
		"$1"
	) >"$tmp/$1/out" 2>&1 &
}
# The results of all groups, in their order.
collect() {
	local g
	wait
	for g in "${groups[@]}"; do
		cat "$tmp/$g/out"
		tap_count=$((tap_count + $(grep -cE '^(not )?ok ' "$tmp/$g/out")))
		tap_failed=$((tap_failed + $(grep -c '^not ok ' "$tmp/$g/out")))
		grep -q '^# end of the group$' "$tmp/$g/out" || result 1 "$g ended early"
	done
}

# still CPUS INTERRUPTS QUEUES: a machine in $dir/root whose interrupts do not fire
still() {
	[ -z "$feeder" ] || { kill "$feeder" 2>/dev/null; wait "$feeder" 2>/dev/null; }
	feeder=''
	rm -rf "$dir/root"
	mkdir "$dir/root"
	"$machine" "$dir/root" "$1" "$2" "$3"
}
# feed CPUS INTERRUPTS QUEUES: they fire for four minutes
feed() {
	still "$@"
	"$machine" "$dir/root" "$1" "$2" "$3" 240 100 >/dev/null 2>&1 &
	feeder=$!
}
# nodes LIST...: the CPUs of each node
nodes() {
	local n=0 list
	for list; do
		mkdir -p "$dir/root/sys/devices/system/node/node$n"
		rm -f "$dir/root/sys/devices/system/node/node$n/cpulist"
		echo "$list" >"$dir/root/sys/devices/system/node/node$n/cpulist"
		n=$((n + 1))
	done
	rm "$dir/root/sys/devices/system/node/online"
	echo "0-$((n - 1))" >"$dir/root/sys/devices/system/node/online"
}

# ---- terminals ---------------------------------------------------------------------------
stop() { tmux -L "$socket" kill-server 2>/dev/null; }
# start COLUMNS ROWS [ENVIRONMENT...]: until the first frame is there
start() {
	local columns=$1 rows=$2
	shift 2
	stop
	# a server that ends takes a new session with it
	n_starts=$((n_starts + 1)) socket=${socket%:*}:$n_starts
	echo "$socket" >"$dir/socket"
	tmux -L "$socket" -f /dev/null new-session -d -x "$columns" -y "$rows" \
		"stty -g >$dir/before; env LC_ALL=C.UTF-8 $* '$irqkit' top -d 0.5 ${words-} --root '$dir/root'; echo status \$?; stty -g >$dir/after; exec sleep 60"
	wait_for 'interrupts fired|RATE/S|status [0-9]'
}
screen() { tmux -L "$socket" capture-pane -p; }
# wait_for PATTERN: at most twenty seconds
wait_for() {
	for _ in {1..200}; do
		! screen 2>/dev/null | grep -qE -- "$1" || return 0
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
# lacks NAME PATTERN: the screen, now
lacks() { result $(($(screen | grep -cE -- "$2") != 0)) "$1" "$(screen)"; }
# fits NAME COLUMNS: no line is too long; awk may count bytes
fits() { result $(($(screen | wc -L) > $2)) "$1: no line is too long" "$(screen)"; }
# quits NAME: q ends it, and the terminal is as before
quits() {
	press q
	shows "$1: q quits" 'status 0'
	same "$1: the terminal is as before" "$(cat "$dir/before")" "$(cat "$dir/after")"
}

# ---- documents add up --------------------------------------------------------------------
sum() { awk '$1 ~ /^[0-9]+:$/ { for (i = 2; i <= 5; i++) n += $i } END { print n + 0 }' "$dir/root/proc/interrupts"; }
documents() {
	local first pid lines
	still 4 16 2
	# a clock that stands still is none
	echo '1000.00 1000.00' >"$dir/root/proc/uptime"
	first=$(sum)
	"$irqkit" top --json --all -d 0.3 --root "$dir/root" >"$dir/lines" 2>"$dir/err" &
	pid=$!
	for _ in 1 2 3 4 5 6; do
		sleep 0.3
		awk '$1 ~ /^[0-9]+:$/ { $2 += 7; $4 += 1000 } { print }' "$dir/root/proc/interrupts" >"$dir/new"
		mv "$dir/new" "$dir/root/proc/interrupts"
	done
	# two more periods: the first of them may have begun before the last counts
	lines=$(wc -l <"$dir/lines")
	for _ in {1..100}; do
		[ "$(wc -l <"$dir/lines")" -lt $((lines + 2)) ] || break
		sleep 0.1
	done
	kill "$pid"
	wait "$pid"
	same "every line is a document" "$(wc -l <"$dir/lines")" "$(jq -c .command "$dir/lines" | grep -c '"top"')"
	same "their counts add up exactly" "$(($(sum) - first))" "$(jq -s '[.[].interrupts[] | select(.irq) | .count] | add' "$dir/lines")"
	same "those of the CPUs do so, too" "$(($(sum) - first))" "$(jq -s '[.[].interrupts[] | select(.irq) | .per_cpu // {} | .[]] | add' "$dir/lines")"
	result "$(jq -s '[.[].interrupts[].per_second] | if min < 0 then 1 else 0 end' "$dir/lines")" "no rate is negative"
	same "where /proc/uptime stands still, periods have their length" "true" "$(jq -s '(map(.seconds) | add) / length > 0.2' "$dir/lines")"

	# after a stop, a period has its whole length
	"$irqkit" top --json -d 0.3 -n 4 --root "$dir/root" >"$dir/lines" &
	pid=$!
	sleep 0.4
	kill -STOP "$pid"
	sleep 1
	kill -CONT "$pid"
	wait "$pid"
	same "after a stop, no period is shorter" "true" "$(jq -s 'length == 4 and ([.[].seconds] | min) > 0.25' "$dir/lines")"

	# a reader that goes is no failure
	"$irqkit" top -b -d 0.1 --root "$dir/root" 2>"$dir/err" | head -n 1 >/dev/null
	same "a reader that goes is no failure" "0 " "${PIPESTATUS[0]} $(cat "$dir/err")"
	"$irqkit" top -b -n 1 -d 0.1 --root "$dir/root" <&- >"$dir/out2" 2>&1
	same "standard input may be closed" 0 $?
	echo '# end of the group'
}

# ---- screens -----------------------------------------------------------------------------
two_cpus() {
	feed 2 12 2
	start 80 24
	shows "2 CPUs: the headline" '^[0-9:]{8}  2 CPUs  [0-9.]+[kM]? int/s  busiest/mean'
	shows "2 CPUs: a table of CPUs" '^CPU %IRQ %SOFT STEAL  INT/S'
	shows "2 CPUs: a matrix" 'IRQ +RATE/S +cpu0 +cpu1 NAME'
	press h
	shows "h shows the keys" 'spread their devices'
	shows "80x24: all keys are on one page" '^F1 h'
	shows "80x24: with the scale" 'any key: back$'
	fits "the keys" 80
	press x
	shows "any key goes back" 'IRQ +RATE/S'
	press Enter
	shows "Enter shows the interrupt" '^fired .* per second'
	press BSpace
	shows "Backspace goes back" 'IRQ +RATE/S'
	press s
	shows "s shows softirqs" '^SOFTIRQ'
	press b
	shows "b shows what became of packets" '^ CPU +PROCESSED +DROPPED +SQUEEZED +FROM RPS'
	press b Z
	shows "Z freezes" 'frozen'
	press Z i
	shows "i sorts by number" 'by number'
	press n
	shows "n without a name says what to press" 'nothing to find yet'
	press '/' ; press -l 'no-such-name'; press Enter
	shows "find says what it does not find" "no row has 'no-such-name'"
	press 3
	shows "3 asks for a node" 'only the CPUs of node'
	press 7 Enter
	shows "3 says which node is none" 'node 7 has no CPUs'
	press 3 x Enter
	shows "3 says what is no node" "a node is a number, not 'x'"
	press "\\"; press -l 'eth1'; press Enter
	wait_for 'eth1'
	lacks "a filter hides the others" 'eth0-'
	quits "2 CPUs"
	echo '# end of the group'
}

sixteen_cpus() {
	feed 16 64 8
	start 200 50
	shows "16 CPUs: columns for all of them" 'cpu0 .* cpu15 NAME'
	lacks "16 CPUs: no row for each device" '^DEVICE/'
	quits "16 CPUs"
	start 40 10
	shows "40x10: the list" 'IRQ +RATE/S'
	shows "40x10: says which rows these are" 'rows 1-5 of 64'
	fits "40x10" 40
	press b
	shows "40x10: packets of the busiest CPUs" 'the busiest 5 of 16 CPUs'
	press b h
	shows "40x10: the keys have pages" 'F1 h'
	press x
	shows "40x10: the second page" '^1 2 3 '
	press x x q
	shows "40x10: and the end of them" 'status 0'
	start 40 10
	tmux -L "$socket" resize-window -x 120 -y 30
	shows "it follows the size of the terminal" '^CPU %IRQ'
	quits "a new size"

	# a CPU is 10% busy: on 41 columns there is no room for its bar
	still 2 12 2
	cp -r "$dir/root/proc" "$dir/root/proc.1"
	printf 'cpu0 0 0 0 100 0 0 0 0\ncpu1 0 0 0 100 0 0 0 0\nintr 200000\n' >"$dir/root/proc/stat"
	printf 'cpu0 0 0 0 270 0 10 20 0\ncpu1 0 0 0 270 0 10 20 0\nintr 300000\n' >"$dir/root/proc.1/stat"
	start 41 24
	shows "41 columns: CPUs" '^CPU %IRQ'
	result $(($(screen | grep -E '^  [01] ' | grep -cE '#|█|▏|▎|▍|▌|▋|▊|▉|…') != 0)) "41 columns: no bar without room" "$(screen)"
	quits "41 columns"
	echo '# end of the group'
}

many_cpus() {
	feed 512 512 64
	nodes 0-127,256-383 128-255,384-511
	start 80 24
	shows "512 CPUs: a map" '^NODE'
	shows "512 CPUs: the list has the CPU of each interrupt" 'IRQ +RATE/S .*CPU .*NAME'
	shows "512 CPUs, 80x24: devices by node" '^DEVICE/NODE +RATE/S IRQS CPUS +0 1'
	shows "512 CPUs: what has no row of its own is counted" '^\([0-9]+ others\)'
	shows "512 CPUs: says which rows these are" 'rows 1-[0-9]+ of 512'
	fits "512 CPUs, 80x24" 80
	press 3 1 Enter
	shows "3 shows one node" 'node 1 \(1: all\)'
	shows "3: its CPUs only" 'rows 1-[0-9]+ of 256'
	lacks "3: no other node" '^ {3}0 [·░▒▓█]'
	press 1
	shows "1 shows all" 'rows 1-[0-9]+ of 512'
	press 2
	shows "2 shows nodes" '^cell: node'
	press g g g
	shows "g: what has no room is counted" '[0-9]+ cells are not shown'
	press b
	shows "512 CPUs: packets of the busiest CPUs" 'the busiest [0-9]+ of 512 CPUs'
	quits "512 CPUs"
	start 200 50
	shows "512 CPUs, 200x50: devices by node" '^DEVICE/NODE'
	fits "512 CPUs, 200x50" 200
	press b
	shows "512 CPUs, 200x50: packets in columns" 'CPU +PROCESSED .*CPU +PROCESSED'
	quits "512 CPUs, 200x50"
	# one node, and a cell for each of its CPUs
	rm -r "$dir/root/sys/devices/system/node/node1"
	nodes 0-511
	start 560 50
	shows "512 CPUs, 560x50: all headings of the map" '^NODE {500,}MEAN  MAX'
	quits "512 CPUs, 560x50"
	start 40 10
	shows "512 CPUs, 40x10: the list" 'IRQ +RATE/S'
	fits "512 CPUs, 40x10" 40
	quits "512 CPUs, 40x10"
	echo '# end of the group'
}

# cells NAME N: the row of a device has so many, once it is drawn and fires
cells() {
	local n
	for _ in {1..200}; do
		n=$(screen | grep -m 1 '^eth.*[|]' | grep -oE '[·░▒▓█]' | wc -l)
		[ "$n" != "$2" ] || break
		sleep 0.1
	done
	same "$1" "$2" "$n"
}

sixty_four_cpus() {
	feed 64 256 32
	start 200 50
	shows "64 CPUs, 200x50: devices by CPU" '^DEVICE/CPU +RATE/S IRQS CPUS 0 +[|]8 +[|]16 +[|]24 '
	# two columns, or one
	cells "64 CPUs, 200x50: each CPU has a cell" 128
	fits "64 CPUs" 200
	tmux -L "$socket" resize-window -x 120 -y 30
	shows "120x30: a column for each CPU" '^DEVICE/CPU'
	cells "120x30: each CPU has a cell" 64
	tmux -L "$socket" resize-window -x 80 -y 24
	shows "80x24: devices by last-level cache" '^DEVICE/CACHE'
	fits "64 CPUs, 80x24" 80
	press c
	shows "c: cells of interrupts" 'of busiest'
	quits "64 CPUs"

	# what a device does is all on one CPU, and that one is isolated
	[ -z "$feeder" ] || kill "$feeder"
	still 32 64 32
	cp -r "$dir/root/proc" "$dir/root/proc.1"
	mkdir -p "$dir/root/sys/devices/system/cpu"
	echo 5 >"$dir/root/sys/devices/system/cpu/isolated"
	awk '$1 == "24:" || $1 == "25:" { $7 += 5000 } { print }' "$dir/root/proc/interrupts" >"$dir/root/proc.1/interrupts"
	start 200 50
	shows "32 CPUs: a device on one CPU" '^eth0 +5.0k +2 +1 '
	same "32 CPUs: its cell is the sixth one" '··········!!····················' "$(screen | grep -m 1 '^eth0 .*|' | sed -E 's/^eth0[^·!]*//; s/[|].*//')"
	result $(($(tmux -L "$socket" capture-pane -p -e | grep -m 1 '^.*eth0 .*|' | grep -cP '\x1b\[[0-9;]*7m(\x1b\[[0-9;]*m)*!') == 0)) "an interrupt on an isolated CPU is shown reversed" "$(screen)"
	quits "32 CPUs"
	echo '# end of the group'
}

plain_terminals() {
	feed 4 16 4
	start 80 24 LC_ALL=C NO_COLOR=1
	shows "without UTF-8: the list" 'NAME'
	result $(($(screen | LC_ALL=C grep -c $'[\200-\377]') != 0)) "without UTF-8: ASCII only" "$(screen)"
	press b
	shows "without UTF-8: packets" 'PROCESSED'
	press D
	shows "without UTF-8: findings" 'Plan of the fix'
	result $(($(screen | LC_ALL=C grep -c $'[\200-\377]') != 0)) "without UTF-8: these are ASCII too" "$(screen)"
	result $(($(tmux -L "$socket" capture-pane -p -e | grep -cE $'\033\\[(3[0-8]|9[0-7])') != 0)) "NO_COLOR: no colour"
	quits "without UTF-8"
	start 80 24
	pkill -TERM -P "$(tmux -L "$socket" list-panes -F '#{pane_pid}')" irqkit
	shows "a signal ends it" 'status 0'
	same "and the terminal is as before" "$(cat "$dir/before")" "$(cat "$dir/after")"
	start 80 24 TERM=dumb
	shows "TERM=dumb: says what to do" "terminal 'dumb' cannot show a screen"
	feed 64 128 32
	start 80 24 LC_ALL=C LANG=C
	shows "64 CPUs without UTF-8: devices" '^DEVICE/CACHE'
	result $(($(screen | LC_ALL=C grep -c $'[\200-\377]') != 0)) "64 CPUs without UTF-8: ASCII only" "$(screen)"
	quits "64 CPUs without UTF-8"
	echo '# end of the group'
}

# ---- what a key changes --------------------------------------------------------------------
changing_keys() {
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
	result $(($(find "$dir/root/run" -name '[0-9]*' 2>/dev/null | wc -l) != 0)) "no change was made"
	press w
	shows "w: irqkit has changed nothing" '^LATEST CHANGES BY IRQKIT +none'
	press P
	shows "P asks for CPUs" 'pin to CPUs'
	press -l 2; press Enter
	shows "P shows the plan" 'Do this\? y/N'
	press y Enter
	shows "and makes the change" 'Enter goes back'
	press Enter
	wait_for 'int/s'
	result $(($(find "$dir/root/run" -type f | wc -l) == 0)) "which is in the journal"
	shows "w shows the change" '^[0-9-]+ [0-9:]+  irqkit set .*--cpus=2'
	quits "after a change"

	# tags: an action is about all of them
	start 100 30
	press z
	wait_for ' 24 '
	press Space Space
	shows "Space tags a row, and goes on" '2 tagged \(u\)'
	shows "a tagged row has a star" '^ ?[*]24 '
	press P
	wait_for 'pin to CPUs'
	press -l 1; press Enter
	shows "P is about the tagged rows" '[$] irqkit set --cpus=1 24 25$'
	press y Enter
	wait_for 'Enter goes back'
	press Enter
	wait_for 'int/s'
	press S
	shows "S is about their device, once" '[$] irqkit spread eth0$'
	press n Enter
	wait_for 'Enter goes back'
	press Enter
	wait_for '2 tagged'
	press Q
	wait_for 'pin the queue to CPUs'
	press -l 3; press Enter
	shows "Q is about the queues of the tagged rows" '[$] irqkit pin-queue eth0 rx-0=3 tx-0=3 rx-1=3 tx-1=3$'
	shows "Q shows the plan" 'Do this\? y/N'
	press n Enter
	wait_for 'Enter goes back'
	press Enter
	wait_for '2 tagged'
	press u
	for _ in {1..50}; do screen | grep -q tagged || break; sleep 0.1; done
	lacks "u removes the tags" 'tagged'
	quits "tags"

	# a name that begins with a hyphen is a name
	still 4 16 4
	mv "$dir"/root/sys/devices/pci0000:00/0000:01:00.0/net/{eth0,--all}
	rm "$dir/root/sys/class/net/eth0"
	ln -s ../../devices/pci0000:00/0000:01:00.0/net/--all "$dir/root/sys/class/net/"
	start 100 30
	press z
	wait_for '  --all'
	press S
	shows "a name that begins with a hyphen is no option" '[$] irqkit spread -- --all'
	press n Enter
	wait_for 'Enter goes back'
	press Enter
	quits "a name with a hyphen"

	words=--read-only start 100 30
	press z S
	shows "--read-only: S changes nothing" 'this screen is read-only'
	quits "--read-only"
	echo '# end of the group'
}

# ---- what doctor finds ---------------------------------------------------------------------
findings() {
	local fix
	cp -r "$roots/two-samples-2cpu" "$dir/root"
	# queues of one interface with RPS to the CPU that handles them: what it finds has a fix
	fix=$("$irqkit" doctor --json --root "$dir/root" | jq -r '[.findings[] | select(.class != "info")][0].fix | join(" ")')
	result $(("${#fix}" < 4)) "doctor finds something here" "$fix"
	start 120 24
	shows "line 2 has the finding, and its command" "^! .*  'irqkit $fix'  [(]D"
	lacks "it names its subject once" '^! ([^ ]+): \1[: ]'
	tmux -L "$socket" resize-window -x 80 -y 24
	shows "80x24: the command is not cut" "^! .*…  'irqkit $fix'  [(]D"
	fits "80x24, a finding" 80
	tmux -L "$socket" resize-window -x 40 -y 10
	shows "40x10: the text, and the key" '^! .*[(]D'
	fits "40x10, a finding" 40
	tmux -L "$socket" resize-window -x 80 -y 24
	press D
	shows "D lists the findings" '^Finding 1 of [0-9]'
	lacks "with each subject once" '([^ ]+): \1: '
	shows "with the command" "^ +irqkit $fix"
	tmux -L "$socket" resize-window -x 40 -y 10
	shows "40x10: the findings say how to go back" '^arrows Choose  Backspace Back  q Quit'
	tmux -L "$socket" resize-window -x 24 -y 10
	shows "24x10: the findings say how to quit" '^arrows Choose  q Quit'
	tmux -L "$socket" resize-window -x 80 -y 24
	press BSpace
	shows "Backspace goes back" 'IRQ +RATE/S'
	quits "findings"

	# a bar of 60% has 214 of 357 columns
	start 400 24
	wait_for '^ +0 .*█'
	result $(($(screen | grep -m 1 '^ *0 .*█' | grep -o '█' | wc -l) < 200)) "400 columns: a bar of 60% is long" "$(screen)"
	quits "400 columns"

	# a word that is longer than the screen is wide goes on in the next line
	rm -rf "$dir/root"
	cp -r "$roots/linux-6.1-16cpu-2offline" "$dir/root"
	start 26 60
	press D
	wait_for '^Finding 1'
	shows "26 columns: a long word" '--cpus=current'
	result $(($(screen | tr -d ' \n' | grep -cF -- '--cpus=current,^3,^7') != 1)) "26 columns: no part of a word is lost" "$(screen)"
	quits "26 columns"

	rm -rf "$dir/root"
	cp -r "$roots/isolate-8cpu" "$dir/root"
	fix=$("$irqkit" doctor --json --root "$dir/root" | jq -r '[.findings[] | select(.class != "info")][0].fix | join(" ")')
	start 100 30
	shows "another machine: its finding" "^! .*'irqkit $fix'"
	press D
	wait_for '^Finding 1'
	press Enter
	shows "Enter shows the plan of the fix" "[$] irqkit $fix"
	shows "and asks" 'Do this\? y/N'
	press y Enter
	shows "y applies it" 'Enter goes back'
	press Enter
	wait_for '^Finding|nothing wrong'
	press BSpace
	for _ in {1..120}; do
		screen | grep -qF "'irqkit $fix'" || break
		sleep 0.1
	done
	lacks "and the finding is gone" "'irqkit $fix'"
	quits "a fix"

	rm -rf "$dir/root"
	feed 2 12 2
	start 80 24
	sleep 1
	lacks "without a finding, line 2 is empty" '^!'
	press D
	shows "and D says so" 'doctor finds nothing wrong'
	quits "no finding"
	echo '# end of the group'
}

# ---- settings ------------------------------------------------------------------------------
settings() {
	feed 2 12 2
	start 80 24
	press i c w
	press z W
	shows "W says where it wrote the settings" "settings written to $dir/config/irqkit/top"
	quits "settings"
	same "they are JSON" '["number","interrupts",true]' "$(jq -c '[if .sort == "rate" and .inverted == false then "rate" else "number" end, .cells, .changes]' "$dir/config/irqkit/top")"
	jq -c '.sort = "name" | .table = "packets"' "$dir/config/irqkit/top" >"$dir/new"
	mv "$dir/new" "$dir/config/irqkit/top"
	start 80 24
	shows "they are read" 'PROCESSED'
	shows "with the order" 'by name'
	shows "and the changes" '^LATEST CHANGES'
	quits "settings that were read"
	echo '{"sort":"colour"}' >"$dir/config/irqkit/top"
	start 100 24
	shows "a word that means nothing is named" 'not understood in .*/config/irqkit/top: sort'
	quits "a wrong word"
	echo 'sort=name' >"$dir/config/irqkit/top"
	start 200 24
	shows "a file that is no JSON is named" 'cannot read .*/config/irqkit/top: '
	quits "no JSON"
	if [ "$(id -u)" -ne 0 ]; then
		chmod 555 "$dir/config/irqkit"
		start 100 24
		press W
		shows "W says why it cannot write" 'cannot write .*: Permission denied'
		quits "a folder that is read-only"
	fi
	echo '# end of the group'
}

group documents
if command -v tmux >/dev/null; then
	for g in many_cpus changing_keys findings two_cpus sixteen_cpus sixty_four_cpus plain_terminals settings; do
		group $g
	done
	collect
else
	collect
	skip "screens" "no tmux"
fi

# ---- random keys ---------------------------------------------------------------------------
random_keys() {
	local seconds=${LONG_TOP_SECONDS:-600} end n=0
	still 64 128 32
	nodes 0-31 32-63
	# as long as the keys: top ends if its root is replaced
	"$machine" "$dir/root" 64 128 32 $((seconds + 120)) 100 >/dev/null 2>&1 &
	feeder=$!
	end=$((SECONDS + seconds))
	start 100 30 ASAN_OPTIONS=detect_leaks=1
	keys=(h j k Enter BSpace s b c g z Z i t r N I + - Up Down PPage NPage Home End F1 F5 F6 a n
		1 2 w Space u D '<' '>' W Escape)
	while [ $SECONDS -lt $end ]; do
		press "${keys[RANDOM % ${#keys[@]}]}"
		[ $((RANDOM % 50)) -ne 0 ] || tmux -L "$socket" resize-window -x $((20 + RANDOM % 200)) -y $((3 + RANDOM % 60))
		[ $((RANDOM % 60)) -ne 0 ] || press 3 $((RANDOM % 3)) Enter
		[ $((RANDOM % 60)) -ne 0 ] || press / e Enter
		[ $((RANDOM % 60)) -ne 0 ] || press S
		sleep 0.02
		n=$((n + 1))
		# it has ended: what it said is on the screen
		[ $((n % 100)) -ne 0 ] || ! screen | grep -q '^status [0-9]' || break
	done
	# out of a plan, a question or a page
	tmux -L "$socket" resize-window -x 100 -y 30
	press n Enter Enter Escape
	press q q
	shows "random keys: q still quits" 'status 0'
	same "random keys: the terminal is as before" "$(cat "$dir/before")" "$(cat "$dir/after")"
	start 100 30 ASAN_OPTIONS=detect_leaks=1
	pkill -TERM -P "$(tmux -L "$socket" list-panes -F '#{pane_pid}')" irqkit
	shows "SIGTERM ends it" 'status 0'
	same "and the terminal is as before" "$(cat "$dir/before")" "$(cat "$dir/after")"
	echo "# $n keys"
	echo '# end of the group'
}
if [ "${1-}" = --long ] && command -v tmux >/dev/null; then
	groups=()
	group random_keys
	collect
fi
finish
