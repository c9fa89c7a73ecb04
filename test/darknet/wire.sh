#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# test/darknet/wire.sh FOLDER: a network of its own with a wire from d0 to d1, until standard input ends.
# FOLDER/net is the process in whose network others are to start (nsenter).
# shellcheck source=own_net.sh
source "${BASH_SOURCE[0]%/*}/own_net.sh"
ip link add d0 type veth peer name d1
ip link set d1 promisc on up
ip link set d0 up
echo $$ >"$1/net.new"
mv "$1/net.new" "$1/net"
cat >/dev/null
