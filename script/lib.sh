# SPDX-License-Identifier: Apache-2.0
# What the scripts share; sourced by them, never run. Makes the top of the repository the working
# directory and puts the folders in the path that a normal user of Debian lacks.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C.UTF-8

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
stop() { say "$@"; exit 1; }

# configure DIR OPTION...: a build folder with these options, new or not.
configure() {
    local dir=$1 again=()
    shift
    [[ -f $dir/build.ninja ]] && again=(--reconfigure)
    meson setup "${again[@]}" "$dir" "$@"
}

build_release() {
    CC=gcc configure build --buildtype=release -Dwerror=true
    ninja -C build
}

build_asan() { # more options
    # Anything a sanitizer finds ends the program.
    export ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1
    CC=clang configure build-asan --buildtype=debugoptimized -Darena=malloc \
        -Db_sanitize=address,undefined -Db_lundef=false "$@"
    ninja -C build-asan
}
