#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/plant.sh FILE EXPRESSION: the file with a bug in it, put there by sed on purpose, so that a
# fuzz target can be seen to find one. Refuses when the expression no longer fits the file.
set -eu
text=$(sed "$2" "$1"; echo .)
if [ "$text" = "$(cat "$1"; echo .)" ]; then
    echo "$1: nothing to plant with $2" >&2
    exit 1
fi
printf '%s' "${text%.}"
