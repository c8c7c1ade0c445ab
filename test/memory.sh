# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# Sourced by tap.sh and golden.sh: temporary files in memory, where there is room for them, programs can
# be run from there, and TMPDIR names no other place. Each change that irqkit makes syncs its journal,
# and disks are slow.
if [ -z "${TMPDIR-}" ] && [ -w /dev/shm ] && ! grep -q '^[^ ]* /dev/shm [^ ]* [^ ]*noexec' /proc/mounts 2>/dev/null &&
	[ "$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')" -gt 1000000 ] 2>/dev/null; then
	export TMPDIR=/dev/shm
fi

# plain_tmpdir: for tests in which names of temporary files are parts of command lines, TMPDIR
# becomes a folder that no shell has to quote.
plain_tmpdir() {
	case ${TMPDIR:-/tmp} in *[!A-Za-z0-9_/.+-]*) export TMPDIR=/tmp ;; esac
}
