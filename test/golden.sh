#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Golden tests: a test is one file, test/golden/NAME.test, in this format:
#
#   # What the test holds.                                  comment, as many as wanted
#   root: xen-6.1-dom0                                      test/roots/NAME.root; may be absent
#   prepare: ln -s / @ROOT@/x                               optional: runs first, in a root of its own
#   run: irqkit show --root @ROOT@ --json | jq .            run by bash; may be repeated
#   bytes: visible                                          optional: output through cat -v
#   spaces: squeezed                                        optional: many become one, at the start
#                                                           of a line none (where the layout of
#                                                           libsmartcols differs: --noheadings)
#   writes: yes                                             optional: the run may change its root
#   needs: script -qec true /dev/null                       optional: skipped where this fails
#   limit: 90                                               optional: seconds it may take (60)
#   --- stdout                                              from here on made by --update;
#   ...                                                     an empty section is left out
#   --- stderr
#   irqkit: ...
#   --- knobs                                               with "writes": files that changed
#   /proc/irq/24/smp_affinity_list: 0-3 -> 1
#   --- status 0
#
#   test/golden.sh [NAME...]            TAP on stdout, the difference of each failed test
#   test/golden.sh --update [NAME...]   rewrites the files instead (also: UPDATE=1); review the diff
#
# The program is irqkit in the folder of the build ($O), or IRQKIT=FILE: IRQKIT=/usr/sbin/irqkit tests
# an installed one.
# GOLDEN_LIMIT changes the 60 seconds, LIMIT_FACTOR multiplies every limit. A test that takes longer
# fails, and every process that it has started is killed.
# A command is stopped with timeout --foreground: without it, timeout sends SIGCONT too, and if that
# arrives while LeakSanitizer stops the threads of a program that ends, the program never ends.
#
# The root is unpacked into a temporary folder, @ROOT@ in the command and in what comes out. A time
# of today, YYYY-MM-DD HH:MM:SS, comes out as @NOW@.
# Commands run without the capabilities that overrule its modes, also for root. One folder serves
# all tests that do not write; a test that writes without "writes" fails.
# takes: 25 s
set -u
export LC_ALL=C
unset CDPATH
umask 022
cd "$(dirname "$0")/.." || exit 1
top=$PWD
program_dir=${GOLDEN_PATH:-${O:-$top}}
program=${IRQKIT:-}
if [ -n "$program" ]; then
	program=$(realpath -e "$program") || exit 1
	[ -x "$program" ] || { echo "golden: cannot run $program" >&2; exit 1; }
fi
update=${UPDATE:-}
[ "${1-}" != --update ] || { update=1; shift; }

# shellcheck source=test/memory.sh
. test/memory.sh
# shellcheck source=test/limited.sh
. test/limited.sh
plain_tmpdir # tests do not quote @ROOT@
unpack=${O:-$top}/build/test/tool/unpack
tmp=$(mktemp -d) || exit 1
tmp=$(cd "$tmp" && pwd -P)
trap 'chmod -R u+rwX "$tmp" 2>/dev/null; rm -rf "$tmp"' EXIT
end_on_signals
# The folder of an installed program has other programs too, which must not come first in PATH.
if [ -n "$program" ]; then
	mkdir "$tmp/bin" && ln -s "$program" "$tmp/bin/irqkit" || exit 1
	program_dir=$tmp/bin
fi

# A run may begin before midnight and end after it.
today="($(TZ=UTC date +%F)|$(TZ=UTC date -d tomorrow +%F)) [0-9]{2}:[0-9]{2}:[0-9]{2}"
run_env=(env -i "PATH=$program_dir:${unpack%/*}:$PATH" LC_ALL=C.UTF-8 COLUMNS=80 TZ=UTC HOME=/nonexistent)
for v in ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS QEMU_SET_ENV; do
	[ -z "${!v-}" ] || run_env+=("$v=${!v}")
done
powerless=
if [ "$(id -u)" -eq 0 ]; then
	drop=(setpriv '--bounding-set=-dac_override,-dac_read_search')
	if "${drop[@]}" true 2>/dev/null; then
		run_env=("${drop[@]}" "${run_env[@]}")
	else
		powerless=1 # then what is unreadable cannot be tested
	fi
fi

# unpack_root NAME FOLDER
unpack_root() {
	[ ! -d "$2" ] || chmod -R u+rwX "$2"
	rm -rf "$2" && "$unpack" -t "$2" "test/roots/$1.root"
}

# content FILE: on one line
content() {
	local lines line text=
	mapfile -t lines <"$1"
	for line in "${lines[@]}"; do text+=" | $line"; done
	printf '%s' "${text# | }"
}

