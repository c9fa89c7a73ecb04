#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tools/lint/test.sh LINT: makes a small tree that the program LINT accepts, plants one violation
# after another in it, and sees each refused by the check that is for it, and by that one only.
set -euo pipefail
lint=$1
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree"

spdx='SPDX-License-Identifier: Apache-2.0'
c_file() { # path body
    mkdir -p "$(dirname "$1")"
    printf '/* %s */\n/* What this file is for. */\n%b\n' "$spdx" "$2" >"$1"
}
lines() { yes "$2" 2>/dev/null | head -n "$1" || true; }

make_tree() {
    rm -rf ./*
    mkdir -p tools/lint
    cp "$here/floors" "$here/prefixes" tools/lint/
    echo 'size src/org/org_big.c big_table the reason' >tools/lint/allow
    c_file src/core/banned.h '#pragma GCC poison strcpy system'
    c_file src/core/str.c 'int str_n(void)\n{\n    return 1; /* { ( " */\n}\nstatic int x(void) { return 0; }'
    c_file src/web/web.h 'int web_x(void);'
    local m
    for m in org survey darknet; do
        c_file "src/$m/$m.h" "struct ${m}_row {\n    int v;\n};\nint ${m}_x(int (*f)(void));"
        c_file "src/$m/$m.c" "#include \"$m/$m.h\"\n#include \"web/web.h\"\nint ${m}_x(int (*f)(void))\n{\n    return f();\n}"
    done
    c_file src/survey/survey_store.c 'static int a(void) { return q(SQL("SELECT 1")); }'
    c_file src/survey/survey_page.c '#include "survey_item.ht.h"\n#include "org/org.h"\nstatic const char *t = "人 /* SELECT ";'
    c_file src/org/org_big.c "int org_big_table(void)\n{\n$(lines 120 '    f();')\n}"
    c_file src/main/main.c '#include "survey/survey.h"\nint main(void)\n{\n    free(0);\n}'
    for m in core web org survey darknet main; do echo "# $m" >"src/$m/README.md"; done
    echo "-- $spdx" >src/org/0001.txt
    echo '{ "packages": {} }' >package-lock.json
}

# In pieces, so that this file itself is not refused.
later=TO'DO' host=registry'.npmjs.org' shared=..'/shared' work=/wo'rk/a'
# check     path                          what is written there
plants="
shape    | src/survey/other.c              | static int a;
shape    | src/unknown/unknown.c           | static int a;
shape    | src/survey/deep/survey_x.c      | static int a;
include  | src/core/up.c                   | #include \"web/web.h\"
include  | src/org/org_x.c                 | #include \"survey/survey.h\"
include  | src/survey/survey_x.c           | #include \"darknet/darknet.h\"
include  | src/survey/survey_x.c           | #include \"org/org_model.h\"
include  | src/survey/survey_x.c           | #include \"org/org_list.ht.h\"
include  | src/survey/survey_x.c           | #include \"survey_model.h\"
include  | src/survey/test/survey_x_test.c | #include \"darknet/darknet.h\"
prefix   | src/survey/survey_x.c           | int submit(void)\n{\n}
prefix   | src/survey/survey_x.c           | MUST struct err_x *surveyor(int a,\n    int b)\n{\n}
prefix   | src/core/str_x.c                | PRINTF_LIKE(1, 2) void web_f(const char *f, ...)\n{\n}
banned   | src/survey/survey_x.c           | static void f(void)\n{\n    strcpy(a, b);\n}
banned   | tools/x.c                       | static void f(void)\n{\n    system(a);\n}
banned   | src/survey/survey_x.c           | static void f(void)\n{\n    free (a);\n}
banned   | src/core/str_x.c                | static void f(void)\n{\n    assert(a);\n}
banned   | src/core/str_x.c                | static int f; /* $later later */
banned   | src/survey/survey_x.c           | static void f(void)\n{\n    g(scope_system());\n}
banned   | src/core/str_x.c                | static int 人;
size     | src/core/str_x.c                | static void f(void)\n{\n@101\n}
size     | src/core/str_x.c                | @900
licence  | src/org/org_x.c                 | !
licence  | src/org/sql/0001_x.sql          | !SELECT 1;
licence  | src/org/html/org_x.ht           | !<p>
licence  | test/x.mjs                      | !export default 1;
licence  | script/x                        | !#!/bin/sh\necho
licence  | src/org/org_x.c                 | !/* $spdx */\nint org_x;
outside  | doc/x.md                        | !see $host
outside  | script/x                        | !# $spdx\ncp $shared/a b
outside  | test/x.mjs                      | !// $spdx\nread('$work')
sql      | src/survey/survey_page2.c       | static int a(void)\n{\n    return q(SQL(\"SELECT 1\"));\n}
sql      | src/survey/survey_store2.c      | static const char *a = \"SELECT 1\";
sql      | src/survey/survey_x.c           | static int a(void)\n{\n    return sqlite3_step(s);\n}
sql      | src/survey/survey_x.c           | static int a(void)\n{\n    return PQexec(s);\n}
lock     | package-lock.json               | !{ \"resolved\": 1 }
"

run() { find . -type f -printf '%P\0' | "$lint" >out 2>&1; }
make_tree
run || { cat out; echo "lint: selftest: 1 refused"; exit 1; }
bad=0
while IFS='|' read -r check path text; do
    [[ -n $path ]] || continue
    check=${check// /} path=${path// /} text=${text# }
    if [[ $text =~ @([0-9]+) ]]; then
        text=${text/@${BASH_REMATCH[1]}/$(lines "${BASH_REMATCH[1]}" '    ;')}
    fi
    if [[ $text == !* ]]; then
        mkdir -p "$(dirname "$path")"
        printf '%b\n' "${text#!}" >"$path"
    else
        c_file "$path" "$text"
    fi
    run || true
    if [[ $(grep -c 'refused$' out) != 1 ]] || ! grep -q "^lint: $check: [0-9]* refused$" out ||
        ! grep -q "^$path:[0-9]*: " out; then
        echo "tools/lint/test.sh:1: $check does not see this in $path: $text"
        cat out
        bad=$((bad + 1))
    fi
    if [[ $path == package-lock.json ]]; then make_tree; else rm -f "$path"; fi
done <<<"$plants"
rm src/org/README.md
run || grep -q '^src/org/.*: src/org has no README.md' out || bad=$((bad + 1))
if [[ $bad -eq 0 ]]; then echo "lint: selftest: ok"; else echo "lint: selftest: $bad refused"; fi
[[ $bad -eq 0 ]]
