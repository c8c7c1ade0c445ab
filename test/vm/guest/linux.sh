# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# A plain Linux machine: every link gets its address, 10.77.N.2, the outside being 10.77.N.1.
start() {
	for n in $LINKS; do
		link_up "$n"
	done
	for n in $LINKS; do
		until_ok 20 ping -q -c 1 -W 1 "10.77.$n.1"
	done
}

# link_up N: gives it its address.
link_up() {
	ip addr add "10.77.$1.2/24" dev "$(link "$1")"
	ip link set "$(link "$1")" up
}

# busy: something to see.
busy() {
	for n in $LINKS; do
		traffic "$(link "$n")"
	done
}
