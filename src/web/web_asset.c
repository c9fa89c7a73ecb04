/* SPDX-License-Identifier: Apache-2.0 */
/* Static files, embedded in the program: an ETag each, revalidated by the browser. */
#include "web/web_private.h"

#include <sodium.h>

struct asset {
    const struct embedded *file;
    char etag[20]; /* "\"16 hex\"" */
    const char *media_type;
};

static const char *media_type_of(str name)
{
    static const struct {
        str end;
        const char *type;
    } types[] = {
        {S(".css"), "text/css; charset=utf-8"},
        {S(".js"), "text/javascript; charset=utf-8"},
        {S(".svg"), "image/svg+xml"},
        {S(".png"), "image/png"},
    };
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (str_ends(name, types[i].end))
            return types[i].type;
    return "application/octet-stream";
}

err assets_load(struct web *w)
{
    size_t n = 0;
    const struct embedded *files = w->config.assets;
    while (files && files[n].name)
        n++;
    w->assets = calloc(n ? n : 1, sizeof *w->assets);
    if (!w->assets)
        return ERR(NOMEM);
    for (size_t i = 0; i < n; i++) {
        uint8_t hash[crypto_hash_sha256_BYTES];
        struct asset *a = &w->assets[i];
        crypto_hash_sha256(hash, files[i].data, files[i].n);
        a->file = &files[i];
        a->media_type = media_type_of(str_of(files[i].name));
        a->etag[0] = '"';
        hex_of(a->etag + 1, hash, 8);
        a->etag[17] = '"';
    }
    w->n_assets = n;
    return OK;
}

void assets_free(struct web *w)
{
    free(w->assets);
}

static const struct asset *find(const struct web *w, str name)
{
    for (size_t i = 0; i < w->n_assets; i++)
        if (str_eq(str_of(w->assets[i].file->name), name))
            return &w->assets[i];
    return NULL;
}

bool asset_serve(struct web *w, struct http_exchange *x)
{
    str prefix = S("/asset/");
    if (!str_starts(x->path, prefix) || x->method != GET)
        return false;
    const struct asset *a = find(w, str_sub(x->path, prefix.n, x->path.n));
    if (!a)
        return false;
    bool same = str_eq(http_header(x, "if-none-match"), str_of(a->etag));
    x->status = same ? 304 : 200;
    http_set(x, "Content-Type", str_of(a->media_type));
    http_set(x, "ETag", str_of(a->etag));
    http_set(x, "Cache-Control", S("public, max-age=600"));
    http_set(x, "X-Content-Type-Options", S("nosniff"));
    http_set(x, "Content-Security-Policy", S("default-src 'none'; style-src 'self'; sandbox"));
    x->fixed = same ? (struct bytes){(const uint8_t *)"", 0}
                    : (struct bytes){a->file->data, a->file->n};
    return true;
}
