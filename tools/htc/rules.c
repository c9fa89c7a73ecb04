/* SPDX-License-Identifier: Apache-2.0 */
/* Elements and attributes that are refused, or that need a companion (WCAG 2.1, JIS X 8341-3). */
#include "rules.h"

bool rules_same(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++) {
        if (tolower((unsigned char)a.p[i]) != tolower((unsigned char)b.p[i]))
            return false;
    }
    return true;
}

static bool is_in(const char *const *list, size_t n, str name)
{
    for (size_t i = 0; i < n; i++) {
        if (rules_same(str_of(list[i]), name))
            return true;
    }
    return false;
}

bool rules_is_void(str element)
{
    static const char *const list[] = {"area", "base", "br", "col", "embed", "hr", "img", "input",
        "link", "meta", "param", "source", "track", "wbr"};
    return is_in(list, COUNT_OF(list), element);
}

bool rules_is_rcdata(str element)
{
    return rules_same(element, S("textarea")) || rules_same(element, S("title"));
}

bool rules_keeps_blanks(str element)
{
    return rules_same(element, S("textarea")) || rules_same(element, S("pre"));
}

bool rules_is_foreign(str element)
{
    return rules_same(element, S("svg")) || rules_same(element, S("math"));
}

bool rules_is_url(str attr)
{
    static const char *const list[] = {"href", "src", "action", "formaction", "poster", "cite",
        "data", "ping", "manifest", "background", "longdesc", "usemap", "icon", "codebase",
        "classid", "archive", "profile", "dynsrc", "lowsrc", "itemid", "xlink:href", "xml:base"};
    return is_in(list, COUNT_OF(list), attr);
}

struct refusal {
    const char *name;
    const char *why;
};

static const struct refusal elements[] = {
    {"style", "the CSP allows no inline styles; put them into the style sheet"},
    {"base", "it redirects every URL of the page; remove it"},
    {"iframe", "no page embeds another; link to it"},
    {"frame", "no page embeds another; link to it"},
    {"frameset", "no page embeds another; link to it"},
    {"portal", "no page embeds another; link to it"},
    {"object", "plug-ins are not allowed; use <img> or a link"},
    {"embed", "plug-ins are not allowed; use <img> or a link"},
    {"applet", "plug-ins are not allowed; use <img> or a link"},
    {"xmp", "obsolete, and read as raw text; use <pre>"},
    {"listing", "obsolete, and read as raw text; use <pre>"},
    {"plaintext", "obsolete, and read as raw text; use <pre>"},
    {"noembed", "obsolete, and read as raw text; remove it"},
    {"noframes", "obsolete, and read as raw text; remove it"},
    {"foreignobject", "HTML inside of SVG is not followed here; remove it"},
    {"set", "it can change URLs while the page is shown; remove it"},
    {"animate", "it can change URLs while the page is shown; remove it"},
};

static const struct refusal attrs[] = {
    {"style", "the CSP allows no inline styles; use a class"},
    {"srcdoc", "no page embeds another; remove it"},
    {"http-equiv", "headers are sent by the server; remove it"},
    {"srcset", "lists of URLs are not followed here; use src"},
    {"imagesrcset", "lists of URLs are not followed here; use href"},
    {"formmethod", "write the method on the <form>, where {{csrf}} is checked"},
};

err rules_element(struct markup *m, str name, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(elements); i++) {
        if (rules_same(name, str_of(elements[i].name)))
            return unit_fail(m->u, at, "<%s> is refused: %s", elements[i].name, elements[i].why);
    }
    return OK;
}

err rules_attr(struct markup *m, str name, size_t at)
{
    if (rules_same(str_sub(name, 0, 2), S("on")))
        return unit_fail(m->u, at,
            "the attribute '%.*s' is refused: the CSP allows no inline scripts", SHOW(name));
    for (size_t i = 0; i < COUNT_OF(attrs); i++) {
        if (rules_same(name, str_of(attrs[i].name)))
            return unit_fail(m->u, at, "the attribute '%s' is refused: %s", attrs[i].name,
                attrs[i].why);
    }
    return OK;
}

/* An attribute that is always there, not only inside an {{#if}}. */
static const struct attr *attr_always(const struct tag *t, str name)
{
    for (int i = 0; i < t->n; i++) {
        if (t->attrs[i].block == t->block && rules_same(t->attrs[i].name, name))
            return &t->attrs[i];
    }
    return NULL;
}

