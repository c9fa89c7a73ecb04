#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# bench/darknet_live.sh FOLDER YAGURA SENDER CAPTURE COUNT PER_SECOND ARGUMENT…: yagura darknet watch on one end of
# a wire in a network of its own, COUNT frames of CAPTURE onto the other: as fast as it goes (PER_SECOND 0), or so
# slowly that each line can be given the time (µs since 1970) when it was read. FOLDER/sent is what the sender says,
# FOLDER/out what was told, FOLDER/cpu the watcher's user and system time before and after, in clock ticks,
# FOLDER/memory its most in kB.
set -euo pipefail
if [[ ${YAGURA_INSIDE:-} != 1 ]]; then
    sudo=()
    [[ $EUID -eq 0 ]] || sudo=(sudo -n)
    exec "${sudo[@]}" env YAGURA_INSIDE=1 unshare --net "$0" "$@"
fi
folder=$1 yagura=$2 sender=$3 capture=$4 count=$5 rate=$6
shift 6
export PATH=$PATH:/usr/sbin:/sbin
ip link add d0 type veth peer name d1
ip link set d1 promisc on up
ip link set d0 up
stamp() { # too slow for many lines: the watcher would wait for it
    if [[ $rate -eq 0 ]]; then exec cat; fi
    while IFS= read -r line; do printf '%s %s\n' "${EPOCHREALTIME/./}" "$line"; done
}
"$yagura" darknet watch --iface d1 "$@" > >(stamp >"$folder/out") 2>"$folder/err" &
watch=$!
trap 'kill $watch 2>/dev/null || true' EXIT
for ((i = 0; i < 100; i++)); do
    if grep -q 見ています "$folder/err"; then break; fi
    sleep 0.1
done
ticks() { sed 's/.*) //' "/proc/$watch/stat" | cut -d' ' -f12,13; }
ticks >"$folder/cpu"
timeout 60 "$sender" d0 "$capture" "$count" "$rate" >"$folder/sent"
sleep 1.5
ticks >>"$folder/cpu"
sed -n 's/VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$watch/status" >"$folder/memory"
kill -TERM $watch
wait $watch || true
for ((i = 0; i < 50; i++)); do # the last line is still on its way
    if tail -n 1 "$folder/out" | grep -q kernel_seen; then break; fi
    sleep 0.1
done
