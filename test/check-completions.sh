#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The completions of bash, and of zsh and fish where they are installed, are run on command
# lines, on a machine whose names are as odd as names can be.
# shellcheck disable=SC2016,SC1003 # $ and quotes in quotes are meant as they stand
# shellcheck source=test/memory.sh
. "$(dirname "$0")/memory.sh"
plain_tmpdir
# shellcheck source=test/tap.sh
. "$(dirname "$0")/tap.sh"

mkdir -p "$tmp/root/proc" "$tmp/root/saved" "$tmp/bin"
export tmp
ln -s "$O/irqkit" "$tmp/bin/irqkit"
for c in $("$O/irqkit" --list-commands); do ln -s "$O/irqkit" "$tmp/bin/irq-$c"; done
printf '%s\n' \
	'           CPU0       CPU2       CPU3' \
	'  4:          1          0          0   IO-APIC   4-edge      ttyS0' \
	' 24:          1          0          5   PCI-MSI 524288-edge      eth0-rx-0' \
	' 25:          0          0          7   PCI-MSI 524289-edge      eth0-tx-0' \
	' 30:          1          0          0   IO-APIC  30-fasteoi   ehci_hcd:usb1, PCIe PME' \
	' 31:          1          0          0   IO-APIC  31-edge      8250' \
	' 32:          1          0          0   IO-APIC  32-edge      quote'\''"$(touch x)`touch x`' \
	$' 33:          1          0          0   IO-APIC  33-edge      evil\e[31m' \
	' 34:          1          0          0   AR724X PCI  34-edge      all' \
	'NMI:          0          0          0   Non-maskable interrupts' \
	'LOC:          3          4          5   Local timer interrupts' >"$tmp/root/proc/interrupts"
root=$tmp/root
show="irqkit show --root=$root"
# Two knobs and two changes of them, which can be undone.
for irq in 24 25; do
	mkdir -p "$root/proc/irq/$irq"
	echo f >"$root/proc/irq/$irq/smp_affinity"
done
"$O/irqkit" set --root "$root" eth0-rx-0 --cpus=2 -q
"$O/irqkit" set --root "$root" 'eth0-*' --cpus=3 -q
knobs=$(cat "$root"/proc/irq/*/smp_affinity "$root"/run/irqkit/[0-9]*)
undo="irqkit undo --root=$root"
# unchanged SHELL: to complete is not to do
unchanged() {
	same "$1: no knob was written" "$knobs" "$(cat "$root"/proc/irq/*/smp_affinity "$root"/run/irqkit/[0-9]*)"
}
options=$("$O/irqkit" show --help | grep -oE -- ' --[a-z-]+' | tr -d ' ' | sort -u)

