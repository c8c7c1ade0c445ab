# shellcheck shell=sh
# Sourced first: temporary files in memory, where there is room for them. Each change that
# irqkit makes syncs its journal, and disks are slow.
if [ -w /dev/shm ] && [ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 500000 ] 2>/dev/null; then
	export TMPDIR=/dev/shm
fi
