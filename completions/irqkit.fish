# fish completion for irqkit and its links irq-show, ... Everything is asked of the program.

function __irqkit_command
    set -l words (commandline -opc)
    set -l name (string replace -r '^.*/' '' -- $words[1])
    switch $name
        case 'irq-*'
            string replace 'irq-' '' -- $name
        case '*'
            test (count $words) -ge 2; and echo $words[2]
    end
end

function __irqkit_options
    set -l command (__irqkit_command)
    test -n "$command"; or return
    irqkit $command --help 2>/dev/null | string match -rag -- '(?:^|[ ,])(--[a-z][a-z0-9-]+)' | sort -u
end

function __irqkit_columns
    irqkit (__irqkit_command) --help 2>/dev/null | sed -n '/^Columns:/,/^$/p' | string match -ra '\b[A-Z][A-Z_]+\b' | sort -u
end

function __irqkit_targets
    irqkit show --all --quiet --raw --noheadings -o IRQ,NAME 2>/dev/null | string match -rv '\\\\' | string split ' ' | string match -v -- - | sort -u
    echo all
end

complete -c irqkit -f
complete -c irqkit -n 'test (count (commandline -opc)) -eq 1' -a '(irqkit --list-commands 2>/dev/null) --help --version --list-commands --install'
for __irqkit_program in irqkit irq-(irqkit --list-commands 2>/dev/null)
    complete -c $__irqkit_program -f -n 'test -n "(__irqkit_command)"' -a '(__irqkit_options)'
    complete -c $__irqkit_program -f -n 'test -n "(__irqkit_command)"' -a '(__irqkit_targets)'
    complete -c $__irqkit_program -l root -r -a '(__fish_complete_directories)'
    complete -c $__irqkit_program -l color -x -a 'auto always never'
    complete -c $__irqkit_program -s o -l output -x -a '(__irqkit_columns)'
    complete -c $__irqkit_program -l sort -x -a '(__irqkit_columns)'
end
set -e __irqkit_program
