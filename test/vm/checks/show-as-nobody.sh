#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# Looking needs no rights: nobody sees what root sees.
show --all
jq -c '[.interrupts[] | [.label, .affinity, .movable, .chip, .actions]]' json >root
chmod 777 .
su nobody -c 'irqkit show --json --all' >json
jq -c '[.interrupts[] | [.label, .affinity, .movable, .chip, .actions]]' json >nobody
same nobody root
