# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by the check scripts: TAP from bash. They run in the top folder of the tree, with
# O the folder where irqkit was built, and $roots that where test/roots is unpacked.
set -u
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
# shellcheck source=test/memory.sh
. test/memory.sh
O=${O:-$PWD}
# shellcheck disable=SC2034 # for those that source this
roots=$O/build/roots
export LC_ALL=C.UTF-8
tap_count=0 tap_failed=0
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

# result STATUS NAME [TEXT]: a test; TEXT says what is wrong where STATUS is not 0
result() {
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $2"
		[ -z "${3-}" ] || printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

# check NAME COMMAND...: the command succeeds
check() {
	local name=$1 text status
	shift
	text=$("$@" 2>&1)
	status=$?
	result "$status" "$name" "$text"
}

# empty NAME TEXT: passes if TEXT, the complaints, is empty
empty() {
	local status=0
	[ -z "$2" ] || status=1
	result "$status" "$1" "$2"
}

# same NAME EXPECTED ACTUAL
same() {
	local status=0
	[ "$2" = "$3" ] || status=1
	result "$status" "$1" "$(diff -u --label expected --label actual <(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
}

# skip NAME WHY
skip() {
	tap_count=$((tap_count + 1))
	echo "ok $1 # SKIP $2"
}

# turkish COMMAND...: with Turkish collation, in which no i is among a-z; fails without localedef
turkish() {
	[ -d "$tmp/locales/tr_TR.UTF-8" ] || { mkdir -p "$tmp/locales" &&
		localedef -i tr_TR -f UTF-8 "$tmp/locales/tr_TR.UTF-8" 2>/dev/null; } || return
	LOCPATH=$tmp/locales LC_ALL=tr_TR.UTF-8 "$@"
}

# The leak checker traces too, so it cannot look at what is traced.
traced_asan=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

# traced COMMAND...: runs it in the way that what traces it needs
traced() {
	ASAN_OPTIONS=$traced_asan "$@"
}

# The last line of each script.
finish() {
	echo "1..$tap_count"
	[ "$tap_failed" -eq 0 ]
}