# ---- bash --------------------------------------------------------------------------------
# split LINE: into words, as bash splits them by COMP_WORDBREAKS
split() {
	local i c quote='' break='' word=''
	words=()
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		if [[ $quote ]]; then
			word+=$c
			[[ $c != "$quote" ]] || quote=''
		elif [[ $c == [\ :=\<\>] ]]; then
			[[ ! $word || $break == "$c" ]] || { words+=("$word") word=''; }
			break=''
			[[ $c == ' ' ]] || word+=$c break=$c
		else
			[[ ! $break ]] || { words+=("$word") word=''; }
			break='' word+=$c
			[[ $c != [\'\"] ]] || quote=$c
			[[ $c != \\ ]] || { i=$((i + 1)) word+=${1:i:1}; }
		fi
	done
	words+=("$word")
}

# offers LINE: what bash offers at its end, in place of the last of its words
offers() {
	PATH=$tmp/bin:$PATH bash -c '
		source completions/irqkit.bash
		COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=("${@:2}") COMP_CWORD=$(($# - 2))
		function=$(complete -p "${2##*/}" | sed -n "s/.* -F \([^ ]*\) .*/\1/p")
		last=${COMP_WORDS[COMP_CWORD]}
		case $last in [:=]*) last="" ;; [\"\'\'']*) last=${last:1} ;; esac
		"$function" "$2" "$last" "${COMP_WORDS[COMP_CWORD - 1]-}"
		[[ ${#COMPREPLY[@]} -eq 0 ]] || printf "%s\n" "${COMPREPLY[@]}" | sort' bash "$1" "${words[@]}" 2>&1
}
# title LINE: without names of folders that differ from run to run
title() {
	local line=${1//"$tmp"/}
	printf '%s\n' "${line//"$roots"/test/roots}"
}

# bash_offers LINE REPLY...
bash_offers() {
	split "$1"
	same "bash: $(title "$1")" "$(printf '%s\n' "${@:2}" | sort)" "$(offers "$1")"
}

bash_offers 'irqkit sh' show
bash_offers 'irqkit --li' --list-commands
bash_offers "irqkit --install $root/sa" "$root/saved"
bash_offers 'irqkit show --by' --by-cpu
bash_offers 'irqkit show --roo' --root=
bash_offers 'irq-show --by' --by-cpu
bash_offers "$O/irqkit show --by" --by-cpu
bash_offers "irqkit show --root=$root/sa" "$root/saved"
bash_offers "irqkit show --root $root/sa" "$root/saved"
bash_offers 'irqkit show --color=a' always auto
bash_offers 'irqkit show --color n' never
bash_offers "$show eth0" eth0 eth0-rx-0 eth0-tx-0
bash_offers "irqkit show --root $root eth0-r" eth0-rx-0
bash_offers "irq-show --root $root LO" LOC
bash_offers "$show lo" LOC
bash_offers "$show 3" 30 31 32 33 34
bash_offers "$show 31-3" 31-31 31-32 31-33 31-34
bash_offers "$show ehci_hcd:" usb1
bash_offers "$show name:" 8250 PCIe\\\ PME all ehci_hcd:usb1 eth0-rx-0 eth0-tx-0 LOC NMI \
	quote\\\'\\\"\\\$\\\(touch\\\ x\\\)\\\`touch\\\ x\\\` ttyS0
bash_offers "$show irq:2" 24 25
bash_offers "$show chip:A" 'AR724X\ PCI'
bash_offers "$show 'chip:A" 'chip:AR724X PCI'
bash_offers "$show PC" 'PCIe\ PME'
bash_offers "$show PCIe\\ " 'PCIe\ PME'
bash_offers "$show 'PC" 'PCIe PME'
bash_offers "$show evil" ''
bash_offers "$show a" all
bash_offers "$show quote" quote\\\'\\\"\\\$\\\(touch\\\ x\\\)\\\`touch\\\ x\\\`
bash_offers "$show \"quote" ''
bash_offers "$show -- --b" ''
bash_offers "$show -o irq,t" IRQ,TOTAL IRQ,TRIGGER
bash_offers "$show --output=+NOD" +NODE
bash_offers "$show -o IRQ,I" ''
bash_offers "$show --sort=-na" -NAME
bash_offers "$show --by-cpu -o I" INTERRUPTS
bash_offers "$show --per-cpu -jo CPU" CPU0 CPU2 CPU3
bash_offers "$show --cpus=" current irq: local siblings:
bash_offers "$show --cpus=2" 2
bash_offers "$show --allowed=0,2" 0,2
bash_offers "$show -C 0,2-" 0,2-3
split 'irqkit show --'
if turkish true; then
	same "bash: in Turkish, the same options" "$(offers 'irqkit show --')" "$(turkish offers 'irqkit show --')"
else
	skip "bash: in Turkish, the same options" "no localedef that knows tr_TR"
fi
saved=$roots/bond-bridge-6.1
bash_offers "irqkit show --root=$saved eth1:rx-" rx-0 rx-1 rx-2 rx-3
bash_offers "irqkit show --root=$saved dev:wan:t" tx-0 tx-1
bash_offers "irqkit show --root=$saved dev:w" wan
bash_offers "irqkit show --root=$saved wa" wan
bash_offers "irqkit show --root=$saved driver:ix" ixgbe
bash_offers "irqkit set --root=$roots/linux-6.1-16cpu pci:0000:4" 40:00.0 40:01.0 42:00.0
bash_offers "irqkit set --root=$root eth0" eth0 eth0-rx-0 eth0-tx-0
bash_offers "irq-set --root=$root eth0-r" eth0-rx-0
bash_offers "irqkit set --root=$root eth0 --cpus=0," 0,current 0,irq: 0,local 0,siblings:
bash_offers "irqkit set --root=$root eth0 --cpus=0,3" 0,3
queues=$roots/queues-8cpu
set_words=(all node:0 node:1 package:0 package:1 llc:0 llc:4 siblings: first-threads other-threads housekeeping local irq: current)
bash_offers "irqkit set --root=$queues eth0 --cpus=" "${set_words[@]}"
bash_offers "irqkit set --root=$queues eth0 --cpus=all,^fi" all,^first-threads
bash_offers "irqkit spread --root=$roots/linux-6.1-512cpu --cpus=" all node:{0..7} siblings: first-threads housekeeping local irq: current
bash_offers "irqkit pin-queue --root=$queues eth0 " {0..3}= rx-{0..3}= tx-{0..3}= all=
bash_offers "irqkit pin-queue --root=$queues -n eth0 0=2 rx" rx-{0..3}=
bash_offers "irqkit pin-queue --root=$roots/one-cpu eth0 " all=
bash_offers "irqkit pin-queue --root=$roots/moved-4cpu eth0 " 0= rx-0= tx-0= all=
bash_offers "irqkit pin-queue --root=$queues eth0 0=f" first-threads
bash_offers "irq-pin-queue --root=$queues eth0 all=6" 6
bash_offers "irqkit rps --root=$queues eth0 --queues=" {0..3}
bash_offers "irqkit xps --root=$queues eth2 --queues 0," 0,{0..7}
bash_offers "irqkit rps --root=$queues --queues=" ''
bash_offers "irqkit -j sh" show
bash_offers "irqkit --root=$root -v set eth0-r" eth0-rx-0
bash_offers "irqkit --root $root show LO" LOC
bash_offers "irqkit --color=n" never
bash_offers "irqkit -q --js" --json
bash_offers "irqkit he" help
bash_offers "irqkit help sp" spread
bash_offers "irqkit help show " ''
bash_offers 'irqkit set --mas' --mask=
bash_offers "irqkit set --root=$root --mask=0" ''
bash_offers "irqkit set --root=$root -m f eth0-r" eth0-rx-0
bash_offers 'irqkit set --wa' --wait
bash_offers "irqkit set --root=$root --wait eth0-r" eth0-rx-0
bash_offers "irqkit set --root=$root --wait=5 eth0-r" eth0-rx-0
bash_offers "$undo " 1 2
bash_offers "irq-undo --root $root 2" 2
bash_offers "$undo --wait " 1 2
bash_offers "$undo -o num" NUMBER
bash_offers "$undo --list --output=+und" +UNDOES +UNDONE
bash_offers "irqkit mask --root=$root " current irq: local siblings:
bash_offers "irqkit mask --root=$root 0,2 " current irq: local siblings:
bash_offers "irq-mask --root=$root 0,2-" 0,2-3
bash_offers 'irqkit mask --li' --list
bash_offers 'irqkit compare n' now
bash_offers 'irqkit compare now cmd/mai' cmd/main.c
bash_offers 'irq-compare --root=/ cmd/compare/cmd_' cmd/compare/cmd_compare.c
bash_offers 'irqkit spread --by=l' load load=
bash_offers 'irqkit spread --node=' local any
bash_offers "irqkit spread --root=$root --by load eth0-r" eth0-rx-0
bash_offers "irqkit spread --root=$root --verify eth0-r" eth0-rx-0
bash_offers "irq-spread --root=$root --cpus=0,2-" 0,2-3
# the newer commands
bash_offers 'irqkit apply cmd/mai' cmd/main.c
bash_offers 'irq-check man/irqkit.c' man/irqkit.conf.5
bash_offers 'irqkit apply --st' --stay
bash_offers 'irqkit metrics --file=cmd/mai' cmd/main.c
bash_offers 'irqkit metrics --state cmd/mai' cmd/main.c
bash_offers 'irqkit doctor --level=' info low medium high broken
bash_offers 'irqkit doctor --explain=load-' load-uneven
bash_offers 'irqkit doctor --ignore load-uneven,one-cpu-s' load-uneven,one-cpu-serves-all
bash_offers "irqkit doctor --root=$queues eth" eth{0..4}
bash_offers "irqkit channels --root=$queues --com" --combined=
bash_offers "irqkit channels --root=$queues eth" eth{0..4}
bash_offers "irqkit isolate --root=$queues all,^fi" all,^first-threads
bash_offers "irqkit isolate --root=$queues 2-3 --only=irqs,r" irqs,rps
bash_offers 'irqkit top --weigh=' time packets interrupts
bash_offers "irqkit top --root=$root eth0-r" eth0-rx-0
bash_offers "irqkit who --root=$root eth0-r" eth0-rx-0
bash_offers "irqkit save --root=$root eth0-r" eth0-rx-0
bash_offers 'irqkit policy te' test
bash_offers 'irqkit policy test 2' ''
unchanged bash
mkdir -p "$tmp/root/sys/class/net/eth0" "$tmp/root/sys/class/net/eth1" "$tmp/root/sys/class/net/lo"
bash_offers "irqkit rps --root=$root e" eth0 eth1
bash_offers "irqkit pin-queue --root=$root lo" lo
bash_offers "irqkit xps --root=$root -o irq,se" IRQ,SERVED
empty "bash: no name was run" "$(find . -maxdepth 1 -name x)"
split 'irqkit show --'
same "bash: all options of show" "$options" "$(offers 'irqkit show --' | tr -d = | sort)"

# ---- fish --------------------------------------------------------------------------------
# fish_offers LINE REPLY...
fish_offers() {
	if ! command -v fish >/dev/null; then
		skip "fish: $(title "$1")" "no fish"
		return
	fi
	same "fish: $(title "$1")" "$(printf '%s\n' "${@:2}" | sort)" \
		"$(PATH=$tmp/bin:$PATH HOME=$tmp fish --no-config -c \
			'source completions/irqkit.fish; complete -C $argv[1]' "$1" 2>&1 | cut -f 1 | sort)"
}
fish_offers 'irqkit sh' show
fish_offers 'irqkit --li' --list-commands
fish_offers 'irqkit show --by' --by-cpu
fish_offers 'irq-show --by' --by-cpu
fish_offers "irqkit show --root $root/sa" "$root/saved/"
fish_offers 'irqkit show --color=a' --color=always --color=auto
fish_offers "irqkit show --root $root eth0" eth0 eth0-rx-0 eth0-tx-0
fish_offers "$show ehci" ehci_hcd:usb1
fish_offers "$show name:8" name:8250
fish_offers "$show irq:2" irq:24 irq:25
fish_offers "$show chip:A" 'chip:AR724X PCI'
fish_offers "$show PC" 'PCIe PME'
fish_offers "$show evil" 33 # by its text
fish_offers "$show quote" 'quote'\''"$(touch x)`touch x`'
fish_offers "irqkit show --root=$saved eth1:rx-" eth1:rx-0 eth1:rx-1 eth1:rx-2 eth1:rx-3
fish_offers "irqkit show --root=$saved dev:wan:t" dev:wan:tx-0 dev:wan:tx-1
fish_offers "irqkit show --root=$saved driver:ix" driver:ixgbe
fish_offers "irqkit show --root=$saved dev:eth1" dev:eth1 dev:eth1-tx dev:eth10
fish_offers "$show --output=IRQ,TO" --output=IRQ,TOTAL
fish_offers "$show --by-cpu -o IN" INTERRUPTS
fish_offers "$show -C 0,2-3,2" 0,2-3,2
fish_offers "irqkit set --root $root eth0-" eth0-rx-0 eth0-tx-0
fish_offers 'irqkit set --mas' --mask
fish_offers 'irqkit set --wa' --wait
fish_offers "irqkit set --root=$root --wait eth0-r" eth0-rx-0
fish_offers "irqkit set --root=$root -m f eth0-r" eth0-rx-0
fish_offers "$undo " 1 2
fish_offers "irq-undo --root $root --wait " 1 2
fish_offers "$undo -o num" NUMBER
fish_offers "irqkit mask --root=$root " current irq: local siblings:
fish_offers "irqkit mask --root=$root 2" 2
fish_offers "irqkit set --root=$queues eth0 --cpus=" "${set_words[@]/#/--cpus=}"
fish_offers "irqkit set --root=$queues eth0 -C all,^fi" all,^first-threads
fish_offers "irqkit pin-queue --root=$queues eth0 " {0..3}= rx-{0..3}= tx-{0..3}= all=
fish_offers "irqkit pin-queue --root=$queues -n eth0 0=2 rx" rx-{0..3}=
fish_offers "irqkit pin-queue --root=$roots/moved-4cpu eth0 " 0= rx-0= tx-0= all=
fish_offers "irq-pin-queue --root=$queues eth0 0=fi" 0=first-threads
fish_offers "irqkit pin-queue --root=$queues eth" eth{0..4}
fish_offers "irqkit rps --root=$queues eth0 --queues=" --queues={0..3}
fish_offers "irqkit xps --root=$queues eth2 --queues 0," 0,{0..7}
fish_offers "irqkit rps --root=$queues --queues=" ''
fish_offers "irqkit -j sh" show
fish_offers "irqkit --root $root show LO" LOC
fish_offers "irqkit he" help
fish_offers "irqkit help sp" spread
fish_offers "irq-mask --root=$root 0,2-3,2" 0,2-3,2
fish_offers 'irqkit spread --by=t' --by=total
fish_offers 'irqkit spread --node a' any
fish_offers "irqkit spread --root=$root --verify eth0-r" eth0-rx-0
# the newer commands
fish_offers 'irqkit apply cmd/mai' cmd/main.c
fish_offers 'irq-check man/irqkit.c' man/irqkit.conf.5
fish_offers 'irqkit metrics --state cmd/mai' cmd/main.c
fish_offers 'irqkit doctor --level=' --level={info,low,medium,high,broken}
fish_offers 'irqkit doctor --explain=load-' --explain=load-uneven
fish_offers 'irqkit doctor --ignore load-uneven,one-cpu-s' load-uneven,one-cpu-serves-all
fish_offers "irqkit doctor --root=$queues eth" eth{0..4}
fish_offers "irqkit channels --root=$queues eth" eth{0..4}
fish_offers "irqkit isolate --root=$queues all,^fi" all,^first-threads
fish_offers "irqkit isolate --root=$queues 2-3 --only=irqs,rp" --only=irqs,rps
fish_offers 'irqkit top --weigh=' --weigh={time,packets,interrupts}
fish_offers "irqkit who --root=$root eth0-r" eth0-rx-0
fish_offers "irqkit save --root=$root eth0-r" eth0-rx-0
fish_offers 'irqkit policy completio' completions/
unchanged fish
fish_offers "irqkit rps --root=$root e" eth0 eth1
empty "fish: no name was run" "$(find . -maxdepth 1 -name x)"

# ---- zsh ---------------------------------------------------------------------------------
# Lines are typed on a terminal; what they have become after a tab is compared.
cat >"$tmp/type.zsh" <<'Z'
zmodload zsh/zpty
zpty -b shell "TERM=dumb zsh -f -i"
type_line() {
	rm -f $tmp/line
	zpty -w -n shell $1
	repeat 200; do
		[[ -s $tmp/line ]] && break
		zpty -r -t shell text
		sleep 0.05
	done
	cat $tmp/line
}
zpty -w shell "source $tmp/setup.zsh"
repeat 200; do [[ -e $tmp/ready ]] && break; zpty -r -t shell text; sleep 0.05; done
for line in "$@"; do
	type_line $line$'\t\C-g'
done
zpty -d shell
Z
cat >"$tmp/setup.zsh" <<'Z'
PATH=$tmp/bin:$PATH
fpath=($PWD/completions $fpath)
autoload -Uz compinit && compinit -u -D
setopt no_always_last_prompt no_beep
unsetopt auto_menu
done_with_line() { print -r -- "$BUFFER" >$tmp/line.new; mv $tmp/line.new $tmp/line; BUFFER= }
zle -N done_with_line
bindkey '^G' done_with_line
: >$tmp/ready
Z
zsh_lines=(
	'irqkit sh' 'irqkit show '
	'irqkit --li' 'irqkit --list-commands '
	'irqkit show --by' 'irqkit show --by-cpu '
	'irq-show --by' 'irq-show --by-cpu '
	"irqkit show --root=$root/sa" "irqkit show --root=$root/saved/"
	'irqkit show --color=al' 'irqkit show --color=always '
	"irqkit show --root $root eth0-r" "irqkit show --root $root eth0-rx-0 "
	"$show ehci" "$show ehci_hcd:usb1 "
	"$show name:8" "$show name:8250 "
	"$show irq:4" "$show irq:4 "
	"$show chip:A" "$show chip:AR724X\\ PCI "
	"$show PC" "$show PCIe\\ PME "
	"$show evil" "$show evil"
	"$show quote" "$show quote\\'\\\"\\\$\\(touch\\ x\\)\\\`touch\\ x\\\` "
	"irqkit show --root=$saved dev:wan:t" "irqkit show --root=$saved dev:wan:tx-"
	"irqkit show --root=$saved driver:ix" "irqkit show --root=$saved driver:ixgbe "
	"$show --output=IRQ,TO" "$show --output=IRQ,TOTAL"
	"$show --by-cpu -o in" "$show --by-cpu -o INTERRUPTS"
	"$show --sort=-na" "$show --sort=-NAME "
	"irqkit set --root=$root eth0-r" "irqkit set --root=$root eth0-rx-0 "
	'irqkit set --mas' 'irqkit set --mask='
	'irqkit set --wa' 'irqkit set --wait='
	"irqkit set --root=$root --wait eth0-r" "irqkit set --root=$root --wait eth0-rx-0 "
	"irqkit set --root=$root -m f eth0-r" "irqkit set --root=$root -m f eth0-rx-0 "
	"$undo 2" "$undo 2 "
	"irq-undo --root=$root 1" "irq-undo --root=$root 1 "
	"$undo -o num" "$undo -o NUMBER"
	"irqkit mask --root=$root 0,2-3" "irqkit mask --root=$root 0,2-3"
	'irq-mask --li' 'irq-mask --list '
	'irqkit spread --by=t' 'irqkit spread --by=total '
	'irqkit spread --node=a' 'irqkit spread --node=any '
	"irqkit spread --root=$root --verify eth0-r" "irqkit spread --root=$root --verify eth0-rx-0 "
	"irqkit set --root=$queues eth0 --cpus=al" "irqkit set --root=$queues eth0 --cpus=all"
	"irqkit set --root=$queues eth0 -C all,^ot" "irqkit set --root=$queues eth0 -C all,^other-threads"
	"irqkit set --root=$queues eth0 --cpus=3-" "irqkit set --root=$queues eth0 --cpus=3-"
	"irqkit pin-queue --root=$queues eth0 al" "irqkit pin-queue --root=$queues eth0 all="
	"irqkit pin-queue --root=$queues -n eth0 0=2 rx-" "irqkit pin-queue --root=$queues -n eth0 0=2 rx-"
	"irqkit pin-queue --root=$roots/moved-4cpu eth0 rx" "irqkit pin-queue --root=$roots/moved-4cpu eth0 rx-0="
	"irq-pin-queue --root=$queues eth0 0=fi" "irq-pin-queue --root=$queues eth0 0=first-threads"
	"irqkit rps --root=$roots/moved-4cpu eth0 --queues=" "irqkit rps --root=$roots/moved-4cpu eth0 --queues=0"
	"irqkit xps --root=$queues eth2 --queues 0,7" "irqkit xps --root=$queues eth2 --queues 0,7"
	"irqkit -j sh" "irqkit -j show "
	'irqkit apply cmd/mai' 'irqkit apply cmd/main.c '
	'irq-check man/irqkit.c' 'irq-check man/irqkit.conf.5 '
	'irqkit metrics --file=cmd/mai' 'irqkit metrics --file=cmd/main.c '
	'irqkit doctor --level=me' 'irqkit doctor --level=medium '
	'irqkit doctor --explain=load-' 'irqkit doctor --explain=load-uneven '
	'irqkit doctor --ignore load-uneven,one-cpu-s' 'irqkit doctor --ignore load-uneven,one-cpu-serves-all '
	"irqkit channels --root=$roots/moved-4cpu eth" "irqkit channels --root=$roots/moved-4cpu eth0 "
	"irqkit isolate --root=$queues all,^fi" "irqkit isolate --root=$queues all,^first-threads"
	"irqkit isolate --root=$queues 2-3 --only=irqs,rp" "irqkit isolate --root=$queues 2-3 --only=irqs,rps"
	'irqkit top --weigh=pa' 'irqkit top --weigh=packets '
	"irqkit who --root=$root eth0-r" "irqkit who --root=$root eth0-rx-0 "
	"irqkit save --root=$root eth0-r" "irqkit save --root=$root eth0-rx-0 "
	'irqkit policy completio' 'irqkit policy completions/'
	"irqkit --root=$root show LO" "irqkit --root=$root show LOC "
	"irqkit help sp" "irqkit help spread "
	"irqkit --root $root help und" "irqkit --root $root help undo "
)
typed=() become=()
for ((i = 0; i < ${#zsh_lines[@]}; i += 2)); do
	typed+=("${zsh_lines[i]}") become+=("${zsh_lines[i + 1]}")
done
if command -v zsh >/dev/null; then
	mapfile -t got < <(HOME=$tmp zsh -f "$tmp/type.zsh" "${typed[@]}" 2>&1)
fi
for ((i = 0; i < ${#typed[@]}; i++)); do
	if command -v zsh >/dev/null; then
		same "zsh: $(title "${typed[i]}")" "${become[i]}" "${got[i]-}"
	else
		skip "zsh: $(title "${typed[i]}")" "no zsh"
	fi
done
unchanged zsh
empty "zsh: no name was run" "$(find . -maxdepth 1 -name x)"
finish
