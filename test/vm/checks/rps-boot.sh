#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# Three lines of rc.local, at boot: no terminal, no environment, quiet, and the right exit status.
dev=eth0
[ "$ROLE" = guest ] || dev=$(link 1)
cat >rc.local <<E
#!/bin/sh -e
irqkit spread $dev -q
irqkit rps $dev --auto --flows=512 -q
irqkit xps $dev --auto -q
exit 0
E
path=$(command -v irqkit)
got=0
env -i PATH="${path%/*}:/bin:/sbin:/usr/bin:/usr/sbin" setsid sh rc.local </dev/null >out 2>&1 || got=$?
eq "$got" 0 "exit status ($(cat out))"
eq "$(wc -c <out | tr -d ' ')" 0 'bytes of output'
irqkit undo --list --json >json
eq "$(jq -r '[.journal[] | select(.undone | not) | select(.undoes | not)] | length >= 2' json)" true 'changes that can be undone'
# One that cannot be: rc.local ends there, and says so.
echo 'irqkit rps no-such-device --auto -q' >>rc.local
sed -i '/^exit 0/d' rc.local
got=0
env -i PATH="${path%/*}:/bin:/sbin:/usr/bin:/usr/sbin" setsid sh rc.local </dev/null >out 2>&1 || got=$?
eq "$got" 3 'exit status'
eq "$(wc -l <out | tr -d ' ')" 1 "lines of output ($(cat out))"
while irqkit undo -q 2>/dev/null; do :; done
