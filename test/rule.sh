# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # tap.sh and machine.sh set tmp, root and O
# Sourced by tests of the doctor's rules, with test/tap.sh and test/machine.sh: one rule, one system.


# findings ID: those of a rule, a line each
findings() {
	"$O/irqkit" doctor --root "$root" --all --json 2>"$tmp/err" >"$tmp/json"
	jq -r --arg id "$1" '[.findings[] | select(.id == $id)] | .[] |
		"\(.class) \(.subject): \(.text)"' "$tmp/json" 2>&1
	[ ! -s "$tmp/err" ] || cat "$tmp/err"
}

# has ID TEXT [WHY]: one finding, in which TEXT stands, on a system that was made
has() {
	local text
	text=$(findings "$1")
	case $text in
	*"$2"*) result 0 "$1 ${3-}" ;;
	*) result 1 "$1 ${3-}" "expected: $2, got: ${text:-nothing}" ;;
	esac
}

# lacks ID WHY: none, on a system that was made
lacks() { empty "$1 is silent: $2" "$(findings "$1")"; }

# finds ID TEXT [WHY]: makes the system, which has one finding
finds() {
	made
	has "$@"
}

# fires ID TEXT [WHY]: the same; and none after its fix, unless that measures
fires() {
	local text fix
	finds "$@"
	fix=$(jq -r --arg id "$1" '[.findings[] | select(.id == $id) | .fix // empty][0] // empty | join(" ")' "$tmp/json")
	case $fix in '' | *--by=load=*) return 0 ;; esac
	set -f
	# shellcheck disable=SC2086 # words
	text=$("$O/irqkit" $fix --root "$root" -q 2>&1)
	set +f
	empty "$1 ${3-}: '$fix' works" "$(grep -v '^irqkit: warning:' <<<"$text")"
	case $fix in pin-queue*) return ;; esac # threads of a saved system stay
	empty "$1 ${3-}: gone after '$fix'" "$(findings "$1")"
}

# silent ID WHY: none
silent() {
	made
	lacks "$@"
}
