#!/usr/bin/env bash
# The recipes of irqkit-cookbook(7) are run, each on the saved machine that it names: its
# commands succeed and print something; its policy is applied, holds, and has nothing to write
# the second time; and what it promises is true of the files then.
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

page=man/irqkit-cookbook.7
mkdir "$tmp/bin"
cat >"$tmp/bin/irqkit" <<'W'
#!/bin/sh
command=$1
shift
exec "$REAL_IRQKIT" "$command" --root "$RECIPE_ROOT" "$@"
W
chmod +x "$tmp/bin/irqkit"
export REAL_IRQKIT=$O/irqkit RECIPE_ROOT=$tmp/root PATH=$tmp/bin:$PATH

fresh() {
	rm -rf "$tmp/root"
	cp -RP "$roots/$root" "$tmp/root"
	chmod -R u+w "$tmp/root"
}

# run_line WORDS: prints something and succeeds
run_line() {
	local text status
	text=$(COLUMNS=80 bash -o pipefail -c "$1" </dev/null 2>&1)
	status=$?
	# --check says by its status that something can be moved
	[ $status -ne 5 ] || [[ $1 != *--check* ]] || status=0
	[ -n "$text" ] || { status=1; text="nothing comes out"; }
	result $status "$recipe: $1" "$text"
}

settings() { (cd "$tmp/root" && find proc sys -type f -exec cksum {} + | sort -k 3); }

policy() {
	local first
	fresh
	check "$recipe: its policy is applied" irqkit apply -q "$tmp/policy"
	first=$(settings)
	check "$recipe: and holds" irqkit check "$tmp/policy"
	check "$recipe: is applied again" irqkit apply -q "$tmp/policy"
	same "$recipe: which writes nothing" "$first" "$(settings)"
}

recipe='' root='' reads='' n_then=0 n_recipes=0
while IFS= read -r line; do
	case $line in
	'.Ss '* | '.Sh '*)
		[ -z "$root" ] || result $((n_then == 0)) "$recipe: promises something that is looked at"
		recipe=${line#.S? } root='' n_then=0
		;;
	'.\" root: '*)
		root=${line#'.\" root: '} n_recipes=$((n_recipes + 1))
		fresh
		;;
	'.Dl '[#$]' '*) run_line "${line#'.Dl '? }" ;;
	'.\" policy') reads=1; : >"$tmp/policy" ;;
	'.Ed')
		[ -z "$reads" ] || policy
		reads=''
		;;
	'.\" then: '*)
		n_then=$((n_then + 1))
		line=${line#'.\" then: '}
		trace=$(cd "$tmp/root" && bash -xc "$line" 2>&1)
		result $? "$recipe: $line" "$(tail -n 5 <<<"$trace")"
		;;
	*) [ -z "$reads" ] || printf '%s\n' "$line" >>"$tmp/policy" ;;
	esac
done <"$page"
result $((n_recipes < 12)) "there are at least 12 recipes" "$n_recipes"
finish
