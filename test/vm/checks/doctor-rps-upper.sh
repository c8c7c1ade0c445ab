#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# The doctor reports RPS of a bond and of a VLAN, which the kernel never looks at; not RPS of a
# bridge, which works for packets that end there.
ip=/lib/iproute2/ip
trap '"$ip" link del va' EXIT
for module in veth 8021q bonding bridge; do
	modprobe "$module"
done
"$ip" link add va up type veth peer name vb

# try DEV WANTED ID WORD...: the upper interface of vb, and what makes packets for it; RPS of it
# hands over WANTED packets (none or all), and the doctor reports ID about it (or nothing)
try() {
	dev=$1 wanted=$2 id=$3
	shift 3
	"$ip" link set vb up
	"$ip" link set "$dev" up
	echo 2 >"/sys/class/net/$dev/queues/rx-0/rps_cpus"
	before=$(rx_of "$dev") got=$(flood va "$dev" "$@")
	echo "# $dev: $got of $(($(rx_of "$dev") - before)) packets by RPS of $dev"
	[ $(($(rx_of "$dev") - before)) -ge 200 ] || fail "$dev did not receive them"
	case $wanted in
	none) [ "$got" -eq 0 ] || fail "RPS of $dev has an effect" ;;
	all) [ "$got" -ge 190 ] || fail "RPS of $dev has no effect" ;;
	esac
	irqkit doctor --for=1 --all --json >json || [ $? = 5 ]
	eq "$(jq -r --arg dev "$dev" '[.findings[] | select(.device == $dev).id] | join(" ")' json)" "$id" \
		"findings about $dev"
	[ -z "$id" ] || {
		irqkit rps "$dev" --off -q
		irqkit doctor --for=1 --all --json >json || [ $? = 5 ]
		eq "$(jq -r --arg dev "$dev" '[.findings[] | select(.device == $dev).id] | join(" ")' json)" '' \
			"findings about $dev after the fix"
	}
	"$ip" link del "$dev"
}

"$ip" link add link vb name vb.5 type vlan id 5
try vb.5 none rps-on-upper 'vlan_id 5'
"$ip" link set vb down
"$ip" link add bn0 type bond mode active-backup
"$ip" link set vb master bn0
try bn0 none rps-on-upper
"$ip" link add br8 type bridge forward_delay 0
"$ip" link set vb master br8
try br8 all ''
