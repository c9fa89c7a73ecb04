# SPDX-License-Identifier: Apache-2.0
# Sourced first by the scripts here: the script goes on in a network of its own (unshare), whose wires lead
# nowhere, so that nothing leaves the machine. YAGURA_INSIDE=1: it is there already.
# shellcheck shell=bash
set -euo pipefail
if [[ ${YAGURA_INSIDE:-} != 1 ]]; then
    sudo=()
    [[ $EUID -eq 0 ]] || sudo=(sudo -n)
    exec "${sudo[@]}" env YAGURA_INSIDE=1 unshare --net "$0" "$@"
fi
export PATH=$PATH:/usr/sbin:/sbin
