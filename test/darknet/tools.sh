#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/darknet/tools.sh FOLDER: what the real programs send, as captures FOLDER/NAME.pcap. Runs in a
# network of its own (unshare), whose one wire leads nowhere: nothing leaves the machine.
# shellcheck source=own_net.sh
source "${BASH_SOURCE[0]%/*}/own_net.sh"
folder=$1
mac=02:00:00:00:00:01
ip link set lo up
ip link add d0 type veth peer name d1 # nobody listens there
ip link set d0 address 02:00:00:00:00:02 up
ip link set d1 up
ip addr add 198.51.100.10/24 dev d0
ip addr add 2001:db8:1::10/64 dev d0 nodad
ip neigh add 198.51.100.1 lladdr $mac dev d0
ip neigh add 2001:db8:1::1 lladdr $mac dev d0
ip route add default via 198.51.100.1
ip -6 route add default via 2001:db8:1::1

capture() { # name command...
    local name=$1 dump i
    shift
    tcpdump -Z root -i d0 -Q out -w "$folder/$name.pcap" -U --immediate-mode '(ip or ip6) and not host 198.51.100.1' 2>"$folder/dump.log" &
    dump=$!
    for ((i = 0; i < 100; i++)); do
        if grep -q 'listening on' "$folder/dump.log"; then break; fi
        sleep 0.05
    done
    timeout -k 5 20 "$@" >"$folder/$name.log" 2>&1 </dev/null || true
    sleep 0.2
    kill -INT $dump
    wait $dump || true
}
scan=(zmap -i d0 -G "$mac" -S 198.51.100.10 --cooldown-time=0 -r 5000 -o /dev/null -b /dev/null -q)
nmap=(nmap -Pn -n --max-retries 1 --min-rate 1000)
capture zmap "${scan[@]}" -p 445 203.0.113.0/24
capture zmap-icmp "${scan[@]}" --probe-module=icmp_echoscan 203.0.113.0/25
capture zmap-udp "${scan[@]}" --probe-module=udp -p 53 --probe-args=text:abc 203.0.113.0/25
capture masscan masscan 203.0.113.0/24 -p445,3389 --rate 5000 --wait 0 --adapter d0 --adapter-ip 198.51.100.10 --router-mac $mac
capture nmap "${nmap[@]}" -sS -p 445,22 203.0.113.0/26
capture nmap-down "${nmap[@]}" -sS -p 1-300 203.0.113.7
capture nmap-connect "${nmap[@]}" -sT -T4 -p 445 203.0.113.0/26
capture nmap-udp "${nmap[@]}" -sU -p 53,123,161,500 203.0.113.0/27
capture nmap-xmas "${nmap[@]}" -sX -p 22,80 203.0.113.0/27
capture nmap-ack "${nmap[@]}" -sA -p 22,80 203.0.113.0/27
capture nmap-decoy "${nmap[@]}" -sS -D 198.51.100.77,ME -p 445 203.0.113.0/26
capture nmap-6 "${nmap[@]}" -6 -sS -p 22,445 2001:db8:dead::/122
capture nmap-ping nmap -n -sn -T4 --max-retries 1 --min-rate 1000 203.0.113.0/27
capture syn-ack hping3 -q -S -A -s 80 -k --faster -c 40 --rand-dest 203.0.113.x -I d0
# shellcheck disable=SC2016
capture syslog bash -c 'for i in $(seq 20); do echo "<14>test" >/dev/udp/203.0.113.5/514; done'
# shellcheck disable=SC2016
capture connect bash -c 'for i in $(seq 40); do (timeout 1 bash -c "echo >/dev/tcp/203.0.113.$i/445") 2>/dev/null & done; wait'
rm -f "$folder"/*.log
