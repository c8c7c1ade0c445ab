# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for irqkit and its links irq-show, ...
#
# It gets everything from the program: commands, options, columns, interrupts, CPUs. fish
# quotes names from the kernel, and they are never evaluated.

# The irqkit that the first word of a command line runs
function __irqkit_program
    set -l path (command -s -- (string replace -r '^~/' "$HOME/" -- $argv[1]))
    if string match -qr '(^|/)irq-[^/]*$' -- $argv[1]
        test -n "$path" && set path (realpath -- $path) || set path (command -s irqkit)
    end
    test -n "$path" || set path (path filter -x /usr/local/sbin/irqkit /usr/sbin/irqkit)[1]
    test -n "$path" && echo $path
end

# OPTION, its short form, the kind of its value and its description, separated by tabs
function __irqkit_options
    $argv --help 2>/dev/null | string replace -rf \
        '^ +(?:(-[A-Za-z0-9]), )?(--[a-z][a-z0-9-]*)(?:\[=[A-Z]+\]|[= ]([A-Z]+))?(?:  +(.*))?$' \
        '$2'\t'$1'\t'$3'\t'$4' |
        # the value is optional and must follow the =, so it is no word
        string replace -r '^([^\t]*\t[^\t]*\t)SECONDS\t' '$1\t'
end

# The text of each field of raw output, if it can be printed
function __irqkit_printable
    while read -l field
        test "$field" != - || continue
        set -l text (string replace -ra '([\'"])' '\\\\$1' -- $field | string unescape)
        # fish stores bytes that are not characters as U+F600 to U+F6FF
        string match -qr '^[^[:cntrl:]\x{f600}-\x{f6ff}]+$' -- $text && printf '%s\n' $text
    end
end

# SHOW...: devices that raise interrupts
function __irqkit_devices
    $argv --raw --noheadings -o DEVICE 2>/dev/null | __irqkit_printable | sort -u
end

# DEVICE SHOW...: DEVICE:rx-0, ...
function __irqkit_queues
    printf '%s\n' $argv[1]:($argv[2..] --queues --raw --noheadings -o QUEUE -- dev:$argv[1] 2>/dev/null)
end

# SHOW...: numbers with their names, names, and prefixes
function __irqkit_targets
    set -l token (commandline -ct)
    set -l rows ($argv --all --raw --noheadings -o IRQ,NAME 2>/dev/null)
    set -l numbers (string match -r '^[0-9]+ .*' -- $rows | string replace ' ' \t | string replace -a '\x20' ' ')
    set -l names (string replace -rf '^[0-9]+ ' '' -- $rows | string split ',\x20' | __irqkit_printable | sort -u)
    set -l labels (string replace -rf '^([^0-9 ][^ ]*) .*' '$1' -- $rows)
    if string match -qr '^(irq:.*|[0-9]+-.*)$' -- $token
        printf '%s\n' (string replace -r '[^:-]*$' '' -- $token)$numbers
    end
    switch $token
        case 'irq:*'
        case 'chip:*'
            $argv --raw --noheadings -o CHIP 2>/dev/null | __irqkit_printable | sort -u | string replace -r '^' chip:
        case 'driver:*'
            $argv --raw --noheadings -o DRIVER 2>/dev/null | __irqkit_printable | sort -u | string replace -r '^' driver:
        case 'pci:*/*'
            set -l function (string replace -r '/[^/]*$' '' -- $token)
            set -l vectors ($argv --raw --noheadings -o IRQ -- $function 2>/dev/null)
            test (count $vectors) -gt 0; and printf "$function/%s\n" (seq 0 (math (count $vectors) - 1))
        case 'pci:*'
            __irqkit_devices $argv | string match -r '^.*:.*:.*\..*' | string replace -r '^' pci:
        case 'dev:*:*'
            __irqkit_queues (string replace -r '^dev:([^:]*):.*' '$1' -- $token) $argv | string replace -r '^' dev:
        case 'dev:*'
            __irqkit_devices $argv | string replace -r '^' dev:
        case 'name:*'
            printf '%s\n' name:$names
        case '*'
            printf '%s\n' $numbers $labels all irq: dev: pci: name: chip: driver:
            __irqkit_devices $argv
            string match -q '*:*' -- $token && __irqkit_queues (string replace -r ':.*' '' -- $token) $argv
            for name in $names
                # a name that irqkit would read as something else
                string match -qr '^([0-9]+(-[0-9]*)?|all|(irq|dev|pci|name|chip|driver):.*|-.*)$' -- $name && set name name:$name
                printf '%s\n' $name
            end
    end
