#!/usr/bin/env bash
# The layers of CONTRIBUTING.md hold. What a file calls is asked of its object file, so that
# comments and strings don't matter.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

# calls PATTERN OBJECT...: "FILE: SYMBOL" of undefined symbols that match as a whole
calls() {
	local pattern=$1
	shift
	nm -u "$@" | awk -v re="^($pattern)\$" -v one="$1" '
		BEGIN { file = one }
		/:$/ { file = substr($0, 1, length($0) - 1) }
		$1 == "U" { s = $2; sub(/@.*/, "", s); if (s ~ re) print file ": " s }' |
		sed 's|.*/build/||'
}

# objects FOLDER [NAME-LEFT-OUT...]
objects() {
	local folder=$1 f name
	shift
	while read -r f; do
		name=$(basename "$f" .c)
		case " $* " in *" $name "*) continue ;; esac
		printf '%s\n' "$O/build/${f%.c}.o"
	done < <(find "$folder" -name '*.c' | LC_ALL=C sort)
}

mapfile -t lib < <(objects lib)
mapfile -t lib_above_files < <(objects lib root knob ctx run_dir)
mapfile -t cmd < <(objects cmd)
mapfile -t cmd_no_say < <(objects cmd say)
mapfile -t cmd_no_render < <(objects cmd render)
mapfile -t cmd_no_options < <(objects cmd options)

printing='stdout|stderr|(v?f?printf|v?dprintf|puts|fputs|putc|putchar|fputc|fwrite|perror|psignal|__v?f?printf_chk)'
ending='exit|_exit|_Exit|abort|quick_exit|__assert_fail'
opening='(f?open|openat|open64|openat64|fopen64|freopen|opendir|fdopendir|creat)'

empty "lib never prints" "$(calls "$printing" "${lib[@]}")"
empty "lib never exits" "$(calls "$ending" "${lib[@]}")"
empty "lib asks no environment variable" "$(calls '(secure_)?getenv' "${lib[@]}")"
empty "in lib only root.c and knob.c open files, ctx.c the root, and run_dir.c its own" "$(calls "$opening" "${lib_above_files[@]}")"
empty "cmd opens no file" "$(calls "$opening" "${cmd[@]}")"
empty "only say.c writes to stderr" "$(calls 'stderr|perror|psignal|v?dprintf|v?warnx?|v?errx?' "${cmd_no_say[@]}")"
empty "only main.c ends the program, by returning" "$(calls "$ending" "${cmd[@]}")"
empty "only render.c uses libsmartcols" "$(calls 'scols_.*' "${cmd_no_render[@]}")"
empty "only render.c uses jansson" "$(calls 'json_.*' "${cmd_no_render[@]}")"
empty "only options.c uses popt" "$(calls 'popt.*' "${cmd_no_options[@]}")"
empty "cmd includes nothing of lib but irqkit.h" \
	"$(grep -rnE '#[ \t]*include[ \t]*"(\.\.|.*private|.*lib/)' cmd)"
empty "lib has no global variables" \
	"$(nm "${lib[@]}" | awk '$2 ~ /^[BDC]$/ { print $3 }' | grep -v '^__' | sort -u)"
finish
