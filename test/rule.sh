# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # tap.sh and machine.sh set tmp, root and O
# Sourced by tests of the doctor's rules, with test/tap.sh and test/machine.sh: one rule, one system.

one_in=3
[ "${1-}" != --long ] || one_in=1
declare -A number_of=()

# wanted ID: is the rule among those that this run looks at, each third one?
wanted() {
	[ -n "${number_of[$1]-}" ] || number_of[$1]=$((${#number_of[@]} + 1))
	[ $((number_of[$1] % one_in)) -eq 0 ]
}

# findings ID: those of a rule, a line each
findings() {
	"$O/irqkit" doctor --root "$root" --all --json 2>"$tmp/err" >"$tmp/json"
	jq -r --arg id "$1" '[.findings[] | select(.id == $id)] | .[] |
		"\(.class) \(.text)"' "$tmp/json" 2>&1
	[ ! -s "$tmp/err" ] || cat "$tmp/err"
}

# has ID TEXT [WHY]: one finding, in which TEXT stands, on a system that was made
has() {
	local text
	wanted "$1" || return 0
	text=$(findings "$1")
	case $text in
	*"$2"*) result 0 "$1 ${3-}" ;;
	*) result 1 "$1 ${3-}" "expected: $2, got: ${text:-nothing}" ;;
	esac
}

# lacks ID WHY: none, on a system that was made
lacks() {
	wanted "$1" || return 0
	empty "$1 is silent: $2" "$(findings "$1")"
}

# finds ID TEXT [WHY]: makes the system, which has one finding
finds() {
	wanted "$1" || return 0
	made
	has "$@"
}

# fires ID TEXT [WHY]: the same; and none after its fix, unless that measures
fires() {
	local text fix
	wanted "$1" || return 0
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
	wanted "$1" || return 0
	made
	lacks "$@"
}
