#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: self-*
# limit: 5
# A kernel that dies.
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
