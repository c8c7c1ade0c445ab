#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# on: self-*
# A check that is never reached.
true
