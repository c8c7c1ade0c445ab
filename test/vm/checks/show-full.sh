#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux guest
# What could not be written is not a success.
[ -c /dev/full ] || skip 'no /dev/full'
! irqkit show >/dev/full 2>err || fail 'no word of a full disk'
[ -s err ] || fail 'no message'
! irqkit show --json >/dev/full 2>/dev/null || fail 'no word of a full disk, in JSON'
