#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The JSON schema, dist/irqkit.schema.json: it describes the same keys and types as irqkit-json(5), and
# every document that irqkit writes in a golden test is valid by it, without a key that it lacks.
# takes: 15 s
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

schema=dist/irqkit.schema.json
tool() { python3 test/tool/schema.py "$1" "$schema" "${@:2}"; }

if ! python3 -c '' 2>/dev/null; then
	skip "the schema and irqkit-json(5)" "there is no python3"
	skip "the documents of golden tests" "there is no python3"
	finish
	exit
fi
empty "the schema has the keys and types of irqkit-json(5)" "$(tool documented man/irqkit-json.5 2>&1)"
sed '/^\.It Sy boot_id /d; s/^\.It Sy uptime No (number)/.It Sy uptime No (text)/' man/irqkit-json.5 >"$tmp/other.5"
same "a man page with other keys or types is noticed" \
	"$(printf '%s: %s\n' show 'the man page does not explain boot_id' show 'uptime is number, and text in the man page')" \
	"$(tool documented "$tmp/other.5" 2>&1 | grep '^show: ' | sort)"
sed '/^\.Ss irqkit compare --json/d' man/irqkit-json.5 >"$tmp/other.5"
check "a man page that lost the heading of a document is noticed" \
	grep -q '^compare: the man page has no ' <(tool documented "$tmp/other.5" 2>&1)
if ! python3 -c 'from jsonschema import Draft202012Validator' 2>/dev/null; then
	skip "the documents of golden tests" "python3 has no jsonschema 4 (Debian: python3-jsonschema)"
	finish
	exit
fi

# An irqkit that keeps what it writes as JSON: each run in a file of its own.
mkdir "$tmp/bin" "$tmp/documents"
cat >"$tmp/bin/irqkit" <<END
#!/bin/bash
for word; do
	case \$word in
	--json | -[a-zA-Z]*j* | -j*)
		file=\$(mktemp $tmp/documents/XXXXXXXX)
		"$O/irqkit" "\$@" >"\$file"
		status=\$?
		cat "\$file"
		exit \$status
		;;
	--) break ;;
	esac
done
exec "$O/irqkit" "\$@"
END
chmod +x "$tmp/bin/irqkit"
mapfile -t tests < <(grep -lE '^(run|prepare): .*(--json|-[a-zA-Z]*j)' test/golden/*.test | xargs -n 1 basename -s .test)
GOLDEN_PATH=$tmp/bin test/golden.sh "${tests[@]}" >"$tmp/golden" 2>&1
find "$tmp/documents" -empty -delete
mapfile -t documents < <(find "$tmp/documents" -type f)
check "golden tests wrote documents (${#documents[@]} in ${#tests[@]} tests)" test "${#documents[@]}" -gt 150
tool judge "${documents[@]}" >"$tmp/judged" 2>&1
empty "every document of the golden tests is as the schema says" \
	"$(grep -v '^= ' "$tmp/judged" | sed "s|$tmp/documents/||" | head -n 40)"
# who needs a booted kernel
empty "there is a document of each kind" "$(grep '^= .* 0$' "$tmp/judged" | grep -v '^= who ')"
check "which was counted" grep -q '^= show [1-9]' "$tmp/judged"

# What is wrong is found, whatever it is.
# wrong CHANGE COMMAND...: a document of the command, and the same after a change with jq
n_wrong=0
wrong() {
	local change=$1
	shift
	names[n_wrong]="a document of $1 is wrong after jq '$change', and only then"
	"$O/irqkit" "$@" --json >"$tmp/$n_wrong.right"
	jq "$change" "$tmp/$n_wrong.right" >"$tmp/$n_wrong.wrong"
	n_wrong=$((n_wrong + 1))
}
for change in '.cpus = "0"' '.interrupts[0].total = -1' '.interrupts[0].affinity = "0-"' '.new_key = 1' \
	'.interrupts[0].new_key = 1' 'del(.interrupts)' '.interrupts = {}' '.interrupts[0].per_cpu = {"0": "1"}' \
	'.queues[0].rps_cpus = 1' '.devices[0].combined.now = "4"'; do
	wrong "$change" show --root "$roots/queues-8cpu"
done
for change in '.before.imbalance = "1"' '.shares[0].before = 1.5' '.interrupts[0].after.effective = 1' 'del(.settings)'; do
	wrong "$change" compare "$roots/linux-6.1-16cpu" "$roots/queues-8cpu"
done
for change in '.findings[0].facts[0].value = 1' '.findings[0].fix = "spread"' 'del(.looked_at)'; do
	wrong "$change" doctor --root "$roots/queues-8cpu"
done
for change in '.by_cpu[0].softnet.dropped = "0"' '.by_cpu[0].softirqs.NET_RX = "1"' '.interrupts[0].irq = 0.5'; do
	wrong "$change" top --root "$roots/two-samples-2cpu"
done
# One run of the tool for all of them: it takes as long as hundreds of documents to start.
told=$(tool validate "$tmp"/*.right "$tmp"/*.wrong 2>&1)
for ((i = 0; i < n_wrong; i++)); do
	check "${names[i]}" test -s "$tmp/$i.wrong" -a "${told/"$tmp/$i.wrong: as "/}" != "$told" \
		-a "${told/"$tmp/$i.right: "/}" = "$told"
done
finish
