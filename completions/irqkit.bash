# bash completion for irqkit and its links irq-show, ... Everything is asked of the program.

_irqkit() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local program=irqkit command words
	COMPREPLY=()

	case ${1##*/} in
	irq-*)
		command=${1##*/} command=${command#irq-}
		;;
	*)
		program=$1
		if [ "$COMP_CWORD" -eq 1 ]; then
			words=$("$program" --list-commands 2>/dev/null)
			words="$words --help --version --list-commands --install"
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
			return
		fi
		command=${COMP_WORDS[1]}
		[ "$command" != --install ] || { mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return; }
		;;
	esac

	# `--option=` is three words to readline: the option, = and what follows.
	if [ "$cur" = = ]; then
		cur=
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $prev in
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$cur")
		return
		;;
	-o | --output | --sort)
		words=$("$program" "$command" --help 2>/dev/null |
			sed -n '/^Columns:/,/^$/p' | grep -oE '\<[A-Z][A-Z_]+\>' | sort -u)
		# after the last comma or the sign
		local before=${cur%"${cur##*[,+-]}"}
		mapfile -t COMPREPLY < <(compgen -P "$before" -W "$words" -- "${cur##*[,+-]}")
		compopt -o nospace 2>/dev/null
		return
		;;
	esac

	case $cur in
	-*)
		words=$("$program" "$command" --help 2>/dev/null |
			grep -oE -- '(^|[ ,])--[a-z][a-z0-9-]+=?' | tr -d ' ,' | sort -u)
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
		case ${COMPREPLY[*]} in *=) compopt -o nospace 2>/dev/null ;; esac
		;;
	*)
		# names of handlers and numbers; those with blanks or escapes are left out
		# shellcheck disable=SC1003 # a backslash it is
		words=$("$program" show --all --quiet --raw --noheadings -o IRQ,NAME 2>/dev/null |
			grep -v '\\' | tr ' ' '\n' | grep -v '^-$' | sort -u)
		mapfile -t COMPREPLY < <(compgen -W "$words all chip:" -- "$cur")
		;;
	esac
}

complete -F _irqkit irqkit
while IFS= read -r _irqkit_command; do
	complete -F _irqkit "irq-$_irqkit_command"
done < <(irqkit --list-commands 2>/dev/null)
unset _irqkit_command
