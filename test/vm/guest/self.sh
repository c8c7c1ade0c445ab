# shellcheck shell=dash
# The machines of the test bed's own test.
start() {
	:
}
