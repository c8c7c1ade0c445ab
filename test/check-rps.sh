#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `show`, `rps`, `rps --auto` and `doctor` never contradict each other on whether RPS helps: on every
# interface of every root, as it was saved and with other settings.
# takes: 60 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# What each of them says of each interface:
#
#   states  queue -> [state, CPUs]: `rps --json`
#   plan    queue -> CPUs: `rps --auto -n --json`
#   told    what `rps DEV` and `show DEV` print: help on useless
#   fixes   [rule, option]: findings of doctor whose fix is `rps DEV`
#
# shellcheck disable=SC2016 # of jq
program='
def by_device: group_by(.device) | map({ key: .[0].device, value: . }) | from_entries;
def queues(f): map({ key: .queue, value: f }) | from_entries;
($states | [.queues[] | { device, queue, state: .rps, cpus: (.rps_cpus // "") }] | by_device) as $is |
($plan | [.changes[] | select(.path | endswith("/rps_cpus")) |
	{ device: (.target | split(":")[0]), queue: .target, cpus: (.new_cpus // "") }] | by_device) as $new |
[$doctor.findings[] | select(.fix[0:1] == ["rps"]) | { device: .fix[1], rule: .id, option: .fix[2] }] as $fixes |
$told[] | . as $said | .device as $device |
($is[$device] // [] | queues([.state, .cpus])) as $state |
($new[$device] // [] | queues(.cpus)) as $after |
([$state | to_entries[] | select(.value[1] != $after[.key])] != []) as $changes |
([$after[] | select(. != "")] != []) as $sets |
([$state[] | select(.[0] == "on")] != []) as $on |
[$fixes[] | select(.device == $device)] as $fix |
(
	($state | to_entries[] | .key as $queue | .value as [$word, $cpus] | $after[$queue] as $planned |
		(select($planned == null) | "\($queue) is not in the plan"),
		(select($word == "on" and $planned == "") | "\($queue) is on, but --auto turns it off"),
		(select(($word | IN("redundant", "no-effect", "same-cpu")) and $planned == $cpus) |
			"\($queue) is \($word), and --auto keeps it"),
		(select($word == "redundant" and $planned != "") | "\($queue) is redundant, and --auto sets it")),
	($said | to_entries[] | select(.key != "device") | .key as $who |
		(select(.value == "help" and ($changes | not)) | "\($who) advises --auto, which changes nothing"),
		(select(.value == "help" and ($sets | not)) | "\($who) advises --auto, which sets nothing"),
		(select(.value == "on" and ($on | not)) | "\($who) says that RPS spreads packets, and it is not on"),
		(select(.value == "useless" and $sets) | "\($who) says that RPS is useless, and --auto sets it")),
	(select($said.rps != "help" and ([$state | to_entries[] | select(.value[1] == "" and $after[.key] != "")] != [])) |
		"--auto turns it on, and rps does not say so"),
	($fix[] | select(.option == "--auto" and ($changes | not)) | "\(.rule) advises --auto, which changes nothing"),
	($fix[] | select(.option == "--off" and ($sets or $on)) | "\(.rule) advises --off, and RPS helps"),
	(select($settled) |
		(select($changes) | "after --auto, --auto changes something"),
		($state | to_entries[] | select(.value[0] | IN("on", "off") | not) | "after --auto, \(.key) is \(.value[0])"),
		($said | to_entries[] | select(.value == "help") | "after --auto, \(.key) advises it"),
		($fix[] | select(.option | IN("--auto", "--off")) | "after --auto, \(.rule) advises \(.option)"))
) | "\($device): \(.)"'

# word_of WHO DEV: what it says of RPS
word_of() {
	local text
	text=$("$O/irqkit" "$1" "$2" --root "$root" 2>/dev/null)
	case $text in
	*"'irqkit rps $2 --auto'"*) echo help ;;
	*'RPS spreads its packet processing'*) echo on ;;
	*"RPS would not help $2"*) echo useless ;;
	*) echo nothing ;;
	esac
}

# contradictions SETTLED: those of the root in $root, one on each line
contradictions() {
	local dev
	"$O/irqkit" rps '*' --root "$root" --json >"$tmp/states" 2>/dev/null || return 0
	"$O/irqkit" rps '*' --auto -n --root "$root" --json >"$tmp/plan" 2>/dev/null || return 0
	"$O/irqkit" doctor --root "$root" --json >"$tmp/doctor" 2>/dev/null
	for dev in "$root"/sys/class/net/*/; do
		dev=$(basename "$dev")
		printf '{"device":"%s","rps":"%s","show":"%s"}\n' "$dev" "$(word_of rps "$dev")" "$(word_of show "$dev")"
	done >"$tmp/told"
	jq -rn --argjson settled "$1" --slurpfile states "$tmp/states" --slurpfile plan "$tmp/plan" \
		--slurpfile doctor "$tmp/doctor" --slurpfile told "$tmp/told" \
		'$states[0] as $states | $plan[0] as $plan | $doctor[0] as $doctor | '"$program" 2>&1
	looked=$((looked + 1))
	said=$((said + $(grep -c '"help"' "$tmp/told")))
	found=$((found + $(jq '[.findings[] | select(.fix[0:1] == ["rps"])] | length' "$tmp/doctor")))
}

# set_rps MASK [ONLY]: for all rx queues of $root, or for those whose folder has this name
set_rps() { find "$root/sys/devices" -path "*/queues/${2-rx-*}/rps_cpus" -exec sh -c 'mask=$1; shift; for file; do echo "$mask" >"$file"; done' - "$1" {} +; }

# CPUs 1 and 2 are isolated by settings.
isolate_by_hand() {
	local mask
	mask=$("$O/irqkit" mask 'all,^1-2' --root "$root" 2>/dev/null) || return 0
	mkdir -p "$root/proc/irq" "$root/sys/devices/virtual/workqueue"
	echo "$mask" | tee "$root/proc/irq/default_smp_affinity" >"$root/sys/devices/virtual/workqueue/cpumask"
}

# beyond: the mask of a CPU that is not online on the machine
beyond() {
	local cpu=0
	while "$O/irqkit" mask "siblings:$cpu" --root "$root" >/dev/null 2>&1; do cpu=$((cpu + 1)); done
	"$O/irqkit" mask "$cpu"
}

# look NAME CHANGE...: with these settings; the command sees $root
look() {
	local name=$1 from wrong=''
	shift
	looked=0 said=0 found=0
	for from in "$roots"/*/; do
		if [ ! -d "$from/sys/class/net" ] || [ ! -d "$from/sys/devices/system/cpu" ]; then
			continue
		fi
		root=$tmp/root
		rm -rf "$root"
		cp -RP "$from" "$root"
		chmod -R u+rwX "$root"
		"$@" >/dev/null 2>&1
		contradictions "$settled" >"$tmp/wrong"
		[ ! -s "$tmp/wrong" ] || wrong+=$(sed "s|^|$(basename "$from") |" "$tmp/wrong")$'\n'
	done
	empty "$name: no contradiction" "$wrong"
	check "$name: many roots were looked at" test "$looked" -ge 40
}
set_all() { set_rps "$("$O/irqkit" mask all --root "$root")"; }
set_first() { set_rps "$("$O/irqkit" mask all --root "$root")" rx-0; }
set_offline() { set_rps "$(beyond)"; }
set_isolated() { isolate_by_hand; set_all; }
settle() { "$O/irqkit" rps '*' --auto -q --root "$root"; }

settled=false
look "as saved" :
check "as saved: show and rps say of some interfaces that RPS helps" test "$said" -ge 20
check "as saved: doctor has findings about it" test "$found" -ge 8
look "all CPUs" set_all
look "CPU 0" set_rps 1
check "CPU 0: doctor has findings about it" test "$found" -ge 20
look "only the first queue" set_first
look "CPUs that are offline" set_offline
check "offline: doctor has findings about it" test "$found" -ge 40
look "CPUs isolated by settings" isolate_by_hand
look "CPUs isolated by settings, RPS on all CPUs" set_isolated
settled=true
look "after --auto" settle
finish
