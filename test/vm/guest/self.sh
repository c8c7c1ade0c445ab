# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# The machines of the test bed's own test.
start() {
	:
}
