#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# Affinity, effective affinity and node are what the files say, also just after a write.
dir=/proc/irq/$(irq_of "${VIF:+$VIF-q0-tx}${DEV:+vif0-q0-tx}$([ "$ROLE" != linux ] || echo virtio1-input.0)")
last=$(sed 's/.*[-,]//' /sys/devices/system/cpu/online)
was=$(cat "$dir/smp_affinity_list")
trap 'echo "$was" >$dir/smp_affinity_list' EXIT
echo "0,$last" >"$dir/smp_affinity_list"

# files: what they say, a line each. A move that was pending may happen at any time.
files() {
	for irq in $(numbered); do
		for file in smp_affinity_list effective_affinity_list node; do
			value=
			read -r value <"/proc/irq/$irq/$file" || :
			echo "$irq $file ${value:--}"
		done
	done | sed 's/node -1$/node -/'
}
files >before
show
files >after
grep -Fxf before after >there
# The node is the device's: beside managed vectors, the file has that of the vector's own CPUs.
for irq in $(irqkit show 'nvme*' --json | jq -r '.interrupts[].irq'); do
	sed -i "/^$irq node /d" there
done
jq -r '.interrupts[] | "\(.irq) smp_affinity_list \(.affinity // "-")
\(.irq) effective_affinity_list \(.effective // "-")
\(.irq) node \(.node // "-")"' json >shown
eq "$(wc -l <shown)" "$(wc -l <after)" 'facts shown'
! grep -Fxvf shown there || fail 'is what the files say'
eq "$(shown "${dir##*/}" .affinity)" "0,$last" 'the affinity just written'
