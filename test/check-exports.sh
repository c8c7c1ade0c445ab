#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# irqkit.sym, libirqkit.so and irqkit.h name the same calls.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

so=$O/libirqkit.so.0
in_sym=$(sed -nE 's/^[ \t]+(irqkit_[a-z0-9_]+);.*/\1/p' lib/irqkit.sym | sort)
in_so=$(nm -D --defined-only "$so" | awk '$2 ~ /^[A-Z]$/ && $2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort)
in_header=$(${CC:-cc} -E -P lib/include/irqkit.h | tr '\n' ' ' | tr ';' '\n' | grep -v typedef |
	grep -oE 'irqkit_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u)

same "irqkit.sym names what irqkit.h declares" "$in_header" "$in_sym"
same "libirqkit.so exports what irqkit.h declares" "$in_header" "$in_so"
same "the soname is libirqkit.so.0" libirqkit.so.0 \
	"$(readelf -d "$so" | sed -nE 's/.*\(SONAME\).*\[(.*)\]/\1/p')"
same "libirqkit.so.0 is a link to the file that has the version in its name" \
	"libirqkit.so.$("$O/irqkit" --version | cut -d' ' -f2)" "$(readlink "$so")"
for f in "$O/irqkit" "$so"; do
	# shellcheck disable=SC2016 # for the inner shell
	check "${f##*/} does not name the folder in which it was built" bash -c '! grep -qF "$1" "$2"' - "$PWD" "$f"
done
needed=$(readelf -d "$so" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | grep -vE '^lib(a|ub|l)san')
same "the library needs libc and libmnl alone" $'libc\nlibmnl' "$(printf '%s\n' "$needed" | sed 's/\.so.*//; s/-.*//' | grep -v ld | sort)"

empty "irqkit.sym is sorted" "$(sed -nE 's/^[ \t]+(irqkit_[a-z0-9_]+);.*/\1/p' lib/irqkit.sym | LC_ALL=C sort -c 2>&1)"
echo '#include <irqkit.h>' >"$tmp/alone.c"
cp "$tmp/alone.c" "$tmp/alone.cc"
for std in c99 c11 gnu17; do
	check "irqkit.h compiles alone as $std" \
		"${CC:-cc}" -std=$std -Wall -Wextra -Wpedantic -Werror -Ilib/include -fsyntax-only "$tmp/alone.c"
done
if command -v c++ >/dev/null; then
	check "irqkit.h compiles alone as C++" \
		c++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -Ilib/include -fsyntax-only "$tmp/alone.cc"
else
	skip "irqkit.h compiles alone as C++" "no C++ compiler"
fi
finish
