#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# Every row of /proc/interrupts is shown, and no other, with a total from that before to that after.
counts | awk '$2 == "total"' >before
show --all
counts | awk '$2 == "total"' >after
jq -r '.interrupts[] | "\(.label) total \(.total)"' json >shown
between before shown after
