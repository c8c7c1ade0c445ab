#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The licence of each file, as https://reuse.software has it: LICENSES/ has the texts, .reuse/dep5
# names the copyright of all files, and each file that can have a comment names its licence.
# test/check-license.sh --add writes that line into each source that lacks it.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

if git -c safe.directory='*' ls-files --error-unmatch Makefile >/dev/null 2>&1; then
	list() { git -c safe.directory='*' ls-files --cached --others --exclude-standard; }
else
	list() { find . -name .git -prune -o -path ./build -prune -o -type f ! -name '*.[od]' -print | sed 's|^\./||'; }
fi
# can_say FILE: it is a source, a script, a page, or a part of the build
can_say() {
	case $1 in
	test/golden/* | test/roots/* | test/fuzz/corpus/*) return 1 ;;
	*.c | *.h | *.sh | *.awk | *.mk | *.sym | *.in | *.rules | *.timer | *.spec | *.py | dist/ansible/*.yml | *.fish | *.bash | *.[0-9] | Makefile) ;;
	*) [[ ${1##*/} != *.* ]] && [ "$(head -c 2 "$1" | tr -d '\0')" = '#!' ] ;;
	esac
}
# say FILE...: "FILE LICENCE" of each that names one in its first lines
say() { awk 'FNR > 4 { nextfile } sub(/.*SPDX-[L]icense-Identifier: /, "") { print FILENAME, $1 }' "$@"; }

sources=()
while IFS= read -r f; do
	[ -f "$f" ] && [ ! -L "$f" ] && can_say "$f" && sources+=("$f")
done < <(list)
check "there are sources" [ ${#sources[@]} -gt 500 ]
said=$(say "${sources[@]}")
silent=$(comm -13 <(cut -d' ' -f1 <<<"$said" | sort) <(printf '%s\n' "${sources[@]}" | sort))
# add FILE: the line, as a comment of that kind, after the line "#!"
add() {
	local line='SPDX-''License-Identifier: LGPL-2.1-or-later' at=1
	case $1 in
	*.[0-9]) line=".\\\" $line" ;;
	*.c | *.h | *.sym) line="/* $line */" ;;
	*) line="# $line" ;;
	esac
	[ "$(head -c 2 "$1")" != '#!' ] || at=2
	{ head -n $((at - 1)) "$1" && printf '%s\n' "$line" && tail -n "+$at" "$1"; } >"$tmp/added" && cat "$tmp/added" >"$1"
}
if [ "${1-}" = --add ]; then
	for f in $silent; do add "$f"; done
	exit
fi
empty "each source names its licence" "$silent"
empty "no licence stands before a line '#!'" "$(awk 'FNR == 2 { if (/^#!/) print FILENAME; nextfile }' "${sources[@]}")"
dep5=$(sed -nE 's/^License: //p' .reuse/dep5)
same "LICENSES has the text of each licence, and no other" \
	"$(printf '%s\n' "$(cut -d' ' -f2 <<<"$said")" "$dep5" | sort -u)" "$(cd LICENSES && for f in *; do echo "${f%.txt}"; done | sort -u)"
check "the copyright of all files is named" grep -qx 'Copyright: 2026 irqkit contributors' \
	<(sed -n '/^Files: \*$/,/^$/p' .reuse/dep5)
check "LICENSE is one of these texts" cmp LICENSE LICENSES/LGPL-2.1-or-later.txt

# The test sees a source without the line, in each of the ways in which one is found.
printf 'int x;\n' >"$tmp/new.c"
printf '#!/bin/sh\n' >"$tmp/new"
for f in "$tmp/new.c" "$tmp/new"; do
	check "${f##*/} without the line would be found" bash -c "$(declare -f can_say say); can_say '$f' && [ -z \"\$(say '$f')\" ]"
done
printf '.Dd soon\n' >"$tmp/new.8"
printf '#!/bin/sh\ntrue\n' >"$tmp/new.sh"
for f in new.c new new.8 new.sh; do add "$tmp/$f"; done
same "--add writes it as a comment of each kind" '/* LICENCE */ int x; #!/bin/sh # LICENCE .\" LICENCE .Dd soon #!/bin/sh # LICENCE true' \
	"$(cd "$tmp" && cat new.c new new.8 new.sh | sed 's/SPDX-[^ ]* LGPL-2.1-or-later/LICENCE/' | paste -sd' ')"
check "and data would not" bash -c "$(declare -f can_say); cd '$tmp' && echo x >data && ! can_say data"
finish
