#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The shell scripts of --script are run, on a /proc/irq and a /sys/kernel/irq of their own:
# they do what the command does, the second time nothing, find interrupts by their names,
# and run nothing that stands in a name.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=test/knobs.sh
. test/knobs.sh

irqkit=$O/irqkit
touched=$tmp/touched
make_root "$tmp/start" 2
number=30
# Each could be run, expanded, or mistaken for an option, were it not quoted.
names=("eth1" "\$(touch $touched)'\";" "\`touch $touched\`" "'; touch $touched; '" "-n" "*" "~root" "a\\nb\\c"
	"%s%n" "# no comment" "two  blanks" "!x" "\${IFS}" "eth0, eth1" "PCIe PME, aerdrv, pciehp"
	$'evil\e[31mred\e[0m' $'tab\there' $'bell\a' $'return\r' "grün-0" $'caf\xe9' "xhci_hcd" "xhci_hcd" "xhci_hcd" "none")
for name in "${names[@]}"; do
	add_irq "$tmp/start" $number "$name"
	number=$((number + 1))
done
last=$((number - 1))

# A place where /proc/irq is another: mounts of one's own, else the paths in the script.
namespace=
for n in "unshare -m" "unshare -rm"; do
	if $n sh -c "mount --bind '$tmp/start/proc/irq' /proc/irq && mount --bind '$tmp/start/sys/kernel/irq' /sys/kernel/irq" 2>/dev/null; then
		namespace=$n
		break
	fi
done

# run_script ROOT SHELL...
run_script() {
	local root=$1
	shift
	if [ -n "$namespace" ]; then
		# shellcheck disable=SC2016,SC2086 # for that shell; a list of words
		$namespace sh -c 'mount --bind "$0/proc/irq" /proc/irq && mount --bind "$0/sys/kernel/irq" /sys/kernel/irq && exec "$@"' \
			"$root" "$@" "$tmp/script"
	else
		LC_ALL=C sed "s|/proc/irq|$root/proc/irq|g; s|/sys/kernel/irq|$root/sys/kernel/irq|g" "$tmp/script" >"$tmp/script.here"
		"$@" "$tmp/script.here"
	fi
}

# copy NAME
copy() {
	rm -rf "${tmp:?}/$1"
	cp -RP "$tmp/start" "$tmp/$1"
}

# What the script has changed, as lists: "24 0-3"
lists() {
	local d
	for d in "$1"/proc/irq/[0-9]*; do
		printf '%s %s\n' "${d##*/}" "$(<"$d/smp_affinity_list")"
	done
}
# What the command has changed, as lists too.
masks() {
	local d
	for d in "$1"/proc/irq/[0-9]*; do
		printf '%s %s\n' "${d##*/}" "$("$irqkit" mask --list "$(<"$d/smp_affinity")")"
	done
}

shells=(sh)
for s in dash bash "busybox sh" ksh mksh; do
	! $s -c true 2>/dev/null || shells+=("$s")
done

# same_as_command WHAT ARGUMENT...: of `irqkit set`
same_as_command() {
	local what=$1 shell text
	shift
	copy command
	"$irqkit" set "$@" --script --root="$tmp/command" >"$tmp/script"
	result $? "$what: --script"
	empty "$what: --script writes nothing" "$(diff -r "$tmp/start" "$tmp/command")"
	"$irqkit" set "$@" --quiet --root="$tmp/command" 2>"$tmp/err"
	result $? "$what: the command" "$(cat "$tmp/err")"
	if command -v shellcheck >/dev/null; then
		check "$what: shellcheck has nothing to say" env LC_ALL=C.UTF-8 shellcheck -s sh "$tmp/script"
	else
		skip "$what: shellcheck has nothing to say" "no shellcheck"
	fi
	for shell in "${shells[@]}"; do
		copy root
		# shellcheck disable=SC2086 # busybox sh
		text=$(run_script "$tmp/root" $shell 2>&1)
		result $? "$what: run by $shell" "$text"
		empty "$what: $shell says nothing" "$text"
		same "$what: $shell does what the command does" "$(masks "$tmp/command")" "$(lists "$tmp/root")"
	done
	# once more; what is written would be younger
	find "$tmp/root" -type f -exec touch -d '2001-01-01' {} +
	text=$(run_script "$tmp/root" sh 2>&1)
	result $? "$what: once more" "$text"
	empty "$what: once more writes nothing" "$(find "$tmp/root" -type f -newermt '2001-01-02')"
}

same_as_command "all" all --cpus=1,3
same_as_command "a name that would run" "${names[1]}" --mask=6
same_as_command "the second of three of the same name" $((last - 2)) --cpus=2
empty "nothing in a name is run" "$(ls "$touched" 2>/dev/null)"

# ---- the default for interrupts to come ---------------------------------------------------------
copy command
"$irqkit" set --default --cpus=1-2 --script --root="$tmp/command" >"$tmp/script"
if command -v shellcheck >/dev/null; then
	check "--default: shellcheck has nothing to say" shellcheck -s sh "$tmp/script"
fi
copy root
check "--default: the script" run_script "$tmp/root" sh
same "--default: it is written" 6 "$(cat "$tmp/root/proc/irq/default_smp_affinity")"
echo 00,00000006 >"$tmp/root/proc/irq/default_smp_affinity" # as another kernel writes it
check "--default: once more" run_script "$tmp/root" sh
same "--default: the same in other words is not written" 00,00000006 "$(cat "$tmp/root/proc/irq/default_smp_affinity")"

