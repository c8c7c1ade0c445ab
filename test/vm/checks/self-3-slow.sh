#!/bin/sh
# on: self-*
# limit: 2
# A check that does not end.
sleep 100
