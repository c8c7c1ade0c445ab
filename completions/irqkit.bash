# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for irqkit and its links irq-show, ...
#
# It gets everything from the program: commands, options, columns, interrupts, CPUs. Names
# from the kernel are quoted, and never evaluated.
# shellcheck shell=bash

# _irqkit_unquote WORD: REPLY is WORD as the shell reads it, QUOTE the quote that is still open
_irqkit_unquote() {
	local i c
	REPLY='' QUOTE=''
	for ((i = 0; i < ${#1}; i++)); do
		c=${1:i:1}
		case $QUOTE$c in
		"'" | '"') QUOTE=$c ;;
		"''" | '""') QUOTE='' ;;
		\\ | \"\\) i=$((i + 1)) REPLY+=${1:i:1} ;;
		*) REPLY+=$c ;;
		esac
	done
}

# RAW: the words before the cursor as they were typed. Bash splits words at the : and = of
# COMP_WORDBREAKS; they are joined again. A < or > is a word of its own.
_irqkit_words() {
	local rest=${COMP_LINE:0:COMP_POINT} piece i
	RAW=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		piece=${COMP_WORDS[i]}
		if [[ $i -eq 0 || $rest == [[:space:]]* || $piece == [\<\>]* || ${RAW[-1]} == *[\<\>] ]]; then
			rest=${rest#"${rest%%[![:space:]]*}"}
			RAW+=('')
		fi
		[[ $rest == "$piece"* ]] || piece=$rest # the cursor is within the word
		RAW[${#RAW[@]} - 1]+=$piece
		rest=${rest:${#piece}}
	done
}

# _irqkit_program WORD: PROGRAM is the irqkit that WORD runs, if there is one
_irqkit_program() {
	local path PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
	case $1 in \~/*) set -- "$HOME/${1#*/}" ;; esac
	path=$(type -P -- "$1")
	if [[ ${1##*/} == irq-* ]]; then
		path=$(readlink -f -- "$path" 2>/dev/null)
		[[ $path ]] || path=$(type -P irqkit)
	fi
	PROGRAM=$path
	[[ $PROGRAM ]]
}

# _irqkit_options [COMMAND]: sets OPTIONS, the kind of their values in ARGUMENT[], and USAGE
_irqkit_options() {
	local line
	# no ranges such as a-z: in a Turkish locale, a-z does not contain i
	local option='^ +(-[[:alnum:]], )?(--[[:lower:]][[:lower:][:digit:]-]*)(\[=[[:upper:]]+\]|[= ]([[:upper:]]+))?(  .*)?$'
	OPTIONS=() USAGE=''
	while IFS= read -r line; do
		[[ $line == Usage:* ]] && USAGE=$line
		[[ $line =~ $option ]] || continue
		OPTIONS+=("${BASH_REMATCH[2]}")
		# the SECONDS of --wait are optional and must follow the =, so they are no word
		[[ ${BASH_REMATCH[4]} == SECONDS ]] && continue
		ARGUMENT[${BASH_REMATCH[2]}]=${BASH_REMATCH[4]}
		[[ ${BASH_REMATCH[1]} ]] && ARGUMENT[${BASH_REMATCH[1]%, }]=${BASH_REMATCH[4]}
	done < <("$PROGRAM" "$@" --help 2>/dev/null)
}

# _irqkit_show ARGUMENT...: runs `irqkit show` on the root of the command line
_irqkit_show() {
	"$PROGRAM" show ${ROOT:+"--root=$ROOT"} "$@" 2>/dev/null
}

# _irqkit_columns [TYPED]: the columns that are not in TYPED, a list that ends with a comma
_irqkit_columns() {
	local text column
	local -a all harmless=()
	# A command that writes must not run: with these options it writes nothing.
	[[ " ${OPTIONS[*]} " != *' --dry-run '* ]] || harmless+=(--dry-run)
	[[ " ${OPTIONS[*]} " != *' --list '* ]] || harmless+=(--list)
	text=$("$PROGRAM" "$COMMAND" "${harmless[@]}" ${ROOT:+"--root=$ROOT"} "${LAYOUT[@]}" -o '?' 2>&1)
	[[ $text == *': the columns are '* ]] || return
	IFS=', ' read -r -a all <<<"${text##*: the columns are }"
	for column in "${all[@]}"; do
		[[ ,$1 == *",$column,"* ]] || REPLIES+=("$column")
	done
}

# _irqkit_numbers PREFIX [FROM]: the numbers of interrupts
_irqkit_numbers() {
	local irq
	while read -r irq; do
		[[ $irq =~ ^[0-9]+$ && $irq -ge ${2-0} ]] && REPLIES+=("$1$irq")
	done < <(_irqkit_show --raw --noheadings -o IRQ)
}

# _irqkit_printable FIELD: REPLY is the text of a field of raw output, if it can be printed
_irqkit_printable() {
	[[ $1 != - ]] && printf -v REPLY %b "$1" && [[ $REPLY != *[![:print:]]* ]]
}

# _irqkit_names [PREFIX]: the names of handlers and rows. A name that irqkit would read as
# something else gets the prefix name:.
_irqkit_names() {
	local label names one before
	local -A seen=()
	while read -r label names; do
		if [[ $label != [0-9]* ]]; then
			names=$label # not its description
		fi
		while [[ $names ]]; do # a, b, c
			one=${names%%",\x20"*}
			names=${names#"$one"}
			names=${names#",\x20"}
			_irqkit_printable "$one" || continue
			before=${1-}
			[[ $REPLY =~ ^([0-9]+(-[0-9]*)?|all|(irq|dev|pci|name|chip|driver):.*|-.*)$ ]] && before=name:
			[[ ${seen[x$REPLY]-} ]] || REPLIES+=("$before$REPLY")
			seen[x$REPLY]=1
		done
	done < <(_irqkit_show --all --raw --noheadings -o IRQ,NAME)
}

# _irqkit_fields PREFIX COLUMN: the values of a column, each once
_irqkit_fields() {
	local field
	while read -r field; do
		_irqkit_printable "$field" && REPLIES+=("$1$REPLY")
	done < <(_irqkit_show --raw --noheadings -o "$2" | sort -u)
}

# _irqkit_queues PREFIX DEVICE: DEVICE:rx-0, ...
_irqkit_queues() {
	local field
	while read -r field; do
		REPLIES+=("$1$2:$field")
	done < <(_irqkit_show --queues --raw --noheadings -o QUEUE -- "dev:$2")
}

_irqkit_targets() {
	local name
	case $1 in
	chip:*) _irqkit_fields chip: CHIP ;;
	driver:*) _irqkit_fields driver: DRIVER ;;
	pci:*/*)
		name=0
		while read -r _; do
			REPLIES+=("${1%/*}/$((name++))")
		done < <(_irqkit_show --raw --noheadings -o IRQ -- "${1%/*}")
		;;
	pci:*)
		local -a all=("${REPLIES[@]}")
		REPLIES=()
		_irqkit_fields pci: DEVICE
		for name in "${REPLIES[@]}"; do
			[[ $name != *:*:*.* ]] || all+=("$name")
		done
		REPLIES=("${all[@]}")
		;;
	dev:*:*)
		name=${1#dev:}
		_irqkit_queues dev: "${name%%:*}"
		;;
	dev:*) _irqkit_fields dev: DEVICE ;;
	name:*) _irqkit_names name: ;;
	irq:*[0-9]-* | [0-9]*-*)
		local from=${1%%-*}
		[[ ${from#irq:} =~ ^[0-9]{1,9}$ ]] && _irqkit_numbers "$from-" "$((10#${from#irq:}))"
		[[ $1 == irq:* ]] || _irqkit_names
		;;
	irq:*) _irqkit_numbers irq: ;;
	*)
		_irqkit_numbers ''
		_irqkit_names
		[[ $1 == *:* ]] && _irqkit_queues '' "${1%%:*}"
		_irqkit_fields '' DEVICE
		REPLIES+=(all irq: dev: pci: name: chip: driver:)
		;;
	esac
}

# The network interfaces, except names that cannot be printed
_irqkit_devices() {
	local device
	for device in "${ROOT%/}"/sys/class/net/*; do
		device=${device##*/}
		[[ $device == '*' || $device == *[![:print:]]* ]] || REPLIES+=("$device")
	done
}

# _irqkit_cpus SET: the words of a SET; CPUs if a number has been begun
_irqkit_cpus() {
	local before=${1%"${1##*,}"} from=0 cpu online
	case ${1##*,} in '^'*) before+=^ ;; esac
	if [[ ${1#"$before"} != [0-9]* ]]; then
		while read -r cpu online; do
			REPLIES+=("$before$cpu")
		done < <("$PROGRAM" mask --words ${ROOT:+"--root=$ROOT"} 2>/dev/null)
		return
	fi
	before=${1%"${1##*[,^-]}"}
	[[ $before =~ ([0-9]{1,9})-$ ]] && from=$((10#${BASH_REMATCH[1]} + 1))
	while read -r cpu online; do
		[[ $online == yes && $cpu -ge $from ]] && REPLIES+=("$before$cpu")
	done < <(_irqkit_show --by-cpu --raw --noheadings -o CPU,ONLINE)
}

# _irqkit_queue_numbers [rx|tx]: the numbers of the queues of the interface that is named
_irqkit_queue_numbers() {
	local queue
	[[ ${PLAIN[0]-} ]] || return
	while read -r queue; do
		[[ ! ${1-} || $queue == "$1"-* ]] && NUMBERS+=("${queue#??-}")
	done < <(_irqkit_show --queues --raw --noheadings -o QUEUE -- "dev:${PLAIN[0]}")
}

# _irqkit_queue_list LIST: the queues of `rps --queues` and `xps --queues`
_irqkit_queue_list() {
	local before=${1%"${1##*[,-]}"} direction number
	local -a NUMBERS=()
	[[ $COMMAND == xps ]] && direction=tx || direction=rx
	_irqkit_queue_numbers $direction
	for number in "${NUMBERS[@]}"; do
		REPLIES+=("$before$number")
	done
}

# _irqkit_pins TYPED: 0= rx-0= tx-0= all=, and the SET after the =
_irqkit_pins() {
	local number reply
	local -a NUMBERS=() sets=()
	compopt -o nospace 2>/dev/null
	if [[ $1 == *=* ]]; then
		_irqkit_cpus "${1#*=}"
		sets=("${REPLIES[@]}") REPLIES=()
		for reply in "${sets[@]}"; do
			REPLIES+=("${1%%=*}=$reply")
		done
		return
	fi
	_irqkit_queue_numbers
	for number in "${NUMBERS[@]}"; do
		REPLIES+=("$number=")
	done
	_irqkit_queue_numbers_of rx
	_irqkit_queue_numbers_of tx
	REPLIES+=(all=)
}

# _irqkit_queue_numbers_of rx|tx
_irqkit_queue_numbers_of() {
	local number
	local -a NUMBERS=()
	_irqkit_queue_numbers "$1"
	for number in "${NUMBERS[@]}"; do
		REPLIES+=("$1-$number=")
	done
}

# The changes that can be undone
_irqkit_changes() {
	mapfile -t REPLIES < <("$PROGRAM" undo --list ${ROOT:+"--root=$ROOT"} --raw --noheadings -o NUMBER 2>/dev/null)
}

# _irqkit_states TEXT: what compare takes: files, folders, and the word now
_irqkit_states() {
	compopt -o filenames 2>/dev/null
	IS_FILE=1
	mapfile -t REPLIES < <(compgen -f -- "$1")
	REPLIES+=(now)
}

# _irqkit_value ARGUMENT TEXT: REPLIES for the value of an option, of which TEXT is typed
_irqkit_value() {
	local before word
	case $1 in
	DIR)
		compopt -o filenames 2>/dev/null
		mapfile -t REPLIES < <(compgen -d -- "$2")
		;;
	FILE)
		compopt -o filenames 2>/dev/null
		mapfile -t REPLIES < <(compgen -f -- "$2")
		;;
	WHEN) REPLIES=(auto always never) ;;
	CLASS) REPLIES=(info low medium high broken) ;;
	ID | IDS)
		[[ $1 == ID ]] || before=${2%"${2##*,}"}
		while read -r word _; do
			REPLIES+=("${before-}$word")
		done < <("$PROGRAM" doctor --list 2>/dev/null)
		;;
	POLICY) REPLIES=(queue load load= total irq hint) ;;
	UNIT) REPLIES=(time packets interrupts) ;;
	NODE) REPLIES=(local any) ;;
	LIST)
		compopt -o nospace 2>/dev/null
		if [[ $COMMAND == isolate ]]; then
			for word in irqs threads rps xps workqueues default irqbalance; do
				REPLIES+=("${2%"${2##*,}"}$word")
			done
		else
			_irqkit_queue_list "$2"
		fi
		;;
	SET)
		compopt -o nospace 2>/dev/null
		_irqkit_cpus "$2"
		;;
	COLUMN | COLUMNS)
		if [[ $1 == COLUMNS ]]; then
			compopt -o nospace 2>/dev/null
			before=${2%"${2##*[,+]}"}
		else
			before=${2%%[^+-]*}
		fi
		before=${before^^}
		_irqkit_columns "${before#+}"
		REPLIES=("${REPLIES[@]/#/"$before"}")
		;;
	esac
}

# _irqkit_read_words WORD...: reads the words between the command and the cursor. PENDING is
# the option whose value comes next, PLAIN are the words that are not options.
_irqkit_read_words() {
	local word letter
	for word; do
		if [[ $PENDING ]]; then
			[[ $PENDING == --root ]] && ROOT=$word
			PENDING=''
			continue
		fi
		case $word in
		*) [[ ! $ENDED ]] || { PLAIN+=("$word"); continue; } ;;&
		--) ENDED=1 ;;
		[!-]*) PLAIN+=("$word") ;;
		--root=*) ROOT=${word#*=} ;;
		--by-cpu | --per-cpu) LAYOUT+=("$word") ;;
		--*=*) ;;
		--*) [[ ${ARGUMENT[$word]-} ]] && PENDING=$word ;;
		-?*)
			while word=${word:1} && [[ $word ]]; do
				letter=-${word:0:1}
				[[ ${ARGUMENT[$letter]-} ]] || continue
				[[ ${#word} -gt 1 ]] || PENDING=$letter
				break
			done
			;;
		esac
	done
}

# _irqkit_reply TYPED REPLACED TEXT: adds the REPLIES that begin with TEXT to COMPREPLY, in
# the form in which readline inserts them instead of REPLACED, the end of the word TYPED
_irqkit_reply() {
	local reply before typed=$3
	_irqkit_unquote "${1%"$2"}"
	before=${REPLY#"${OPTION_PART}"}
	local -A given=()
	for reply in "${REPLIES[@]}"; do
		[[ ! ${given[x$reply]-} ]] || continue
		given[x$reply]=1
		[[ ${reply:0:${#typed}} == "$typed" || ${reply:0:${#typed}} == "${typed^^}" ]] || continue
		reply=${reply:${#before}}
		case $QUOTE in
		"'") [[ $reply != *"'"* ]] || continue ;;
		'"') [[ $reply != *[\"\$\`\\!]* ]] || continue ;;
		*) [[ $IS_FILE || $reply != *[![:alnum:]_.,:=@%+^/-]* ]] || printf -v reply %q "$reply" ;;
		esac
		COMPREPLY+=("$reply")
	done
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[=:] ]] || compopt -o nospace 2>/dev/null
}

# The options before the command; first is the place of the command
_irqkit_skip_leading() {
	local word
	while [[ $first -lt $last && ${WORDS[first]} == -* ]]; do
		word=${WORDS[first]}
		case $word in
		--root) ROOT=${WORDS[first + 1]} ;;
		--root=*) ROOT=${word#*=} ;;
		esac
		[[ ! ${ARGUMENT[$word]-} ]] || first=$((first + 1))
		first=$((first + 1))
	done
}

# The word at the cursor is the command, an option before it, or the value of one.
_irqkit_first_word() {
	local option
	if [[ $first -gt $last ]]; then
		_irqkit_value "${ARGUMENT[${WORDS[last - 1]}]-}" "$text"
		IS_FILE=1
	elif [[ $text == --*=* ]]; then
		OPTION_PART=${text%%=*}=
		option=${ARGUMENT[${text%%=*}]-}
		text=${text#*=}
		[[ $option != DIR ]] || IS_FILE=1
		_irqkit_value "$option" "$text"
	else
		mapfile -t REPLIES < <("$PROGRAM" --list-commands 2>/dev/null)
		REPLIES+=(help)
		for option in "${OPTIONS[@]}"; do
			REPLIES+=("$option${ARGUMENT[$option]:+=}")
		done
	fi
}

_irqkit() {
	local REPLY QUOTE PROGRAM COMMAND='' ROOT='' PENDING='' ENDED='' USAGE='' OPTION_PART='' IS_FILE=''
	local -a RAW WORDS=() OPTIONS=() LAYOUT=() REPLIES=() PLAIN=()
	local -A ARGUMENT=()
	local word text last option first=1
	COMPREPLY=()

	_irqkit_words
	for word in "${RAW[@]}"; do
		_irqkit_unquote "$word"
		WORDS+=("$REPLY")
	done
	last=$((${#WORDS[@]} - 1))
	text=${WORDS[last]}
	if [[ $last -gt 0 && ${RAW[last - 1]} == *[\<\>] ]]; then
		compopt -o default 2>/dev/null
		return
	fi
	_irqkit_program "${WORDS[0]}" || return

	word=${WORDS[0]##*/}
	if [[ $word == irq-* ]]; then
		COMMAND=${word#irq-}
		WORDS=("${WORDS[@]:1:last - 1}")
	else
		_irqkit_options
		_irqkit_skip_leading
		if [[ $first -ge $last ]]; then
			_irqkit_first_word
			_irqkit_reply "${RAW[last]}" "$2" "$text"
			return
		fi
		COMMAND=${WORDS[first]}
		WORDS=("${WORDS[@]:first + 1:last - first - 1}")
		if [[ $COMMAND == help ]]; then
			[[ ${#WORDS[@]} -gt 0 ]] || mapfile -t REPLIES < <("$PROGRAM" --list-commands 2>/dev/null)
			_irqkit_reply "${RAW[last]}" "$2" "$text"
			return
		fi
	fi

	_irqkit_options "$COMMAND"
	_irqkit_read_words "${WORDS[@]}"
	case $ROOT in \~/*) ROOT=$HOME/${ROOT#*/} ;; esac
	option=${PENDING:+${ARGUMENT[$PENDING]}}
	if [[ ! $PENDING && ! $ENDED && $text == --*=* ]]; then
		option=${ARGUMENT[${text%%=*}]-}
		OPTION_PART=${text%%=*}=
		text=${text#*=}
	fi
	if [[ $PENDING || $OPTION_PART ]]; then
		[[ $option != DIR && $option != FILE ]] || IS_FILE=1
		_irqkit_value "$option" "$text"
	elif [[ ! $ENDED && $text == -* ]]; then
		for option in "${OPTIONS[@]}"; do
			REPLIES+=("$option${ARGUMENT[$option]:+=}")
		done
	elif [[ $USAGE == *' BEFORE AFTER'* ]]; then
		_irqkit_states "$text"
	elif [[ $USAGE == *'[FILE...]'* ]]; then
		IS_FILE=1
		_irqkit_value FILE "$text"
	elif [[ $USAGE == *' DEVPATH '* ]]; then
		IS_FILE=1
		[[ ${#PLAIN[@]} -gt 0 ]] || _irqkit_value DIR "$text"
	elif [[ $USAGE == *' DEV '* && ${PLAIN[0]-} ]]; then
		_irqkit_pins "$text"
	elif [[ $USAGE == *[\ \[]DEV* ]]; then
		_irqkit_devices
	elif [[ $USAGE == *TARGET* ]]; then
		_irqkit_targets "$text"
	elif [[ $USAGE == *NUMBER* ]]; then
		_irqkit_changes
	elif [[ $USAGE =~ (LIST|SET) ]]; then
		_irqkit_value "${BASH_REMATCH[1]}" "$text"
	fi
	_irqkit_reply "${RAW[last]}" "$2" "$text"
}

complete -F _irqkit irqkit
# Also completes the links, and the name under which bash-completion found this file.
_irqkit_links() {
	local PROGRAM command
	case ${1##*/} in irq-*) complete -F _irqkit "${1##*/}" ;; esac
	_irqkit_program irqkit || return 0
	while read -r command; do
		complete -F _irqkit "irq-$command"
	done < <("$PROGRAM" --list-commands 2>/dev/null)
}
_irqkit_links "${BASH_SOURCE[0]}"
unset -f _irqkit_links
