#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# A network interface with a hostile name: the table stays a table, JSON stays JSON.
dev=$(link 3)
first=$dev
trap 'ip link set "$dev" down; ip link set "$dev" name "$first"; ip link set "$first" up' EXIT

# rename NAME: its handlers get the name when it is up again.
rename() {
	ip link set "$dev" down
	ip link set "$dev" name "$1"
	dev=$1
	ip link set "$dev" up
}

# as_json TEXT: the name as it must stand in JSON.
as_json() {
	printf %s "$1" | jq -R .
}

for name in "\$(reboot)" "a\"b\\'c" '<b>&;|`*' 123456789012345 -o "$(printf 'e\033[31mred')" \
	"$(printf 'caf\303\251')" "$(printf 'bad\377\300\257x')"; do
	rename "$name"
	# shellcheck disable=SC2016 # the inner shell's
	until_ok 30 sh -c 'grep -qF -e "$1" /proc/interrupts' sh "$name"
	# The driver adds "-rx-0" only where the name is short.
	handler=$name-rx-0
	irq=$(irq_of "$handler") || handler=$name irq=$(irq_of "$name")
	irqkit show --quiet "$irq" >table
	! grep -q "$(printf '\033')" table || fail "an escape character in the table: $(cat table)"
	jq -R . table >again
	jq -Rr . table | cmp -s - table || fail "bytes in the table that are not UTF-8: $(cat table)"
	eq "$(wc -l <table)" 2 'lines of the table'
	show "$irq"
	jq -j . json | grep -q "$(printf '\357\277\275')" && {
		case $name in bad*) ;; *) fail "a name was repaired that was good: $(cat json)" ;; esac
	}
	case $name in
	bad*) ;;
	*) eq "$(jq -c '.interrupts[0].actions[0]' json)" "$(as_json "$handler")" 'the name in JSON' ;;
	esac
done
