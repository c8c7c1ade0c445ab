#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# dist/release-check and dist/abi-check find what they are there for: in a copy that could be released,
# one thing after the other is made wrong.
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
wrong "SOVERSION is 7, but the first number of VERSION is ${version%%.*}
the soname of ./libirqkit.so.$version is libirqkit.so.${version%%.*}, not libirqkit.so.7
dist/debian/libirqkit0.symbols is not of libirqkit.so.7" Makefile 's/^(SOVERSION *=).*/\1 7/'
wrong "dist/irqkit.spec is of $next, not $version" dist/irqkit.spec "s/^(Version: *).*/\1$next/"
wrong "dist/debian/changelog is of $next, not $version" dist/debian/changelog "1s/\([^-]*-/($next-/"
wrong "dist/debian/libirqkit0.symbols has no IRQKIT_0.1" dist/debian/libirqkit0.symbols '/symver/d'
# shellcheck disable=SC2016 # for sed
wrong "irqkit.sym has IRQKIT_99.1, which is later than $version
dist/debian/libirqkit0.symbols has no IRQKIT_99.1" lib/irqkit.sym '$a IRQKIT_99.1 {'
wrong "man/irqkit.8: .Dd is 2999-01-01, after the release on $(date +%F)" man/irqkit.8 's/^\.Dd .*/.Dd January 1, 2999/'
wrong "man/irqkit.8: .Dd is not a date" man/irqkit.8 's/^\.Dd .*/.Dd soon/'
fresh
sed -i "/^## \[$version\]/d" "$tmp/copy/CHANGELOG"
sed -i 's/^## \[Unreleased\]/&\n\n- something/' "$tmp/copy/CHANGELOG"
same "release-check: a CHANGELOG that was not cut" \
	"CHANGELOG has no line '## [$version] - YEAR-MONTH-DAY'
CHANGELOG has entries below [Unreleased]: move them to [$version]" "$(verdict)"

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
fresh
sed -i -E "s/^	$constant,/	IRQKIT_NEW_FIRST,\n&/" "$tmp/copy/lib/include/irqkit.h"
check "abi-check: a constant has another value" grep -qx "abi-check: the constant $constant is no longer [0-9]*" \
	<(dist/abi-check . "$tmp/copy" 2>&1)
finish
