#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux
# programs: iproute2
# RPS of a VLAN, bond, team or macvlan has no effect, and irqkit refuses it; that of the veth
# interface below, which it names, has one.
ip=/lib/iproute2/ip
trap '"$ip" link del va' EXIT
for module in veth 8021q bonding team macvlan; do
	modprobe "$module"
done
"$ip" link add va up type veth peer name vb

# try DEV WORD...: the upper interface of vb, and what makes packets for it.
try() {
	dev=$1
	shift
	"$ip" link set vb up
	"$ip" link set "$dev" up
	echo 2 >"/sys/class/net/$dev/queues/rx-0/rps_cpus"
	before=$(rx_of "$dev") got=$(flood va "$dev" "$@")
	echo "# $dev: $got of $(($(rx_of "$dev") - before)) packets by RPS of $dev"
	eq "$got" 0 "packets by RPS of $dev"
	[ $(($(rx_of "$dev") - before)) -ge 200 ] || fail "$dev did not receive them"
	irqkit rps "$dev" --json >json
	eq "$(jq -r '.queues[0].rps' json)" no-effect "state of $dev"

	status 2 irqkit rps "$dev" --cpus=1
	grep -q "'irqkit rps vb --cpus=1'" err || fail "$(cat err)"
	status 0 irqkit rps "$dev" --auto
	status 0 irqkit rps "$dev" --lower --cpus=1
	eq "$(tr -d 0, <"/sys/class/net/$dev/queues/rx-0/rps_cpus")" '' "rps_cpus of $dev after --auto"
	got=$(flood va "$dev" "$@")
	echo "# $dev: $got of 200 packets by RPS of vb"
	[ "$got" -ge 190 ] || fail "RPS of vb has no effect: $got"
	irqkit rps vb --off -q
	"$ip" link del "$dev"
}

"$ip" link add link vb name vb.5 type vlan id 5
try vb.5 'vlan_id 5'
"$ip" link add link vb name mv0 type macvlan mode bridge
try mv0
"$ip" link set vb down
"$ip" link add bn0 type bond mode active-backup
"$ip" link set vb master bn0
try bn0
"$ip" link set vb down
"$ip" link add tm0 type team
"$ip" link set vb master tm0
try tm0