# knobs BEFORE AFTER: what differs between two folders
knobs() {
	local kind file
	diff -rq --no-dereference "$1" "$2" | sed -nE \
		-e "s|^Files .* and $2(/.*) differ\$|changed \1|p" \
		-e "s|^Only in $2(/.*)?: (.*)|new \1/\2|p" \
		-e "s|^Only in $1(/.*)?: (.*)|gone \1/\2|p" |
		while read -r kind file; do
			case $kind in
			changed) echo "$file: $(content "$1$file") -> $(content "$2$file")" ;;
			new) if [ -d "$2$file" ]; then echo "$file: new folder"; else echo "$file: new: $(content "$2$file")"; fi ;;
			gone) echo "$file: gone" ;;
			esac
		done
}

# Most of the time of a test would go into starting sed, cat and cmp: what bash can do itself, it does.

# slurp FILE: $text; false: it has a byte 0, which bash cannot keep
slurp() {
	! IFS= read -r -d '' text <"$1"
}

# section TITLE FILE: adds what came out to $actual, with the path of the root replaced
section() {
	local text end=
	[ -s "$2" ] || return 0
	if [ -n "$bytes" ]; then
		text=$(cat -v "$2" && echo .) text=${text%.}
	elif ! slurp "$2"; then
		trouble="$1 has a byte 0: the test needs 'bytes: visible'"
		return 1
	fi
	[ "${text: -1}" = $'\n' ] || end=$'\n\\ no newline at end\n'
	text=${text//"$root_dir"/@ROOT@}
	if [ -n "$squeeze" ] || [[ $text =~ $today ]]; then
		text=$(printf '%s' "$text" | sed -E "s/$today/@NOW@/g${squeeze:+; s/^ *//; s/  */ /g}" && echo .)
		text=${text%.}
	fi
	actual+="--- $1"$'\n'$text$end
}

# prepare_root WORK: $root_dir for the command, and $before, which is as it was
prepare_root() {
	root_dir=$tmp/roots/$root before=$root_dir
	[ -n "$writes$prepare" ] || return 0
	root_dir=$1/root
	trouble=$(unpack_root "$root" "$root_dir" 2>&1) || return
	[ -n "$prepare" ] || return 0
	before=$1/before
	trouble=$(unpack_root "$root" "$before" 2>&1) || return
	for dir in "$root_dir" "$before"; do
		trouble=$(bash -ec "${prepare//@ROOT@/$dir}" </dev/null 2>&1) || return
	done
}

# is_here COMMAND: does it succeed? Many tests ask for the same.
declare -A here=()
is_here() {
	if [ -z "${here[$1]-}" ]; then
		here[$1]=no
		! "${run_env[@]}" bash -c "$1" </dev/null >/dev/null 2>&1 || here[$1]=yes
	fi
	[ "${here[$1]}" = yes ]
}

# perform FILE WORK: runs a test; what its file should hold comes to be in $actual. False: it cannot
# run, because of $trouble or of $skip. $over: it took too long.
perform() {
	local line status seconds=${GOLDEN_LIMIT:-60} start lines
	root='' root_dir=@ROOT@ before='' command='' prepare='' bytes='' squeeze='' writes='' needs=''
	trouble='' skip='' over='' actual=''
	while IFS= read -r line; do
		case $line in
		'--- '*) break ;;
		'#'* | '') ;;
		'root: '*) root=${line#root: } ;;
		'run: '*) command+=${line#run: }$'\n' ;;
		'prepare: '*) prepare+=${line#prepare: }$'\n' ;;
		'bytes: visible') bytes=1 ;;
		'spaces: squeezed') squeeze=1 ;;
		'writes: yes') writes=1 ;;
		'needs: '*) needs=${line#needs: } ;;
		'limit: '*)
			seconds=${line#limit: }
			[[ $seconds =~ ^[1-9][0-9]{0,6}$ ]] || { trouble="limit is not a number of seconds: $seconds"; return 1; }
			;;
		*) trouble="cannot read this line: $line"; return 1 ;;
		esac
		actual+=$line$'\n'
	done <"$1"
	[ -n "$command" ] || { trouble="there is no line 'run: ...'"; return 1; }
	if [ -n "$needs" ] && ! is_here "$needs"; then
		skip="not here: $needs"
		return 1
	fi
	if [ -n "$root" ]; then
		[ -f "test/roots/$root.root" ] || { trouble="there is no test/roots/$root.root"; return 1; }
		if [ -n "$powerless" ] && { grep -q ' \[0000\]' "test/roots/$root.root" || [[ $prepare == *chmod* ]]; }; then
			skip='nothing is unreadable to this user'
			return 1
		fi
		prepare_root "$2" || return
	fi
	start=$SECONDS seconds=$((seconds * ${LIMIT_FACTOR:-1}))
	limited "$seconds" "${run_env[@]}" bash -o pipefail -c "${command//@ROOT@/$root_dir}" \
		>"$2/stdout" 2>"$2/stderr"
	status=$?
	if [ "$status" -eq 124 ] && [ $((SECONDS - start)) -ge "$seconds" ]; then
		over="time limit of $seconds s"
	fi
	section stdout "$2/stdout" && section stderr "$2/stderr" || return
	if [ -n "$writes" ]; then
		actual+='--- knobs'$'\n'
		[ -z "$root" ] || { lines=$(knobs "$before" "$root_dir"); actual+=${lines:+$lines$'\n'}; }
	elif [ -n "$prepare" ]; then
		lines=$(knobs "$before" "$root_dir" | sed "s/^/changed without 'writes: yes': /")
		actual+=${lines:+$lines$'\n'}
	fi
	actual+="--- status $status"$'\n'
}

