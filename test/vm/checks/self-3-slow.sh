#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: self-*
# limit: 2
# A check that does not end.
sleep 100