# ---- after the next boot --------------------------------------------------------------------------
# Other numbers, in the same order.
"$irqkit" set 'eth*' xhci_hcd --cpus=2 --script --root="$tmp/start" >"$tmp/script"
copy root
# shellcheck disable=SC2016 # for that shell
find "$tmp/root/proc/irq" "$tmp/root/sys/kernel/irq" -mindepth 1 -maxdepth 1 -type d -exec sh -c '
	for d; do mv "$d" "${d%/*}/$((${d##*/} + 1000))"; done' - {} +
check "other numbers: the script" run_script "$tmp/root" sh
copy command
"$irqkit" set 'eth*' xhci_hcd --cpus=2 --quiet --root="$tmp/command"
same "other numbers: the same interrupts" "$(masks "$tmp/command" | awk '{ print $1 + 1000, $2 }')" "$(lists "$tmp/root")"

# ---- before Linux 4.9 ----------------------------------------------------------------------------
# No /sys/kernel/irq: the rows of /proc/interrupts say who handles what.
"$irqkit" set 'eth*' xhci_hcd 'PCIe*' --cpus=2 --script --root="$tmp/start" >"$tmp/script"
for shell in "${shells[@]}"; do
	copy root
	rm -r "$tmp/root/sys/kernel"
	sed "s|/proc/i|$tmp/root/proc/i|g; s|/sys/kernel/irq|$tmp/root/sys/kernel/irq|g" "$tmp/script" >"$tmp/script.here"
	# shellcheck disable=SC2086 # busybox sh
	check "no /sys/kernel/irq: run by $shell" $shell "$tmp/script.here"
	copy command
	"$irqkit" set 'eth*' xhci_hcd 'PCIe*' --cpus=2 --quiet --root="$tmp/command"
	same "no /sys/kernel/irq: $shell finds the same interrupts" "$(masks "$tmp/command")" "$(lists "$tmp/root")"
done

# ---- what the kernel refuses ---------------------------------------------------------------------
# /dev/full refuses every write: the others are moved, and only a named one is a failure.
refusing() {
	sed "s|/proc/irq|$tmp/root/proc/irq|g; s|/sys/kernel/irq|$tmp/root/sys/kernel/irq|g" "$tmp/script" >"$tmp/script.here"
	copy root
	rm "$tmp/root/proc/irq/31/smp_affinity_list"
	ln -s /dev/full "$tmp/root/proc/irq/31/smp_affinity_list"
	# shellcheck disable=SC2016 # of the script, not of this shell
	sed -i 's|$(cat "$knob")|$(head -c 9 "$knob" \| tr -d "\\000")|g' "$tmp/script.here"
	sh "$tmp/script.here" 2>"$tmp/err"
}
"$irqkit" set all --cpus=2 --script --root="$tmp/start" >"$tmp/script"
refusing
same "a refused interrupt that nobody named" 0 $?
same "it is counted" 1 "$(grep -c 'skipped interrupt 31' "$tmp/err")"
same "all others are moved" 2 "$(rm "$tmp/root/proc/irq/31/smp_affinity_list"; cat "$tmp"/root/proc/irq/[0-9]*/smp_affinity_list | sort -u)"
"$irqkit" set 30-32 31 --cpus=2 --script --root="$tmp/start" >"$tmp/script"
refusing
same "a refused interrupt that was named" 1 $?

# ---- many interrupts ------------------------------------------------------------------------------
# Were the names read for each interrupt, the second reading would wait for ever.
"$irqkit" set 'eth*' xhci_hcd --cpus=2 --script --root="$tmp/start" >"$tmp/script"
copy root
rm "$tmp/root/sys/kernel/irq/24/actions"
mkfifo "$tmp/root/sys/kernel/irq/24/actions"
echo eth0-0 >"$tmp/root/sys/kernel/irq/24/actions" &
check "the names are read once" run_script "$tmp/root" timeout 20 sh
kill $! 2>/dev/null # where nobody has read it
wait

# ---- it checks itself -------------------------------------------------------------------------------
"$irqkit" set "${names[1]}" eth1 --cpus=2 --script --root="$tmp/start" >"$tmp/script"
copy root
rm -r "$tmp/root/sys/kernel/irq/31"
text=$(run_script "$tmp/root" sh 2>&1)
same "an interrupt is not there: exit status" 1 $?
same "an interrupt is not there: it is named" "irqkit script: cannot find interrupt 1 with handlers '${names[1]//[^[:alnum:] ,.:_\/@-]/?}'" "$text"
same "an interrupt is not there: the others are done" 2 "$(cat "$tmp/root/proc/irq/30/smp_affinity_list")"

copy root
ln -sf /dev/null "$tmp/root/proc/irq/30/smp_affinity_list" # takes all, keeps nothing
text=$(run_script "$tmp/root" sh 2>&1)
same "the kernel keeps another value: exit status" 1 $?
same "the kernel keeps another value: it is named" "irqkit script: cannot move interrupt 30 (eth1) to CPUs 2" "$text"
empty "still nothing in a name is run" "$(ls "$touched" 2>/dev/null)"
finish
