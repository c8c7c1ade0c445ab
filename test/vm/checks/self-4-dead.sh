#!/bin/sh
# on: self-*
# A kernel that dies.
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
