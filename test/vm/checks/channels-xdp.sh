#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8 linux-8-6.12 linux-8-7
# programs: iproute2
# virtio_net refuses other channels while XDP runs, without a word: the error is explained, and
# nothing is half done. After that the same command works.
dev=$(link 1)
rx() { find "/sys/class/net/$dev/queues/" -name 'rx-*' | wc -l; }
trap '/lib/iproute2/ip link set dev "$dev" xdp off || :; irqkit channels "$dev" --combined=4 -q || :' EXIT
# int pass(void *ctx) { return XDP_PASS; } in section "xdp", by clang -O2 -target bpf
base64 -d <<END | gunzip >pass.o
H4sIAAAAAAACA6t39XFjYmRkgAFGhu8MCB4CPEBiO0BJdqDK7UAWExBPhcq5B/gw4APsQCzEwAznC0BpOSAWZGCBi8NYTMwMeiWp
FSUMBYnFxQwVKQUMejk5ZbnxiSkpRcWZ6QzxOZnJqXnFqQx6xSVFJYlJQLoyF0RTCagDMTMW8UVQ2hxNnBELH4TZ0MQdcNjHgsbn
IaBfAE2cA40vD9WP7ocAHPahux9kPrPP/3wg1YAsvgAWPwT062NRAwIRUNoDLZxg7peARiAAGj5VXaACAAA=
END
/lib/iproute2/ip link set dev "$dev" xdp obj pass.o sec xdp >log 2>&1 || fail "no XDP: $(cat log)"
grep . /proc/irq/*/smp_affinity >before
irqkit undo --list --json | jq -c .journal >journal
status 1 irqkit channels "$dev" --combined=2 --spread
grep -q "cannot set the channels of $dev to 'combined 2': Invalid argument: .*XDP" err || fail "$(cat err)"
grep -q 'nothing was changed' err || fail "$(cat err)"
grep . /proc/irq/*/smp_affinity >after
same after before
eq "$(rx)" 4 'rx queues'
irqkit undo --list --json | jq -c .journal >after
same after journal
/lib/iproute2/ip link set dev "$dev" xdp off
status 0 irqkit channels "$dev" --combined=2
eq "$(rx)" 2 'rx queues without XDP'
status 0 irqkit undo
