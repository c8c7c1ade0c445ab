#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What cmd/base/command.h asks of one who adds a subcommand: its page, completion, golden test and
# CHANGELOG line; and that --help, the pages and the completions name the same options.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

irqkit=$O/irqkit
mapfile -t commands < <("$irqkit" --list-commands)
check "irqkit --list-commands names commands" test ${#commands[@]} -gt 0
same "they are sorted" "$(printf '%s\n' "${commands[@]}" | LC_ALL=C sort -u)" "$(printf '%s\n' "${commands[@]}")"

help_options() { "$irqkit" "$1" --help | grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]+' | tr -d ' ,' | sort -u; }
# Documented: what an item of a list in the page begins with.
page_options() { grep -hE '^\.It Fl' "$@" | grep -oE '(Fl|,) -[a-z][a-z0-9-]+' | sed -E 's/^(Fl|,) /-/' | sort -u; }
# shared_options PAGE: those of the sections of irqkit(8) to which PAGE refers, as in "the
# common options", but for one that it leaves out, as in "the change options except --wait"
shared_options() {
	local s except
	except=$(tr '\n' ' ' <"$1" | sed -nE 's/.* options( of \.Xr irqkit 8 are accepted too,)? except \.Fl (-[a-z-]+).*/-\2/p')
	for s in Common Change Ban Table; do
		! tr '\n' ' ' <"$1" | grep -q " ${s,} options" || sed -n "/^\.Ss $s options\$/,/^\.El/p" man/irqkit.8
	done >"$tmp/shared"
	page_options "$tmp/shared" | grep -vxF -e "${except:-none}"
}

# completes WORD...: what bash offers for the last word
completes() {
	PATH=$O:$PATH bash -c '
		_init_completion() { cur=${COMP_WORDS[COMP_CWORD]}; prev=${COMP_WORDS[COMP_CWORD - 1]}; words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; }
		source completions/irqkit.bash || exit
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		function=$(complete -p "$1" | sed -n "s/.* -F \([^ ]*\) .*/\1/p")
		"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
		printf "%s\n" "${COMPREPLY[@]}" | sed "s/[ =]*$//"' bash "$@" | sort -u
}
# fish_completes TEXT
fish_completes() {
	# shellcheck disable=SC2016 # fish's
	HOME=$tmp PATH=$O:$PATH fish -c 'source completions/irqkit.fish; complete -C $argv[1]' "$1" | cut -f 1 | sed 's|=$||' | sort -u
}
lacks() { comm -13 <(printf '%s\n' "$1") <(printf '%s\n' "$2"); }

for c in "${commands[@]}"; do
	page=man/irqkit-$c.8
	check "irqkit-$c(8) is there" test -s "$page"
	check "$c has a golden test" grep -qE "(irqkit|irq-)[ ]?$c( |\$)" test/golden/*.test
	check "$c has a line in CHANGELOG" grep -q "irqkit $c" CHANGELOG
	check "irqkit(8) names $c" grep -q "irqkit-$c" man/irqkit.8
	empty "bash completes the options of $c" "$(lacks "$(completes irqkit "$c" --)" "$(help_options "$c")")"
	ln -sf "$irqkit" "$tmp/irq-$c"
	empty "bash completes the options of irq-$c" "$(lacks "$(completes "irq-$c" --)" "$(help_options "$c")")"
	if command -v fish >/dev/null; then
		empty "fish completes the options of $c" "$(lacks "$(fish_completes "irqkit $c --")" "$(help_options "$c")")"
	else
		skip "fish completes the options of $c" "no fish"
	fi
	[ -s "$page" ] || continue
	same "irqkit-$c(8) and 'irqkit $c --help' name the same options, each once" \
		"$(help_options "$c")" "$( { page_options "$page"; shared_options "$page"; } | sort)"
	empty "no line of 'irqkit $c --help' is wider than 79 columns" "$("$irqkit" "$c" --help | awk 'length > 79')"
	# "* TOTAL       how often it fired"
	"$irqkit" "$c" --help | awk '/^Columns/ { found = 1; next } !NF { found = 0 } found' >"$tmp/columns"
	empty "'irqkit $c --help' says what each column means" "$(grep -vE '^[* ] [A-Z_]+ +[A-Za-z]' "$tmp/columns")"
	empty "irqkit-$c(8) has these columns" "$(cut -c 3- "$tmp/columns" | awk '{ print $1 }' | sort -u |
		while read -r name; do grep -qE "^\.(It|Li).*\\b$name\\b" "$page" || echo "$name"; done)"
	for s in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
		check "irqkit-$c(8) has a section $s" grep -qE "^\.Sh \"?$s\"?\$" "$page"
	done
done
empty "bash completes the commands" "$(lacks "$(completes irqkit '')" "$(printf '%s\n' "${commands[@]}")")"
for f in completions/irqkit.bash completions/_irqkit completions/irqkit.fish; do
	check "$f asks the program" grep -q -- '--list-commands' "$f"
done
check "irqkit.bash is bash" bash -n completions/irqkit.bash
for shell in zsh fish; do
	f=completions/_irqkit
	[ $shell = zsh ] || f=completions/irqkit.fish
	if command -v $shell >/dev/null; then
		check "$f is $shell" $shell -n "$f"
	else
		skip "$f is $shell" "no $shell"
	fi
done

# Every page that is there has a command, and every exit status is in irqkit(8).
for page in man/irqkit-*.8; do
	c=$(basename "$page" .8)
	c=${c#irqkit-}
	check "irqkit $c, of $page, exists" grep -qx "$c" <(printf '%s\n' "${commands[@]}")
done
mapfile -t statuses < <(sed -nE 's/^\tSTATUS_[A-Z_]+ = ([0-9]+),.*/\1/p' cmd/base/command.h)
for n in "${statuses[@]}"; do
	# shellcheck disable=SC2016 # awk's, not the shell's
	check "irqkit(8) explains exit status $n" \
		awk -v n="$n" '/^\.Sh/ { in_it = /EXIT STATUS/ } in_it && $1 == ".It" && $2 == n { found = 1 } END { exit !found }' man/irqkit.8
done

if command -v mandoc >/dev/null; then
	for page in man/*.[3578]; do
		# Dates of the operating system's own manuals, and references to pages that are not
		# installed, say nothing about the page.
		empty "mandoc has nothing to say about $page" \
			"$(mandoc -T lint -W warning "$page" 2>&1 | grep -v 'referenced manual not found')"
	done
else
	skip "the pages are clean mdoc" "no mandoc"
fi

# The calls that libirqkit(3) names exist; the keys that JSON has are in irqkit-json(5).
empty "libirqkit(3) names no call that does not exist" \
	"$(grep -ohE 'irqkit_[a-z0-9_]+' man/libirqkit.3 | sort -u |
		while read -r name; do grep -qE "\b$name" lib/include/irqkit.h || echo "$name"; done)"
# page_keys SECTIONS: "KEY TYPE" of all that irqkit-json(5) describes there; types as jq calls them
page_keys() {
	awk -v sections="$1" '/^\.Ss / { in_it = $0 ~ sections } in_it' man/irqkit-json.5 |
		sed -nE 's/^\.(It )?Sy (.*) No \(([^)]*)\).*/\3:\2/p' |
		sed -E 's/^(count|integer|number|share):/number:/; s/^(text|mask|CPU list):/string:/; s/^(array|object) of [a-z]*:/\1:/' |
		awk -F '[:, ]+' '{ for (i = 2; i <= NF; i++) print $i, $1 }' | sort -u
}
# json SECTIONS COMMAND...: each key of the document is in these sections, with its type
# (but for numbers of CPUs and names of softirqs, which are keys, too)
json() {
	local sections=$1 keys
	shift
	keys=$("$irqkit" "$@" --json | jq -r '. as $document | paths | . as $path | last | strings |
		select(test("^([0-9]+|[A-Z_]+)$") | not) | "\(.) \($document | getpath($path) | type)"' | sort -u)
	check "irqkit $1 --json has keys" test -n "$keys"
	empty "irqkit-json(5) explains every key of irqkit $*" "$(lacks "$(page_keys "$sections")" "$keys")"
}
cp -RP "$roots/queues-8cpu" "$tmp/root"
queues=(--root "$tmp/root")
machine=(--root "$roots/linux-6.1-16cpu")
json 'show --json' show "${machine[@]}" --all
json 'show --json|--by-cpu' show "${machine[@]}" --by-cpu
json 'show --json|show --queues' show "${queues[@]}" --queues
json 'show --json|rps --json' rps "${queues[@]}" eth0
json 'show --json|rps --json' xps "${queues[@]}" eth0
for change in 'set eth1 --cpus=1' 'rps eth0 --auto --flows=100' 'xps eth0 --rxqs' 'pin-queue eth0 0=1' \
	'spread eth1' 'spread --by=total --dry-run' 'undo'; do
	read -ra words <<<"$change"
	json 'show --json|set --json' "${words[0]}" "${queues[@]}" "${words[@]:1}"
done
cp -RP "$tmp/root" "$tmp/after"
sed -i '/eth4/s/eth4/eth9/; s/eth2-TxRx-7/gone/' "$tmp/after/proc/interrupts"
"$irqkit" set eth1 --cpus=7 -q --root "$tmp/after"
"$irqkit" rps eth0:rx-0 --cpus=5 -q --root "$tmp/after"
json 'show --json|set --json|compare --json' compare --root "$tmp/after" "$tmp/root" now
json 'show --json|undo --list' undo "${queues[@]}" --list
json 'show --json|mask --json' mask 0-3
json 'doctor --json' doctor --root "$roots/isolated-16cpu"
json 'doctor --json' doctor --root "$roots/queues-8cpu"
json 'doctor --list --json' doctor --list
json 'doctor --list --json' doctor --explain load-uneven
json 'top --json' top --root "$roots/two-samples-2cpu"
# the words of a SET, as a mistyped one lists them
set_words=$("$irqkit" mask '?' 2>&1 | sed 's/.* or the words //; s/:[0-9]*/:/g; s/, /\n/g' | sort)
check "a mistyped SET lists its words" grep -qx first-threads <<<"$set_words"
same "the dictionary of the fuzzer has them" "$set_words" "$(sed -nE 's/^"([a-z][a-z:-]+)"$/\1/p' test/fuzz/set.dict | sort)"
same "irqkit(8) has them" "$set_words" "$(sed -n '/^\.Ss SET$/,/^\.El/s/^\.It Li //p' man/irqkit.8 |
	sed 's/ , /\n/g' | grep -v , | grep -oE '^[a-z][a-z-]*:?' | sort -u)"
