#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Folders are layers: CONTRIBUTING.md says which and why. What a file calls is asked of its
# object file, so that comments and strings don't matter.
#
# check-layers.sh --self breaks a copy of the tree in each way, and expects that exactly the
# check that is meant for it fails.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# From the lowest folder to the highest: a file uses its own folder and those before it.
# "." are the files beside the folders; among those, main uses all.
declare -A order=(
	[lib]='base kernel topology interrupts set devices events trace irqbalance machine channels load target plan spread steer request policy doctor'
	[cmd]='base table measure target change undo show queues channels isolate spread policy who compare metrics doctor top .'
)

# ---- what there is -----------------------------------------------------------------------

find lib cmd -name '*.c' | sort >"$tmp/sources"
sed 's/c$/o/' "$tmp/sources" >"$tmp/expected"
(cd "$O/build" 2>/dev/null && xargs ls -d 2>/dev/null) <"$tmp/expected" | sort >"$tmp/objects"

# Each symbol of each object file: FILE TYPE SYMBOL, with the name of its source file.
(cd "$O/build" && xargs -r nm -A) <"$tmp/objects" | awk '
	{ f = $1; sub(/\.o:.*/, ".c", f); s = $NF; sub(/@.*/, "", s); print f, $(NF - 1), s }' >"$tmp/symbols"

# FILE CALLED-FILE SYMBOL, within a half
awk '
	{ split($1, part, "/"); half = part[1] }
	NR == FNR { if ($2 ~ /^[TRBDCVW]$/) defined[half, $3] = $1; next }
	$2 == "U" && (half, $3) in defined { print $1, defined[half, $3], $3 }
' "$tmp/symbols" "$tmp/symbols" >"$tmp/calls"

# FILE INCLUDED-FILE, as it is written
find lib cmd -name '*.[ch]' -exec grep -H '^[ \t]*#[ \t]*include[ \t]*"' {} + |
	sed -nE 's/^([^:]*):[^"]*"([^"]*)".*/\1 \2/p' | sort >"$tmp/includes"

