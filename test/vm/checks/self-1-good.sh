#!/bin/sh
# on: self-*
# A check that passes.
true
