/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves paths innermost first: loop variables, then the fields of the view. */
#include "scope.h"

static err builtin(struct scope *s, str path, size_t at, struct value *out)
{
    if (s->n == 0)
        return unit_fail(s->u, at, "'%.*s' has a meaning only inside {{#each}}", SHOW(path));
    const struct loop *l = &s->loops[s->n - 1];
    if (str_eq(path, S("@index")))
        *out = (struct value){.type = TYPE_INT, .expr = str_fmt(s->u->arena, "(int64_t)i%d", s->n)};
    else if (str_eq(path, S("@first")))
        *out = (struct value){.type = TYPE_BOOL, .expr = str_fmt(s->u->arena, "i%d == 0", s->n)};
    else if (str_eq(path, S("@last")))
        *out = (struct value){.type = TYPE_BOOL,
            .expr = str_fmt(s->u->arena, "i%d + 1 == %.*s.n", s->n, STR_F(l->list.expr))};
    else
        return unit_fail(s->u, at, "unknown builtin '%.*s'; there are @first, @last and @index",
            SHOW(path));
    return OK;
}

static bool loop_variable(struct scope *s, str name, struct value *out)
{
    for (int i = s->n; i-- > 0;) {
        struct loop *l = &s->loops[i];
        if (!str_eq(l->var, name))
            continue;
        if (l->declaration)
            l->declaration->unused = false;
        *out = (struct value){.field = l->list.field, .pointer = true};
        out->type = l->list.field->view.n != 0 ? TYPE_VIEW : TYPE_OBJ;
        out->expr = str_fmt(s->u->arena, "%.*s_%d", STR_F(name), i + 1);
        return true;
    }
    return false;
}

static err member(struct scope *s, str name, size_t at, struct value *v)
{
    if (v->type == TYPE_VIEW)
        return unit_fail(s->u, at,
            "fields of another template cannot be read; include it with {{>%.*s …}}",
            STR_F(v->field->view));
    if (v->type != TYPE_OBJ)
        return unit_fail(s->u, at, "a %s has no field '%.*s'", unit_type_name(v->type), SHOW(name));
    const struct field *f = unit_field_find(v->field->kids, name);
    if (!f)
        return unit_fail(s->u, at, "unknown field '%.*s'; declare it in {{view}}", SHOW(name));
    str expr = str_fmt(s->u->arena, "%.*s%s%.*s", STR_F(v->expr), v->pointer ? "->" : ".",
        STR_F(name));
    *v = (struct value){.field = f, .type = f->type, .expr = expr};
    return OK;
}

err scope_resolve(struct scope *s, str path, size_t at, struct value *out)
{
    if (str_starts(path, S("@")))
        return builtin(s, path, at, out);
    str rest = path;
    str name = STR_NONE;
    bool known = false;
    do {
        str_cut(&rest, '.', &name);
        if (!unit_is_name(name))
            return unit_fail(s->u, at, "'%.*s' is not a name; write {{field}} or {{item.field}}",
                SHOW(path));
        if (!known && loop_variable(s, name, out)) {
            known = true;
            continue;
        }
        if (!known) {
            *out = (struct value){&s->u->root, TYPE_OBJ, S("v"), true};
            s->code->uses_view = true;
        }
        known = true;
        TRY(member(s, name, at, out));
    } while (rest.n > 0);
    if (path.p[path.n - 1] == '.')
        return unit_fail(s->u, at, "'%.*s' ends in a dot", SHOW(path));
    return OK;
}

err scope_loop_open(struct scope *s, struct value list, str var, size_t at)
{
    if (list.type != TYPE_LIST)
        return unit_fail(s->u, at, "{{#each}} needs a list, this is a %s",
            unit_type_name(list.type));
    if (!unit_is_name(var) || unit_is_reserved(var))
        return unit_fail(s->u, at, "'%.*s' cannot name an item; write {{#each list as item}}",
            SHOW(var));
    int n = s->n + 1;
    code_addf(s->code, OP_OPEN, "for (size_t i%d = 0; i%d < %.*s.n; i%d++) {", n, n,
        STR_F(list.expr), n);
    struct op *op = code_addf(s->code, OP_LINE, "const struct %.*s *%.*s_%d = &%.*s.p[i%d];",
        STR_F(list.field->tag), STR_F(var), n, STR_F(list.expr), n);
    if (op)
        op->unused = true;
    s->loops[s->n++] = (struct loop){.var = var, .list = list, .declaration = op};
    return OK;
}

void scope_loop_close(struct scope *s)
{
    code_add(s->code, OP_CLOSE, S("}"));
    s->n--;
}
