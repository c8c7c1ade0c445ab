#!/usr/bin/env bash
# The program in libirqkit(3) compiles without a warning, and prints what `irqkit show` does.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

root=test/roots/xen-6.1-dom0
sed -n '/^#include <irqkit.h>/,/^\.Ed/p' man/libirqkit.3 | sed '/^\.Ed/d; s/\\e/\\/g' >"$tmp/example.c"
check "it is there" grep -q irqkit_snapshot_read "$tmp/example.c"
flags=()
for s in asan:address ubsan:undefined; do # as the library was built
	! grep -q "__${s%:*}_" "$O"/libirqkit.so.? || flags+=("-fsanitize=${s#*:}")
done
check "it compiles" "${CC:-cc}" -std=c11 -Wall -Wextra -Werror "${flags[@]}" -Ilib/include \
	-o "$tmp/example" "$tmp/example.c" "$O"/libirqkit.so.? "-Wl,-rpath,$O"
same "it prints the totals" "$("$O/irqkit" show --root $root --all --raw --noheadings -o IRQ,TOTAL)" \
	"$("$tmp/example" $root 2>&1)"
same "it says what it cannot read" "cannot read interrupts: No such file or directory" \
	"$("$tmp/example" "$tmp/nothing" 2>&1)"
finish
