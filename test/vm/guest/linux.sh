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

# storm: until there is a file `over`, two CPUs are away at a time, some for less and some for more
# than a second; the file `hotplugs` gets how often.
storm() {
	n=0
	until [ -e over ]; do
		for cpus in '2 3' '5 6' '3 5' '6 2'; do
			for cpu in $cpus; do echo 0 >"/sys/devices/system/cpu/cpu$cpu/online" || continue; done
			usleep $((n % 3 * 700000 + 100000))
			for cpu in $cpus; do back_online "$cpu"; done
			n=$((n + 1))
		done
	done
	echo $n >hotplugs
}

# all_online: the CPUs that a storm takes away
all_online() {
	for cpu in 2 3 5 6; do back_online "$cpu"; done
}

# back_online CPU: the kernel refuses that (EBUSY) while it finds the driver of a PCI device.
back_online() {
	until echo 1 >"/sys/devices/system/cpu/cpu$1/online"; do usleep 100000; done
}
