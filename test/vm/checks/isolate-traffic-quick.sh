#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: linux-8
# The check isolate-traffic, with 5 seconds of traffic.
seconds=5
. /vm/checks/isolate-traffic.sh
