#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/darknet/nat.sh FOLDER: two hosts behind one address (Linux masquerade). One of them looks for
# port 445 of addresses that nobody uses, the other only asks a name server. FOLDER/out.pcap is what is
# seen outside, FOLDER/conntrack.log what the NAT writes (conntrack -E -o timestamp). Runs in networks of
# its own (unshare), whose wire leads nowhere: nothing leaves the machine.
# shellcheck source=own_net.sh
source "${BASH_SOURCE[0]%/*}/own_net.sh"
folder=$1
mac=02:00:00:00:00:01
started=()
trap 'kill "${started[@]}" 2>/dev/null || true' EXIT

host() { # name address: a network of its own behind the router, on a wire of its own
    unshare --net sleep 60 &
    local pid=$! i
    started+=("$pid")
    for ((i = 0; i < 100; i++)); do
        if [[ $(readlink "/proc/$pid/ns/net") != "$(readlink /proc/self/ns/net)" ]]; then break; fi
        sleep 0.02
    done
    ip link add "$1" type veth peer name in0 netns "$pid"
    ip addr add "${2%.*}.1/24" dev "$1"
    ip link set "$1" up
    nsenter --net="/proc/$pid/ns/net" sh -ec "ip addr add $2/24 dev in0; ip link set in0 up; ip route add default via ${2%.*}.1"
    printf -v "$1" %s "$pid"
}
wait_for() { # file text
    local i
    for ((i = 0; i < 100; i++)); do
        if grep -q "$2" "$1" 2>/dev/null; then return; fi
        sleep 0.05
    done
    cat "$1" >&2
    exit 1
}

ip link set lo up
ip link add d0 type veth peer name d1 # nobody listens there
ip link set d0 address 02:00:00:00:00:02 up
ip link set d1 up
ip addr add 198.51.100.10/24 dev d0
ip neigh add 198.51.100.1 lladdr $mac dev d0
ip route add default via 198.51.100.1
echo 1 >/proc/sys/net/ipv4/ip_forward
host ill 192.168.77.20
host well 192.168.78.30
nft -f - <<'NFT'
table ip nat {
    chain out {
        type nat hook postrouting priority 100;
        oifname "d0" masquerade random
    }
}
NFT
tcpdump -Z root -i d0 -Q out -w "$folder/out.pcap" -U --immediate-mode 'ip and not host 198.51.100.1' 2>"$folder/dump.log" &
dump=$!
started+=("$dump")
conntrack -E -o timestamp >"$folder/conntrack.log" 2>"$folder/conntrack.err" &
started+=("$!")
wait_for "$folder/dump.log" 'listening on'
sleep 0.3 # conntrack says nothing when it begins to listen
# shellcheck disable=SC2016,SC2154
nsenter --net="/proc/$well/ns/net" bash -c 'for i in 1 2 3; do echo q >/dev/udp/203.0.113.200/53; done'
# shellcheck disable=SC2016,SC2154
nsenter --net="/proc/$ill/ns/net" bash -c \
    'for i in $(seq 20); do (timeout 0.8 bash -c "echo >/dev/tcp/203.0.113.$i/445") 2>/dev/null & done; wait'
sleep 0.3
kill -INT $dump
wait $dump || true
