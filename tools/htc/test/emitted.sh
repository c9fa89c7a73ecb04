#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The emitted C of one template is exactly what was once read and found good.
# usage: emitted.sh HTC DIRECTORY; after a wanted change: htc literals.ht, and copy its output
htc=$1
dir=$2
out=$(mktemp -d) || exit 1
trap 'rm -rf "$out"' EXIT
"$htc" "$dir/literals.ht" "$out" &&
    diff "$dir/literals.ht.h.expected" "$out/literals.ht.h" &&
    diff "$dir/literals.ht.c.expected" "$out/literals.ht.c"
