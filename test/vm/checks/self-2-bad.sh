#!/bin/sh
# on: self-*
# A check that fails.
eq "$(printf 'wr\033ong')" right
