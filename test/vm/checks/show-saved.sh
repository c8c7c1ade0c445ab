#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux dom0 guest
# What capture.sh saves is shown as the machine itself is.
sh /vm/capture.sh saved
show --root saved
jq -c '.interrupts[] | [.irq, .affinity, .effective, .node, .movable, .immovable, .chip, .hwirq, .trigger, .actions]' json >from-saved
show
jq -c '.interrupts[] | [.irq, .affinity, .effective, .node, .movable, .immovable, .chip, .hwirq, .trigger, .actions]' json >from-live
same from-saved from-live