# judge FILE WORK: the TAP lines of a test
judge() {
	local name=golden/${1##*/} text
	name=${name%.test}
	if ! perform "$1" "$2"; then
		if [ -n "$skip" ]; then
			echo "ok $name # SKIP $skip"
		else
			echo "not ok $name"
			printf '%s\n' "$trouble" | sed 's/^/# /'
		fi
	elif [ -n "$over" ]; then
		echo "not ok $name ($over)"
		printf '%s' "$actual" | sed 's/^/# /'
	elif slurp "$1" && [ "$text" = "$actual" ]; then
		echo "ok $name"
	elif [ -n "$update" ]; then
		printf '%s' "$actual" >"$1"
		echo "ok $name (updated)"
	else
		echo "not ok $name"
		diff -u --label expected --label actual "$1" <(printf '%s' "$actual") | sed 's/^/# /'
	fi
}

# worker NUMBER FILE...: TAP lines
worker() {
	local work=$tmp/work.$1 file
	shift
	end_on_signals
	mkdir "$work"
	for file; do judge "$file" "$work"; done
}

# start_workers N FILE...: the tests are dealt out, so that neighbours, which are alike, go to different ones
n_workers=0
start_workers() {
	local n=$1 w i mine
	shift
	for ((w = 1; w <= n; w++)); do
		mine=()
		for ((i = w; i <= $#; i += n)); do mine+=("${!i}"); done
		[ ${#mine[@]} -gt 0 ] || continue
		worker "$n_workers" "${mine[@]}" >"$tmp/results.$n_workers" &
		n_workers=$((n_workers + 1))
	done
}

if [ $# -gt 0 ]; then
	files=()
	for name; do name=${name##*/}; files+=("test/golden/${name%.test}.test"); done
else
	files=(test/golden/*.test)
fi
[ -e "${files[0]}" ] || { echo "golden: no tests" >&2; exit 1; }

# One folder for each root that is named.
mapfile -t roots < <(sed -n 's/^root: //p' "${files[@]}" | sort -u)
present=()
for root in "${roots[@]}"; do
	[ ! -f "test/roots/$root.root" ] || present+=("test/roots/$root.root")
done
mkdir "$tmp/roots"
[ ${#present[@]} -eq 0 ] || "$unpack" "$tmp/roots" "${present[@]}" || exit 1
: >"$tmp/unpacked"

# Those that wait for something take no CPU: they are run beside the others.
waiting='^(run|prepare): .*(sleep [0-9]|--by=load|--verify|--every|--wait|--for=[1-9]|--stay|timeout )'
mapfile -t idle < <(grep -lE "$waiting" "${files[@]}")
mapfile -t busy < <(grep -LE "$waiting" "${files[@]}")
start_workers "$(nproc 2>/dev/null || echo 2)" "${busy[@]}"
start_workers 4 "${idle[@]}"
wait
cat "$tmp"/results.*

# Nothing that has no "writes: yes" may have written: a file that is new, gone or changed has
# changed the time of its folder or its own.
extra=0
changed=$(cd "$tmp/roots" && find . -mindepth 1 -cnewer ../unpacked)
if [ -n "$changed" ]; then
	extra=1
	echo "not ok golden roots are unchanged by tests without 'writes: yes'"
	printf '%s\n' "$changed" | sed 's/^/# /'
fi
echo "1..$((${#files[@]} + extra))"
! grep -q '^not ok' "$tmp"/results.* && [ "$extra" -eq 0 ]
