#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dist/release-check and dist/abi-check find what they are there for: in a copy that could be released,
# one thing after the other is made wrong.
# takes: 20 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

version=$(sed -n 's/^VERSION *= *//p' Makefile)
export GIT_CEILING_DIRECTORIES=$tmp
mkdir "$tmp/bin"
printf '#!/bin/sh\nexit 0\n' >"$tmp/bin/reuse" # it has a test of its own, and takes long
chmod +x "$tmp/bin/reuse"
so=$(realpath "$O/libirqkit.so.0")

# fresh: a copy that could be released today
fresh() {
	rm -rf "$tmp/copy"
	mkdir -p "$tmp/copy/lib"
	cp -R Makefile CHANGELOG man dist "$tmp/copy"
	cp -R lib/include lib/irqkit.sym "$tmp/copy/lib"
	cp "$so" "$tmp/copy/libirqkit.so.$version"
	sed -i -e "/^## \[$version\] - /d" -e "s/^## \[Unreleased\]/&\n\n## [$version] - $(date +%F)/" "$tmp/copy/CHANGELOG"
	sed -i -E "/^ -- /s/>  .*( [0-9:]{8} )/>  $(LC_ALL=C date '+%a, %d %b %Y')\1/" "$tmp/copy/dist/debian/changelog"
	sed -i -E "/^%changelog/,\$ s/^\* .{15} /* $(LC_ALL=C date '+%a %b %d %Y') /" "$tmp/copy/dist/irqkit.spec"
}
# verdict: what is wrong
verdict() { PATH=$tmp/bin:$PATH "$tmp/copy/dist/release-check" 2>&1 | sed -n 's/^release-check: //p' | grep -v 'no earlier release'; }
# wrong TEXT FILE SED: with this change, TEXT is what is wrong
wrong() {
	fresh
	sed -i -E "$3" "$tmp/copy/$2"
	check "$2 is changed" bash -c "! cmp -s '$2' '$tmp/copy/$2'"
	same "release-check: ${1%%$'\n'*}" "$1" "$(verdict)"
}
fresh
same "what agrees can be released" "$version can be released" "$(verdict)"
next=${version%.*}.$((${version##*.} + 1))
wrong "SOVERSION is 7, but the first number of VERSION is ${version%%.*}: make them the same
the soname of ./libirqkit.so.$version is libirqkit.so.${version%%.*}, not libirqkit.so.7: run 'make clean all'
dist/debian/libirqkit0.symbols is not for libirqkit.so.7: its package and its first line must name 7" Makefile 's/^(SOVERSION *=).*/\1 7/'
wrong "VERSION of Makefile is 'soon': write three numbers, such as 1.2.3
SOVERSION is 0, but the first number of VERSION is soon: make them the same
CHANGELOG has no line '## [soon] - YEAR-MONTH-DAY': write it below [Unreleased]
the newest section of CHANGELOG is $version, not soon: write one for soon above it, or correct VERSION of Makefile
there is no ./libirqkit.so.soon: run make
dist/debian/changelog has version $version, not soon: write an entry at its top
dist/irqkit.spec has version $version, not soon: set its Version
%changelog of dist/irqkit.spec has version $version, not soon: write an entry at its top
dist/ansible/galaxy.yml has version $version, not soon: set its version" Makefile 's/^(VERSION *=).*/\1 soon/'
wrong "dist/irqkit.spec has version $next, not $version: set its Version" dist/irqkit.spec "s/^(Version: *).*/\1$next/"
wrong "%changelog of dist/irqkit.spec has version $next, not $version: write an entry at its top" \
	dist/irqkit.spec "s/ - $version-/ - $next-/"
wrong "dist/ansible/galaxy.yml has version $next, not $version: set its version" dist/ansible/galaxy.yml "s/^(version: *).*/\1$next/"
wrong "dist/debian/changelog has version $next, not $version: write an entry at its top" dist/debian/changelog "1s/\([^-]*-/($next-/"
wrong "dist/debian/libirqkit0.symbols has no IRQKIT_0.1: add the line ' (symver)IRQKIT_0.1 $version'" dist/debian/libirqkit0.symbols '/symver/d'
# shellcheck disable=SC2016 # for sed
wrong "irqkit.sym has IRQKIT_99.1, which is later than $version: rename it, or raise VERSION of Makefile
dist/debian/libirqkit0.symbols has no IRQKIT_99.1: add the line ' (symver)IRQKIT_99.1 $version'" lib/irqkit.sym '$a IRQKIT_99.1 {'
wrong "man/irqkit.8: .Dd is 2999-01-01, which is after the release date $(date +%F): correct one of them" man/irqkit.8 's/^\.Dd .*/.Dd January 1, 2999/'
wrong "man/irqkit.8: .Dd is not a date: write '.Dd $(date '+%B %-d, %Y')' or so" man/irqkit.8 's/^\.Dd .*/.Dd soon/'
fresh
sed -i "/^## \[$version\]/d" "$tmp/copy/CHANGELOG"
sed -i 's/^## \[Unreleased\]/&\n\n- something/' "$tmp/copy/CHANGELOG"
same "release-check: a CHANGELOG that was not cut" \
	"CHANGELOG has no line '## [$version] - YEAR-MONTH-DAY': write it below [Unreleased]
CHANGELOG has entries below [Unreleased]: move them to [$version]" "$(verdict)"
wrong "CHANGELOG has the date 2026-02-30 for [$version], which does not exist: write the day of the release" \
	CHANGELOG "s/^(## \[$version\] - ).*/\12026-02-30/"
wrong "CHANGELOG has the date 2999-01-01 for [$version], which is in the future: write the day of the release" \
	CHANGELOG "s/^(## \[$version\] - ).*/\12999-01-01/"
of="not of $(date +%F): write"
wrong "the first entry of dist/debian/changelog is of Wed, 04 Mar 2020, $of '$(LC_ALL=C date '+%a, %d %b %Y')'" \
	dist/debian/changelog '/^ -- /s/>  .*/>  Wed, 04 Mar 2020 12:00:00 +0000/'
late=$(LC_ALL=C date '+%a, %d %b %Y 23:59:59 -1200')
wrong "dist/debian/changelog has the time $late, which is in the future: packages built before it differ each time" \
	dist/debian/changelog "/^ -- /s/>  .*/>  $late/"
wrong "the first entry of dist/debian/changelog is of (no day), $of '$(LC_ALL=C date '+%a, %d %b %Y')'" \
	dist/debian/changelog '/^ -- /s/>  .*/>  soon/'
wrong "the first entry of %changelog of dist/irqkit.spec is of Wed Mar 04 2020, $of '$(LC_ALL=C date '+%a %b %d %Y')'" \
	dist/irqkit.spec '/^%changelog/,$ s/^\* .{15} /* Wed Mar 04 2020 /'
wrong "the newest section of CHANGELOG is 99.0.0, not $version: write one for $version above it, or correct VERSION of Makefile" \
	CHANGELOG "s/^## \[$version\]/## [99.0.0] - 2026-11-27\n\n&/"
fresh
rm "$tmp/copy/libirqkit.so.$version"
same "release-check: no library" "there is no ./libirqkit.so.$version: run make" "$(verdict)"

# Checks that need git: when a page was changed, what is tagged, and what is not committed.
commit() {
	git -C "$tmp/copy" -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit -qam "$1" \
		--date="$(date -d "$2" +%FT12:00:00)" --allow-empty
}
fresh
sed -i 's/^\.Dd .*/.Dd November 27, 2020/' "$tmp/copy"/man/*.[0-9]
git -C "$tmp/copy" init -q && git -C "$tmp/copy" add -A
GIT_COMMITTER_DATE=2020-11-27T12:00:00 commit pages 2020-11-27
same "release-check: pages that have the date of their last change" "$version can be released" "$(verdict)"
echo '.\" more' >>"$tmp/copy/man/irqkit-show.8"
same "release-check: uncommitted changes" "there are changes that are not committed: 'git status' lists them" "$(verdict)"
GIT_COMMITTER_DATE=2021-03-04T12:00:00 commit more 2021-03-04
same "release-check: a page that was changed later" \
	"man/irqkit-show.8 was changed on 2021-03-04, but .Dd says 2020-11-27: write '.Dd March 4, 2021'" "$(verdict)"
sed -i 's/^\.Dd .*/.Dd March 4, 2021/' "$tmp/copy/man/irqkit-show.8"
GIT_COMMITTER_DATE=2021-03-04T12:00:00 commit date 2021-03-04
GIT_COMMITTER_DATE=2099-03-04T12:00:00 commit later 2099-03-04
same "release-check: a commit after the release date" \
	"CHANGELOG has the date $(date +%F) for [$version], but the newest commit is of 2099-03-04: write the day of the release" "$(verdict)"
git -C "$tmp/copy" reset -q --hard HEAD^
git -C "$tmp/copy" tag "v$version"
same "release-check: the tag is of this commit" "$version can be released" "$(verdict)"
commit after now
same "release-check: the version is released already" \
	"v$version is the tag of another commit: raise VERSION of Makefile" "$(verdict)"

# abi TEXT FILE SED: TEXT is what a program would not find after this change
abi() {
	fresh
	sed -i -E "$3" "$tmp/copy/$2"
	check "$2 is changed" bash -c "! cmp -s '$2' '$tmp/copy/$2'"
	same "abi-check: $1" "abi-check: $1" "$(dist/abi-check . "$tmp/copy" 2>&1)"
}
fresh
same "what is the same has the same ABI" "" "$(dist/abi-check . "$tmp/copy" 2>&1)"
sed -i '$a IRQKIT_0.2 {\nglobal:\n\tirqkit_new_call;\n};' "$tmp/copy/lib/irqkit.sym"
same "a call in a new section is no change" "" "$(dist/abi-check . "$tmp/copy" 2>&1)"
abi "irqkit_cpuset_new of IRQKIT_0.1 is gone" lib/irqkit.sym '/irqkit_cpuset_new;/d'
abi "irqkit_new_call is new in IRQKIT_0.1, which was released: it needs a new section" \
	lib/irqkit.sym 's/^global:/&\n\tirqkit_new_call;/'
abi "conflicting types for 'irqkit_cpuset_has'" lib/include/irqkit.h 's/^bool irqkit_cpuset_has\(/int irqkit_cpuset_has(/'
constant=$(grep -oE '^	IRQKIT_[A-Z_]+,' lib/include/irqkit.h | head -n 1 | tr -d '	,')
check "irqkit.h has constants" [ -n "$constant" ]
abi "the constant $constant is gone" lib/include/irqkit.h "s/\b$constant\b/${constant}_X/"
# The fields of a struct, and the parameters of a callback.
of=$(sed -nE 's/^struct (irqkit_[a-z_]+) \{/\1/p' lib/include/irqkit.h | head -n 1)
check "irqkit.h has structs" [ -n "$of" ]
abi "a field of struct $of was removed, moved or changed" lib/include/irqkit.h "s/^struct $of \{/&\n\tlong new_first;/"
abi "a field of struct irqkit_event was removed, moved or changed" lib/include/irqkit.h \
	'/^struct irqkit_event \{/,/^}/s/^	int cpu;/	long cpu;/'
abi "a field of struct irqkit_event was removed, moved or changed" lib/include/irqkit.h \
	'/^struct irqkit_event \{/,/^}/{/^	int cpu;/d}'
fresh
sed -i -E 's/(irqkit_full_fn\(void \*data, struct irqkit_plan \*plan, )size_t/\1int/' "$tmp/copy/lib/include/irqkit.h"
check "irqkit_full_fn is changed" bash -c "! cmp -s lib/include/irqkit.h '$tmp/copy/lib/include/irqkit.h'"
# The message depends on the compiler.
check "abi-check: a callback has other parameters" grep -q '^abi-check: .*typ' <(dist/abi-check . "$tmp/copy" 2>&1)
fresh
sed -i '/^struct irqkit_event {/,/^}/s/^};/	int more;\n};/' "$tmp/copy/lib/include/irqkit.h"
same "a new last field is no change" "" "$(dist/abi-check . "$tmp/copy" 2>&1)"
fresh
sed -i -E "s/^	$constant,/	IRQKIT_NEW_FIRST,\n&/" "$tmp/copy/lib/include/irqkit.h"
check "abi-check: a constant has another value" grep -qx "abi-check: the constant $constant is no longer [0-9]*" \
	<(dist/abi-check . "$tmp/copy" 2>&1)
finish