# uses PATTERN HALF [NAME-LEFT-OUT...]: "FILE: SYMBOL" of symbols from elsewhere
uses() {
	local pattern=$1 half=$2
	shift 2
	awk -v re="^($pattern)\$" -v half="$half/" -v left_out=" $* " '
		{ name = $1; sub(/.*\//, "", name); sub(/\.c$/, "", name) }
		$2 == "U" && index($1, half) == 1 && $3 ~ re && !index(left_out, " " name " ") {
			print $1 ": " $3 }' "$tmp/symbols"
}

# ---- the order of folders ----------------------------------------------------------------

# above HALF ORDER: of "FILE USED-FILE WHAT" in that half, what goes up
above() {
	awk -v half="$1" -v order="$2" '
		BEGIN { n = split(order, folder, " "); for (i = 1; i <= n; i++) rank[folder[i]] = i }
		function folder_of(file,   part, n) { n = split(file, part, "/"); return n > 2 ? part[2] : "." }
		index($1, half "/") == 1 && rank[folder_of($2)] > rank[folder_of($1)] { print $1 ": " $3 }
		# the files beside the folders are for themselves, but for main and those that have a header
		index($1, half "/") == 1 && folder_of($1) == "." && folder_of($2) == "." && $1 != $2 &&
			$1 !~ /\/main\.c$/ && $2 !~ /\/links\.[ch]$/ { print $1 ": " $3 }'
}

# circles HALF: what calls each other
circles() {
	awk -v half="$1/" 'index($1, half) == 1 && $1 != $2 { print $1, $2 }' "$tmp/calls" |
		sort -u | tsort 2>&1 >/dev/null | sed 's/^tsort: //'
}

same "every source file has been compiled" "$(cat "$tmp/expected")" "$(cat "$tmp/objects")"
empty "every folder has a place in the order" "$(
	for half in lib cmd; do
		find "$half" -mindepth 1 -maxdepth 1 -type d | cut -d/ -f2 | grep -vx include |
			grep -vxF "$(tr ' ' '\n' <<<"${order[$half]}")" | sed "s|^|$half/|"
	done)"
empty "each half includes its own headers alone, and irqkit.h" "$(
	while read -r file name; do
		half=${file%%/*}
		case $name in
		*..*) ;;
		*) if [ -f "$half/$name" ] || [ -f "$O/build/$half/$name" ]; then continue; fi ;;
		esac
		echo "$file: $name"
	done <"$tmp/includes")"
for half in lib cmd; do
	# shellcheck disable=SC2016 # for awk
	check "$half has files that include and call each other" \
		awk -v half="$half/" 'index($1, half) == 1 { n[FILENAME]++ } END { exit length(n) < 2 }' \
		"$tmp/includes" "$tmp/calls"
	empty "$half includes downwards" \
		"$(awk '{ split($1, part, "/"); print $1, part[1] "/" $2, $2 }' "$tmp/includes" | above "$half" "${order[$half]}")"
	empty "$half calls downwards" "$(above "$half" "${order[$half]}" <"$tmp/calls")"
	empty "$half has no circle" "$(circles "$half")"
done
empty "no source file is included by another, nor by a test" \
	"$(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*\.c"' lib cmd test --include='*.[ch]')"
empty "lib/spread calls lib/base alone" \
	"$(awk '$1 ~ /^lib\/spread\// && $2 !~ /^lib\/(spread|base)\// { print $1 ": " $3 }' "$tmp/calls")"

# ---- the two halves ----------------------------------------------------------------------

empty "no name is global in both halves" "$(awk '
	$2 ~ /^[TRBDCV]$/ && $3 !~ /^__/ { split($1, part, "/"); in_half[$3, part[1]] = $1; name[$3] }
	END { for (s in name) if ((s, "lib") in in_half && (s, "cmd") in in_half)
		print s ": " in_half[s, "lib"] " " in_half[s, "cmd"] }' "$tmp/symbols")"
mapfile -t objects < <(sed "s|^|$O/build/|" "$tmp/objects")
mapfile -t cmd_objects < <(grep '^cmd/' "$tmp/objects" | sed "s|^|$O/build/|")
mapfile -t sanitizers < <(grep -oE -- '-fsanitize[-a-z]*=[^ ]+' "$O/build/commands" | sort -u)
check "both halves link into one program" \
	"${CC:-cc}" "${sanitizers[@]}" -o "$tmp/irqkit" "${objects[@]}" @"$O/build/CMD.libs" @"$O/build/LIB.libs"
check "the program calls only what the shared library exports" \
	"${CC:-cc}" "${sanitizers[@]}" -o "$tmp/irqkit" "${cmd_objects[@]}" "$O/libirqkit.so.0" @"$O/build/CMD.libs"
empty "lib has no global variables" \
	"$(awk '$1 ~ /^lib\// && $2 ~ /^[BDC]$/ && $3 !~ /^__/ { print $1 ": " $3 }' "$tmp/symbols")"

# never_called: a function that no other file calls, and that its own file names only once
never_called() {
	awk 'NR == FNR { called[$3] = 1; next } $2 == "T" && $3 !~ /^(irqkit_|main$)/ && !($3 in called) { print $1, $3 }' \
		"$tmp/calls" "$tmp/symbols" | while read -r file name; do
		[ "$(grep -cw "$name" "$file")" -gt 1 ] || echo "$file: $name"
	done
}
empty "each function is called" "$(never_called)"

# ---- one file for each door --------------------------------------------------------------

printing='stdout|stderr|(v?f?printf|v?dprintf|puts|fputs|putc|putchar|fputc|fwrite|perror|psignal|__v?f?printf_chk)'
ending='exit|_exit|_Exit|abort|quick_exit|__assert_fail'
opening='(f?open|openat|open64|openat64|fopen64|freopen|opendir|fdopendir|creat|mkstemp(64)?)'

empty "lib never prints" "$(uses "$printing" lib)"
empty "lib never exits" "$(uses "$ending" lib)"
empty "lib asks no environment variable" "$(uses '(secure_)?getenv' lib)"
empty "in lib only root.c, knob.c and knob_list.c open files, ctx.c the root, run_dir.c its own, and policy_read.c those that a user names" \
	"$(uses "$opening" lib root knob knob_list ctx run_dir policy_read)"
empty "in cmd only replace_file.c opens files, to write what a user names" "$(uses "$opening" cmd replace_file)"
empty "only say.c writes to stderr" "$(uses 'stderr|perror|psignal|v?dprintf|v?warnx?|v?errx?' cmd say)"
empty "only main.c ends the program, by returning" "$(uses "$ending" cmd)"
# These two are loaded when they are needed: no object file names what it calls of them.
included() { grep -rlE "^[ \t]*#[ \t]*include[ \t]*<$1" lib cmd | grep -vxE "$2"; }
empty "only render.c uses libsmartcols" "$(included libsmartcols cmd/table/render.c)"
empty "only document.c, looks.c, state_json.c, state_reader.c and metrics_state.c use jansson" \
	"$(included jansson 'cmd/(table/document\.c|top/looks\.c|compare/state_(json\.c|reader\.[ch])|metrics/metrics_state\.c)')"
empty "only on_demand.c loads libraries" "$(uses 'dl(open|m?open|v?sym)' lib)$(uses 'dl(m?open|v?sym)' cmd on_demand)"
empty "only text.c asks what the locale can print" "$(uses '(set|use)locale|nl_langinfo|isw.*|wcs?width|mbr?towc' cmd text)"
empty "only options.c uses popt" "$(uses 'popt.*' cmd options)"

if [ "${1-}" != --self ]; then
	finish
	exit
fi

# ---- breaking a copy ---------------------------------------------------------------------

tree=$tmp/tree
mkdir -p "$tree/test"
cp -R lib cmd Makefile "$tree"
cp test/tap.sh test/check-layers.sh "$tree/test"
checks=$tmp/checks
broken=$tmp/broken

build() {
	"${MAKE:-make}" -s -C "$tree" -j2 CC="${CC:-cc}" CFLAGS=-O0 O="$tree" all
}

# in_tree: its checks; what failed is in $tmp/failed
in_tree() {
	O=$tree "$tree/test/check-layers.sh" >"$tmp/out" 2>&1
	sed -n 's/^not ok //p' "$tmp/out" >"$tmp/failed"
	sed -nE 's/^(not )?ok //p' "$tmp/out" >"$checks"
}

# file PATH LINE...: a new file of the tree
file() {
	local path=$tree/$1
	shift
	mkdir -p "$(dirname "$path")"
	printf '%s\n' "$@" >"$path"
}

# call NAME: a function that calls it
call() {
	printf 'void %s(void);\n__attribute__((used)) static void broken(void)\n{\n\t%s();\n}\n' "$1" "$1"
}

# breaks WHAT EXPECTED...: with what file() has added, these checks fail and no other
breaks() {
	local what=$1 text
	shift
	if text=$(build 2>&1); then in_tree; else echo "$text" >"$tmp/failed"; fi
	same "found: $what" "$(printf '%s\n' "$@" | sort)" "$(sort "$tmp/failed")"
	printf '%s\n' "$@" >>"$broken"
	find "$tree" -depth -name 'broken*' -exec rm -rf {} +
}

check "a copy of the tree builds" build
in_tree
empty "the copy passes" "$(cat "$tmp/failed")"

for half in lib cmd; do
	lowest=$half/${order[$half]%% *}
	high=$(find "$half" -mindepth 2 -name '*.h' | grep -v "^$lowest/" | grep -v /include/ | sort | tail -n 1)
	file "$lowest/broken.c" "#include \"${high#"$half"/}\""
	breaks "$lowest includes $high" "$half includes downwards"
	upper=$(awk -v folder="${high%/*}/" 'index($1, folder) == 1 && $2 == "T" { print $3; exit }' "$tmp/symbols")
	file "$lowest/broken.c" "$(call "$upper")"
	breaks "$lowest calls $upper() of ${high%/*}" "$half calls downwards"
	file "$lowest/broken.c" "$(call broken_2)" 'void broken_1(void);' 'void broken_1(void) { }'
	file "$lowest/broken_2.c" "$(call broken_1)" 'void broken_2(void);' 'void broken_2(void) { }'
	breaks "two files of $lowest call each other" "$half has no circle"
done
file lib/spread/broken.c "$(call irqkit_topology_free)"
breaks "lib/spread calls lib/topology" "lib/spread calls lib/base alone"
file cmd/base/broken.h '#include "../../lib/base/broken.c"'
breaks "a header that includes a source file" "no source file is included by another, nor by a test" \
	"each half includes its own headers alone, and irqkit.h"
file lib/broken/broken.c 'typedef int broken;'
breaks "a folder without a place" "every folder has a place in the order"
file cmd/base/broken.c '#include "../../lib/kernel/ctx.h"'
breaks "a file of cmd includes a private header" "each half includes its own headers alone, and irqkit.h"

file lib/base/broken.c 'void broken(void);' 'void broken(void) { }'
file cmd/base/broken.c 'void broken(void);' 'void broken(void) { }'
breaks "a function of the same name in each half" \
	"no name is global in both halves" "both halves link into one program"
file cmd/base/broken.c 'void broken(void); void broken(void) { }'
breaks "a function that nothing calls" "each function is called"
file lib/base/broken.c 'extern int broken;' 'int broken = 1;'
breaks "a variable of lib" "lib has no global variables"

# A door that a second file goes through
while IFS='|' read -r folder function expected; do
	file "$folder/broken.c" "$(call "$function")"
	breaks "$folder calls $function" "$expected"
done <<'END'
lib/base|puts|lib never prints
lib/base|exit|lib never exits
lib/base|getenv|lib asks no environment variable
lib/devices|open|in lib only root.c, knob.c and knob_list.c open files, ctx.c the root, run_dir.c its own, and policy_read.c those that a user names
cmd/base|fopen|in cmd only replace_file.c opens files, to write what a user names
cmd/base|perror|only say.c writes to stderr
cmd/base|abort|only main.c ends the program, by returning
cmd/base|dlopen|only on_demand.c loads libraries
cmd/base|setlocale|only text.c asks what the locale can print
cmd/base|ctx_note|the program calls only what the shared library exports
cmd/base|poptStrerror|only options.c uses popt
END

while IFS='|' read -r header expected; do
	file cmd/base/broken.c "#include <$header>"
	breaks "a file of cmd/base includes $header" "$expected"
done <<'END'
libsmartcols/libsmartcols.h|only render.c uses libsmartcols
jansson.h|only document.c, looks.c, state_json.c, state_reader.c and metrics_state.c use jansson
END

# Without object files there is nothing to find; that must not pass.
rm -r "$tree/build/lib/spread"
in_tree
same "found: object files are missing" "every source file has been compiled" "$(head -n 1 "$tmp/failed")"
echo "every source file has been compiled" >>"$broken"

same "each check has found something" "$(grep -v 'has files that' "$checks" | sort -u)" "$(sort -u "$broken")"
finish
