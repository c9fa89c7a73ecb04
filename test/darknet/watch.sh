#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/darknet/watch.sh FOLDER YAGURA ARGUMENT…: yagura darknet watch on one end of a wire, real scanners on
# the other, in a network of its own; the interface goes down and up in between. FOLDER/status is what
# the kernel says of the process, FOLDER/out what it told, FOLDER/rc how it ended.
# shellcheck source=own_net.sh
source "${BASH_SOURCE[0]%/*}/own_net.sh"
folder=$1 yagura=$2
shift 2
mac=02:00:00:00:00:01
up() {
    ip link set d0 up
    ip neigh replace 198.51.100.1 lladdr $mac dev d0
    ip route replace default via 198.51.100.1
}
lines() { # until FOLDER/out has so many
    for ((i = 0; i < 60; i++)); do
        if [[ $(wc -l <"$folder/out") -ge $1 ]]; then return; fi
        sleep 0.1
    done
}
ip link set lo up
ip link add d0 type veth peer name d1
ip link set d0 address 02:00:00:00:00:02
ip link set d1 promisc on up
ip addr add 198.51.100.10/24 dev d0
up
"$yagura" darknet watch --iface d1 "$@" >"$folder/out" 2>"$folder/err" &
watch=$!
for ((i = 0; i < 100; i++)); do
    if grep -q 見ています "$folder/err"; then break; fi
    sleep 0.1
done
cp "/proc/$watch/status" "$folder/status"
timeout 30 masscan 203.0.113.0/24 -p445 --rate 5000 --wait 0 --adapter d0 --adapter-ip 198.51.100.10 \
    --router-mac $mac >/dev/null 2>&1 </dev/null || true
lines 1
ip link set d1 down
sleep 0.3
ip link set d1 promisc on up
up
timeout 20 hping3 -q -S -A -s 80 -k --faster -c 40 203.0.113.9 -I d0 >/dev/null 2>&1 || true
lines 2
kill -TERM $watch
rc=0
wait $watch || rc=$?
echo $rc >"$folder/rc"
