#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Commands that irqkit advises, quoted as in 'irqkit rps eth0 --auto', work.
#
# test/advice.list holds all of them, from what comes out of the golden tests:
#
#	TEST <tab> COMMAND                    it is given
#	TEST <tab> COMMAND <tab> WHY          it was given, and why it is not any more
#
# Advice that disappears is a failure until the list says why. Every 'irqkit ...' is run on the root
# of its test, with --dry-run if it would write: it must succeed, and RPS that is advised must change
# something, unless the test itself writes.
#
#   test/check-advice.sh --update         adds what is new to the list; nothing is removed from it
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

list=test/advice.list

# given: "TEST <tab> COMMAND" of all golden tests
awk '
FNR == 1 { name = FILENAME; sub(/.*\//, "", name); sub(/\.test$/, "", name); is_output = 0 }
/^--- / { is_output = 1; next }
!is_output { next }
{
	rest = $0
	while (match(rest, /'\''irqkit [^'\'']*'\''/)) {
		command = substr(rest, RSTART + 1, RLENGTH - 2)
		rest = substr(rest, RSTART + RLENGTH)
		# not if a quoted word follows, or the message says that its CPUs are wrong
		if (command !~ / $/ && rest !~ /^\? Choose other CPUs/)
			print name "\t" command
	}
}' test/golden/*.test | LC_ALL=C sort -u >"$tmp/given"

if [ "${1-}" = --update ]; then
	{
		cat "$list" 2>/dev/null
		awk -F '\t' 'FILENAME == ARGV[1] { listed[$1 FS $2] = 1; next } !(($1 FS $2) in listed)' "$list" "$tmp/given"
	} | LC_ALL=C sort -u >"$tmp/new" && cp "$tmp/new" "$list"
	exit
fi

awk -F '\t' 'NF == 2' "$list" | LC_ALL=C sort >"$tmp/listed"
awk -F '\t' -v OFS='\t' 'NF == 3 { print $1, $2 }' "$list" | LC_ALL=C sort >"$tmp/removed"
check "advice was collected" test -s "$tmp/given"
empty "all advice of the golden tests is in $list (test/check-advice.sh --update adds it)" \
	"$(LC_ALL=C comm -23 "$tmp/given" "$tmp/listed")"
empty "no advice has disappeared without a reason in $list" "$(LC_ALL=C comm -13 "$tmp/given" "$tmp/listed")"
empty "each reason is about advice that is given no more" "$(LC_ALL=C comm -12 "$tmp/given" "$tmp/removed")"

# ---- they work -----------------------------------------------------------------------------

# adapt WORD...: the words in $words, so that nothing is written; false: there is nothing to run
adapt() {
	local word
	words=()
	for word; do
		case $word in
		--cpus=SET) word=--cpus=all ;;
		# Not run: placeholders; files that only the test had; commands that need a journal, which
		# the root of a golden test no longer has; commands that need two states; and commands
		# that need the running system, or that do not end
		*.conf | '>'* | who | --stay | --every=* | *=N | *=ID | DEV | TARGET | SET | *=DIR | *SECONDS | *^SET | COMMAND | @ROOT@* | --install | undo | help | compare) return 1 ;;
		esac
		words+=("$word")
	done
	words+=(--root "$root_dir")
	case "$*" in
	*--help* | [rx]'ps '*' --queues=0' | [rx]'ps '*' --lower') ;;
	top | 'top '*) words+=(--for=0.1) ;; # it does not end otherwise
	'doctor '*--fix* | 'set '* | 'apply'* | 'isolate '* | 'pin-queue '* | 'spread'* | 'rps '*' --'* | 'rps --'*=* | 'xps '*' --'* | 'channels '*' --'*) words+=(--dry-run) ;;
	esac
}

# works COMMAND: on $root_dir
works() {
	local out status given
	read -ra given <<<"$1"
	adapt "${given[@]:1}" || return 0
	out=$("$O/irqkit" "${words[@]}" 2>&1)
	status=$?
	# 5: the doctor has found something
	case $status$1 in
	0* | '5irqkit doctor'*) ;;
	# only "if the driver allows it", which a saved root may not show
	'4irqkit channels '*) case $out in *'the saved root does not have them') ;; *) echo "status $status: $out"; return 1 ;; esac ;;
	*) echo "status $status: $out"; return 1 ;;
	esac
	case $writes$1 in
	'irqkit rps '*' --auto')
		out=$("$O/irqkit" "${words[@]}" --json 2>/dev/null | jq 'any(.changes[]; .result == "planned")')
		[ "$out" = true ] || { echo "it would change nothing"; return 1; }
		;;
	esac
}

# use_root TEST: $root_dir is as that test found it
use_root() {
	local line
	root='' prepare='' writes=''
	while IFS= read -r line; do
		case $line in
		'--- '*) break ;;
		'root: '*) root=${line#root: } ;;
		'prepare: '*) prepare+=${line#prepare: }$'\n' ;;
		'writes: '*) writes=${line#writes: } ;;
		esac
	done <"test/golden/$1.test"
	root_dir=$roots/$root
	[ -n "$root" ] || return
	[ -n "$prepare" ] || return 0
	root_dir=$tmp/root
	chmod -R u+rwX "$root_dir" 2>/dev/null
	rm -rf "$root_dir"
	cp -RP "$roots/$root" "$root_dir" && bash -ec "${prepare//@ROOT@/$root_dir}" </dev/null >/dev/null 2>&1
}

declare -A done_of=()
while IFS=$'\t' read -r name command; do
	case $command in 'irqkit '*) ;; *) continue ;; esac
	use_root "$name" || continue
	# the same on the same root gives the same
	if [ -z "$prepare" ]; then
		[ -z "${done_of["$root $command"]-}" ] || continue
		done_of["$root $command"]=1
	fi
	text=$(works "$command")
	result $? "$name: '$command' works" "$text"
done <"$tmp/given"
finish
