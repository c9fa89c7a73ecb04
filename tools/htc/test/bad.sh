#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every template in bad/ is refused with the message its first line expects, and leaves no output.
# usage: bad.sh HTC DIRECTORY
htc=$1
dir=$2
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
out=$work/out
mkdir "$out"
failed=0

complain() {
    echo "$1"
    failed=1
}

# refuse FILE EXPECTED
refuse() {
    name=$(basename "$1")
    touch "$out/$name.h" "$out/$name.c" # of an earlier run
    said=$("$htc" "$1" "$out" 2>&1)
    code=$?
    [ "$code" -eq 1 ] || complain "$1: exit code $code instead of 1"
    case $said in
    "$1":*"$2"*) ;;
    *) complain "$1: expected '$2' but htc said: $said" ;;
    esac
    [ -z "$(ls "$out")" ] || complain "$1: output remains"
    rm -f "$out"/*
}

for file in "$dir"/*.ht; do
    expected=$(sed -n '1s/^{{! expect: \(.*\) }}$/\1/p' "$file")
    [ -n "$expected" ] || complain "$file: no {{! expect: … }} on its first line"
    refuse "$file" "$expected"
done

# What cannot be a file in bad/: a wrong name, no file, too many bytes.
echo '{{view}}{{/view}}' >"$work/Wrong-name.ht"
refuse "$work/Wrong-name.ht" '1:1: a template file is named'
refuse "$work/absent.ht" 'No such file'
{ echo '{{view}}{{/view}}'; head -c 1048576 /dev/zero | tr '\0' 'x'; } >"$work/large.ht"
refuse "$work/large.ht" '1:1: the file is larger than 1 MiB'

# A full disk is noticed although nothing is wrong with the template.
echo '{{view}}{{/view}}' >"$work/disk.ht"
ln -s /dev/full "$out/disk.ht.c"
said=$("$htc" "$work/disk.ht" "$out" 2>&1) && complain 'a full disk went unseen'
case $said in
*'No space left'*) ;;
*) complain "full disk: htc said: $said" ;;
esac
[ -z "$(ls "$out")" ] || complain 'a full disk leaves output'
exit "$failed"