static err check_img(struct markup *m)
{
    const struct attr *a = attr_always(&m->tag, S("alt"));
    if (a && a->has_value)
        return OK;
    return unit_fail(m->u, m->tag.at, "<img> needs alt=\"…\" outside of {{#if}}; "
        "write alt=\"\" when the picture says nothing");
}

static err check_th(struct markup *m)
{
    if (attr_always(&m->tag, S("scope")))
        return OK;
    return unit_fail(m->u, m->tag.at, "<th> needs scope=\"col\" or scope=\"row\"");
}

static err check_script(struct markup *m)
{
    if (attr_always(&m->tag, S("src")))
        return OK;
    return unit_fail(m->u, m->tag.at,
        "<script> needs src=\"…\"; the CSP allows no inline scripts");
}

static err remember(struct markup *m, struct label **list, str raw)
{
    struct label *l = ARENA_NEW(m->u->arena, struct label);
    if (!l)
        return ERR(NOMEM);
    *l = (struct label){raw, m->tag.at, *list};
    *list = l;
    return OK;
}

static err check_label(struct markup *m)
{
    const struct attr *a = attr_always(&m->tag, S("for"));
    return a ? remember(m, &m->labels, a->raw) : OK;
}

static bool has_text(const struct attr *a)
{
    return a && str_trim(a->raw).n > 0;
}

static err check_control(struct markup *m)
{
    const struct tag *t = &m->tag;
    if (has_text(attr_always(t, S("aria-label"))) || has_text(attr_always(t, S("aria-labelledby"))))
        return OK;
    const struct attr *id = attr_always(t, S("id"));
    if (!has_text(id))
        return unit_fail(m->u, t->at, "<%.*s> needs a label: an id with <label for>, or aria-label",
            SHOW(t->name));
    return remember(m, &m->controls, id->raw);
}

static err check_input(struct markup *m)
{
    static const char *const buttons[] = {"hidden", "submit", "button", "reset"};
    const struct attr *type = attr_always(&m->tag, S("type"));
    if (type && is_in(buttons, COUNT_OF(buttons), type->raw))
        return OK;
    if (type && rules_same(type->raw, S("image")))
        return unit_fail(m->u, m->tag.at, "<input type=\"image\"> is refused: use <button>");
    return check_control(m);
}

static err check_form(struct markup *m)
{
    struct open *form = &m->open[m->now.n_open - 1];
    for (int i = 0; i < m->now.n_open - 1; i++) {
        if (rules_same(m->open[i].name, S("form")))
            return unit_fail(m->u, m->tag.at,
                "a form inside a form is not a form; close the first");
    }
    for (int i = 0; i < m->tag.n; i++) {
        const struct attr *a = &m->tag.attrs[i];
        if (!rules_same(a->name, S("method")))
            continue;
        bool post = rules_same(a->raw, S("post"));
        if (!post && !rules_same(a->raw, S("get")) && !rules_same(a->raw, S("dialog")))
            return unit_fail(m->u, a->at,
                "the method of a form is \"get\", \"post\" or \"dialog\"");
        if (post && a->block != m->tag.block)
            return unit_fail(m->u, a->at, "method=\"post\" cannot depend on an {{#if}}");
        form->post |= post;
    }
    return OK;
}

err rules_start_tag(struct markup *m)
{
    static const struct {
        const char *element;
        err (*check)(struct markup *);
    } checks[] = {
        {"form", check_form},      {"img", check_img},   {"input", check_input},
        {"label", check_label},    {"script", check_script}, {"select", check_control},
        {"textarea", check_control}, {"th", check_th},
    };
    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        if (rules_same(m->tag.name, str_of(checks[i].element)))
            return checks[i].check(m);
    }
    return OK;
}

err rules_labels(struct markup *m)
{
    for (const struct label *c = m->controls; c; c = c->next) {
        const struct label *l = m->labels;
        while (l && !str_eq(l->raw, c->raw))
            l = l->next;
        if (!l)
            return unit_fail(m->u, c->at, "no <label for=\"%.*s\"> in this template", SHOW(c->raw));
    }
    return OK;
}