same "set --help has them" "$set_words" "$("$irqkit" set --help | sed -n '/explains the words:$/,/^$/p' | sed '1d; s/:[0-9]*/:/g; s/ /\n/g' | sed '/^$/d' | sort)"
# ---- SECURITY.md -----------------------------------------------------------------------------
# ways: what the sources load, read from the environment, or ask, by the names in SECURITY.md
ways() {
	sed -nE 's/^ON_DEMAND\("([a-z]+)\.so.*/\1/p' cmd/*/*.c
	grep -ohE '\bgetenv\("[A-Z_]+' lib/*/*.c cmd/*.c cmd/*/*.c | sed 's/.*"//'
	while read -r call name; do
		! grep -qE "$call" lib/*/*.c cmd/*/*.c || echo "$name"
	done <<-'END'
		\bmnl_socket_open netlink
		\bSIOCETHTOOL\b SIOCETHTOOL
		\bfanotify_init\( fanotify
		\bTRACEFS_MAGIC\b tracefs
		dev/xen/xenbus /dev/xen/xenbus
		\bAF_UNIX\b irqbalance
		\brun/irqkit\b /run/irqkit
		etc/default/irqbalance /etc/default/irqbalance
	END
}
check "the sources use many interfaces" [ "$(ways | wc -l)" -gt 15 ]
empty "SECURITY.md names each interface of the sources" "$(ways | sort -u | while read -r way; do grep -qF "$way" SECURITY.md || echo "$way"; done)"
empty "irqkit starts no other program, as SECURITY.md says" \
	"$(grep -nE '\b(system|popen|posix_spawnp?|exec[lv][pe]*|v?fork)\(' lib/*/*.c cmd/*.c cmd/*/*.c)"
finish