end

# SHOW...: the queues of the interface that is named
function __irqkit_device_queues
    test -n "$__irqkit_device" || return
    $argv --queues --raw --noheadings -o QUEUE -- dev:$__irqkit_device 2>/dev/null
end

# VALUE PROGRAM COMMAND [ROOT]: 0= rx-0= tx-0= all=, and the SET after the =
function __irqkit_pins
    if string match -q '*=*' -- $argv[1]
        printf '%s\n' (string replace -r '=.*' '=' -- $argv[1])(__irqkit_values SET (string replace -r '^[^=]*=' '' -- $argv[1]) $argv[2..])
        return
    end
    set -l queues (__irqkit_device_queues $argv[2] show $argv[4..])
    printf '%s=\n' (string replace -r '^..-' '' -- $queues | sort -un) $queues all
end

# [ROOT]: the network interfaces
function __irqkit_interfaces
    path basename -- (string trim -rc / -- "$argv[1]")/sys/class/net/*
end

# UNDO...: the changes that can be undone: numbers, described by their commands
function __irqkit_changes
    $argv --list --raw --noheadings -o NUMBER,COMMAND 2>/dev/null | while read -l number command
        set command (printf '%s\n' $command | __irqkit_printable)
        printf '%s\t%s\n' $number "$command"
    end
end

# ARGUMENT VALUE COMMAND...: the possible values of an ARGUMENT, of which VALUE is typed
function __irqkit_values
    set -l value $argv[2]
    switch $argv[1]
        case DIR
            __fish_complete_directories $value ''
        case FILE
            __fish_complete_path $value ''
        case CLASS
            printf '%s\n' info low medium high broken
        case ID IDS
            set -l before (test $argv[1] = IDS && string replace -r '[^,]*$' '' -- $value)
            printf '%s\n' "$before"($argv[3] doctor --list 2>/dev/null | string replace -r ' .*' '')
        case WHEN
            printf '%s\n' auto always never
        case POLICY
            printf '%s\n' queue load load= total irq hint
        case UNIT
            printf '%s\n' time packets interrupts
        case NODE
            printf '%s\n' local any
        case LIST
            if test "$argv[4]" = isolate
                set -l before (string replace -r '[^,]*$' '' -- $value)
                printf '%s\n' "$before"{irqs,threads,rps,xps,workqueues,default,irqbalance}
                return
            end
            # the queues of `rps --queues` and `xps --queues`
            set -l before (string replace -r '[^,-]*$' '' -- $value)
            set -l direction (test "$argv[4]" = xps && echo tx || echo rx)
            set -l numbers (__irqkit_device_queues $argv[3] show (string match -- '--root=*' $argv) | string replace -rf "^$direction-" '')
            set -q numbers[1] && printf '%s\n' $before$numbers
        case SET
            # the words of a SET; CPUs if a number has been begun
            set -l before (string replace -r '(\^?)[^,]*$' '$1' -- $value)
            if not string match -qr '(^|,)\^?[0-9][^,]*$' -- $value
                printf '%s\n' $before($argv[3] mask --words (string match -- '--root=*' $argv) 2>/dev/null | string replace -r ' .*' '')
                return
            end
            set before (string replace -r '[^,^-]*$' '' -- $value)
            set -l show $argv[3] show (string match -- '--root=*' $argv)
            set -l cpus ($show --by-cpu --raw --noheadings -o CPU,ONLINE 2>/dev/null | string replace -rf ' yes$' '')
            printf '%s\n' $before$cpus
        case COLUMN COLUMNS
            set -l end (test $argv[1] = COLUMNS && echo '[^,+]*$' || echo '[^+-]*$')
            set -l before (string replace -r -- $end '' $value)
            # A command that writes must not run: with these options it writes nothing.
            set -l harmless (__irqkit_options $argv[3..4] | string match -r '^--(?:dry-run|list)(?=\t)')
            set -l columns ($argv[3..4] $harmless $argv[5..] -o '?' 2>&1 | string replace -rf '.*: the columns are ' '' | string split ', ')
            printf '%s\n' $before$columns
    end
end

function __irqkit_complete
    set -l words (commandline -opc)
    set -l token (commandline -ct)
    set -l program (__irqkit_program $words[1]) || return
    set -l name (string replace -rf '.*/' '' -- /$words[1])
    set -e words[1]
    if string match -q 'irq-*' -- $name
        set -p words (string replace 'irq-' '' -- $name)
    end

    # options may stand before the command
    set -l command
    set -l i 1
    while test $i -le (count $words) && string match -q -- '-*' $words[$i]
        contains -- $words[$i] --root --color --install && set i (math $i + 1)
        set i (math $i + 1)
    end
    if set -q words[$i]
        set command $words[$i]
        set -e words[$i]
    end
    if test "$command" = help
        set -q words[1] || $program --list-commands 2>/dev/null
        return
    end
    set -l options (__irqkit_options $program $command)

    # the words before the cursor: the root, --by-cpu, and an option whose value comes next
    set -l root
    set -l layout
    set -l pending
    set -l ended
    set -l plain
    for word in $words
        if test -n "$pending"
            string match -q -- '--root'\t'*' $pending && set root --root=(string replace -r '^~/' "$HOME/" -- $word)
            set pending
            continue
        end
        switch $word
            case --
                set ended 1
            case '--root=*'
                set root $word
            case --by-cpu --per-cpu
                set -a layout $word
            case '-*'
                set pending (string match -r '^(?:.*\t)?'(string escape --style=regex -- $word)'\t(?:.*\t)?[A-Z]+\t.*' -- $options)
            case '*'
                set -a plain $word
        end
    end

    set -g __irqkit_device $plain[1]
    if test -n "$pending"
        __irqkit_values (string split \t -- $pending)[3] "$token" $program $command $root $layout
    else if test -z "$ended" && string match -q -- '--*=*' $token
        set -l parts (string split -m 1 = -- $token)
        set -l option (string match -r -- '^'(string escape --style=regex -- $parts[1])'\t.*' $options)
        test -n "$option" || return
        set -l values (__irqkit_values (string split \t -- $option)[3] "$parts[2]" $program $command $root $layout)
        printf '%s\n' $parts[1]=$values
    else if test -z "$ended" && string match -q -- '-*' $token
        for option in $options
            set -l parts (string split \t -- $option)
            printf '%s\t%s\n' $parts[1] $parts[4]
            test -n "$parts[2]" && printf '%s\t%s\n' $parts[2] $parts[4]
        end
    else if test -z "$command"
        $program --list-commands 2>/dev/null
        echo help
    else
        switch ($program $command --help 2>/dev/null)[1]
            case '* BEFORE AFTER*'
                echo now
                __fish_complete_path $token ''
            case '*FILE...*'
                __fish_complete_path $token ''
            case '* DEVPATH *'
                set -q plain[1] || __fish_complete_directories $token ''
            case '* DEV QUEUE=SET*'
                if test -n "$__irqkit_device"
                    __irqkit_pins "$token" $program $command $root
                else
                    __irqkit_interfaces (string replace -- '--root=' '' $root)
                end
            case '* DEV*' '*[DEV*'
                __irqkit_interfaces (string replace -- '--root=' '' $root)
            case '*TARGET*'
                __irqkit_targets $program show $root
            case '*NUMBER*'
                __irqkit_changes $program undo $root
            case '*LIST*' '*SET*'
                __irqkit_values SET "$token" $program $command $root
        end
    end
end

# Also completes the links; fish may load this file under the name of one.
begin
    set -l names irqkit (status basename | string replace -rf '^(irq-.*)\.fish$' '$1')
    set -l program (__irqkit_program irqkit) && set -a names irq-($program --list-commands 2>/dev/null)
    for name in $names
        complete -c $name -f -a '(__irqkit_complete)'
    end
end
