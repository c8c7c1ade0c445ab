# shellcheck shell=dash
# A plain Linux machine: every link gets its address, 10.77.N.2, the outside being 10.77.N.1.
start() {
	for n in $LINKS; do
		dev=$(link "$n")
		ip addr add "10.77.$n.2/24" dev "$dev"
		ip link set "$dev" up
	done
	for n in $LINKS; do
		until_ok 20 ping -q -c 1 -W 1 "10.77.$n.1"
	done
}

# busy: something to see.
busy() {
	for n in $LINKS; do
		traffic "$(link "$n")"
	done
}
