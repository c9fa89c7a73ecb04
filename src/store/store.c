/* SPDX-License-Identifier: Apache-2.0 */
/* Opening, reading connections and settings. */
#include "store/store.h"

#include "store/examine.h"
#include "store/snapshot.h"

enum { MAX_READERS = 64 };

struct store {
    char *url, *blobs, *keys;
    struct vault *vault;
    struct writer *writer;
    struct handoff *handoff;
    struct tx_clock clock;
    int lock;
    int applied;
    pthread_key_t key;
    pthread_mutex_t mutex;
    struct db *readers[MAX_READERS];
    size_t n_readers;
};

static usec wall_clock(void *ctx)
{
    (void)ctx;
    return usec_now();
}

static str url_of(const struct store *s)
{
    return str_of(s->url);
}

static err tell(err e, str *why, str text)
{
    if (why->n == 0)
        *why = text;
    return e;
}

static err prepare_file(str file, enum store_mode mode, struct arena *a, str *why)
{
    char *path = str_z(a, file);
    if (!path)
        return ERR(NOMEM);
    if (mode != STORE_CREATE)
        return examine_file(file, a, why);
    if (access(path, F_OK) == 0)
        return tell(ERR(CONFLICT), why,
            S("このファイルはもうあります。上書きはしません。別の名前を指定するか、"
              "不要なら先に移してください。"));
    return examine_folder(file, a, why);
}

static bool takes_calls(enum store_mode mode)
{
    return mode == STORE_SERVE || mode == STORE_TAKE_OVER;
}

/* A call of another process (`yagura work` while nobody serves) holds the lock for a moment, which
 * must not keep a server from starting; a server that ends for its successor holds it longer. */
static err take_lock(str file, enum store_mode mode, int *fd)
{
    enum { STEP = 20000 };
    usec most = mode == STORE_TAKE_OVER ? 30 * USEC_SECOND : takes_calls(mode) ? 2 * USEC_SECOND : 0;
    err e = lock_take(file, fd);
    for (usec began = usec_mono(); e.code == ERR_BUSY && usec_mono() - began < most;) {
        usleep(STEP);
        e = lock_take(file, fd);
    }
    return e;
}

/* Takes the lock, opens for writing, brings or checks the tables, starts the writer. */
static err open_writer(struct store *s, str file, enum store_mode mode,
    const struct store_modules *mods, struct arena *a, str *why)
{
    err e = take_lock(file, mode, &s->lock);
    if (err_is(e))
        return tell(e, why, S("ほかの yagura がこのデータベースを使っています。"));
    struct db *db;
    e = db_open(url_of(s), mode == STORE_CREATE ? DB_CREATE : DB_WRITE, &db);
    if (err_is(e))
        return tell(e, why, S("データベースを開けません。場所と権限を確かめてください。"));
    e = mode == STORE_CREATE || mode == STORE_MIGRATE
        ? migrate_up(db, mods->migrations, mods->n_migrations, a, s->clock.now(s->clock.ctx),
              mods->watch, &s->applied, why)
        : migrate_check(db, mods->migrations, mods->n_migrations, a, why);
    if (err_is(e)) {
        db_close(db);
        if (mode == STORE_CREATE)
            snapshot_drop(file, a);
        return tell(e, why,
            S("データベースの表を用意できません。途中までの変更は取り消しました。"
              "ディスクの空きを確かめてください。"));
    }
    return writer_start(db, s->clock, &s->writer);
}

/* FILE.blobs */
static err name_blobs(struct store *s, str file)
{
    size_t n = file.n + sizeof ".blobs";
    s->blobs = calloc(1, n);
    if (!s->blobs)
        return ERR(NOMEM);
    snprintf(s->blobs, n, "%.*s.blobs", STR_F(file));
    return OK;
}

/* FILE.keys, unless main says where. */
static err name_keys(struct store *s, str file, str keys)
{
    size_t n = (keys.n ? keys.n : file.n) + sizeof ".keys";
    s->keys = calloc(1, n);
    if (!s->keys)
        return ERR(NOMEM);
    snprintf(s->keys, n, "%.*s%s", STR_F(keys.n ? keys : file), keys.n ? "" : ".keys");
    return OK;
}

/* What things are sealed with; empty: nothing is sealed. */
static err sealed_with(struct db *db, struct arena *a, str *name)
{
    *name = STR_NONE;
    err e = setting_get(db, a, S(STORE_VAULT), name);
    return e.code == ERR_NOTFOUND ? OK : e;
}

static enum store_keys keys_state(err opened, str name, str sealed)
{
    if (err_is(opened))
        return opened.code != ERR_NOTFOUND ? KEYS_UNREADABLE : sealed.n ? KEYS_MISSING : KEYS_NONE;
    return sealed.n == 0 ? KEYS_UNUSED : str_eq(name, sealed) ? KEYS_FIT : KEYS_OTHER;
}

/* Once something was sealed, a missing or another file is not replaced by a new one. */
static err look_vault(const struct store *s, struct db *db, struct arena *a, bool makes, struct store_keys_state *out,
    struct vault **vault)
{
    *vault = NULL;
    *out = (struct store_keys_state){.file = str_dup(a, str_of(s->keys))};
    TRY(sealed_with(db, a, &out->sealed));
    err e = vault_open(out->file, makes && out->sealed.n == 0, vault);
    if (e.code == ERR_NOMEM)
        return e;
    if (err_is(e))
        *vault = NULL;
    else
        out->name = vault_name(*vault, a);
    out->state = keys_state(e, out->name, out->sealed);
    return OK;
}

static str refusal(struct arena *a, const struct store_keys_state *k)
{
    if (k->state == KEYS_OTHER)
        return str_fmt(a, "サーバーの鍵のファイル %.*s は、このデータベースに封をした鍵ではありません（鍵の名前は %.*s、"
            "要るのは %.*s）。正しい鍵の写しを同じ場所に戻すか、--keys で場所を指定してください。写しがないときは、"
            "このファイルを別の場所に移せば、封をした内容のほかは使えます。",
            STR_F(k->file), STR_F(k->name), STR_F(k->sealed));
    return str_fmt(a, "サーバーの鍵のファイル %.*s を読めません。所有者と権限（600）を確かめてください。鍵のファイルで"
        "なければ、正しい鍵の写しを戻してください。", STR_F(k->file));
}

static err open_vault(struct store *s, struct arena *a, enum store_mode mode, str *why)
{
    struct db *db;
    struct store_keys_state k;
    TRY(store_reader(s, &db));
    TRY(look_vault(s, db, a, mode == STORE_CREATE || takes_calls(mode), &k, &s->vault));
    if (k.state == KEYS_OTHER) {
        vault_free(s->vault);
        s->vault = NULL;
    }
    if (takes_calls(mode) && (k.state == KEYS_OTHER || k.state == KEYS_UNREADABLE))
        return tell(ERR(CONFLICT), why, refusal(a, &k));
    return OK;
}

err store_keys(struct store *s, struct db *db, struct arena *a, struct store_keys_state *out)
{
    struct vault *v;
    TRY(look_vault(s, db, a, false, out, &v));
    vault_free(v);
    return OK;
}

err store_keys_make(struct store *s, struct arena *a)
{
    struct db *db;
    struct vault *v;
    struct store_keys_state k;
    TRY(store_reader(s, &db));
    TRY(look_vault(s, db, a, true, &k, &v));
    vault_free(v);
    return OK;
}

static err open_all(struct store *s, enum store_mode mode, const struct store_modules *mods,
    struct arena *a, str *why)
{
    str file;
    err e = db_url_file(url_of(s), &file);
    if (err_is(e))
        return tell(e, why, S("--db は sqlite:ファイル名 の形で指定してください。"));
    TRY(name_blobs(s, file));
    TRY(name_keys(s, file, mods->keys));
    TRY(prepare_file(file, mode, a, why));
    if (mode == STORE_READ) {
        struct db *db;
        TRY(store_reader(s, &db));
        TRY(migrate_check(db, mods->migrations, mods->n_migrations, a, why));
        return open_vault(s, a, mode, why);
    }
    TRY(open_writer(s, file, mode, mods, a, why));
    TRY(open_vault(s, a, mode, why));
    if (takes_calls(mode))
        TRY(handoff_start(file, s->writer, mods->calls, mods->n_calls, &s->handoff));
    return OK;
}

err store_open(str url, enum store_mode mode, const struct store_modules *mods,
    struct tx_clock clock, struct arena *a, struct store **out, str *why)
{
    struct store *s = calloc(1, sizeof *s);
    *why = STR_NONE;
    if (!s)
        return ERR(NOMEM);
    s->url = strndup(url.p, url.n);
    s->clock = clock.now ? clock : (struct tx_clock){wall_clock, NULL};
    s->lock = -1;
    pthread_mutex_init(&s->mutex, NULL);
    BUG_IF(pthread_key_create(&s->key, NULL) != 0);
    err e = s->url ? open_all(s, mode, mods, a, why) : ERR(NOMEM);
    if (err_is(e)) {
        store_close(s);
        return tell(e, why, S("データベースを開けません。"));
    }
    *out = s;
    return OK;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    handoff_stop(s->handoff);
    for (size_t i = 0; i < s->n_readers; i++)
        db_close(s->readers[i]);
    writer_stop(s->writer); /* the last to close leaves nothing in the log */
    lock_drop(s->lock);
    pthread_key_delete(s->key);
    pthread_mutex_destroy(&s->mutex);
    vault_free(s->vault);
    free(s->blobs);
    free(s->keys);
    free(s->url);
    free(s);
}

err store_reader(struct store *s, struct db **out)
{
    struct db *db = pthread_getspecific(s->key);
    if (!db) {
        TRY(db_open(url_of(s), DB_READ, &db));
        pthread_mutex_lock(&s->mutex);
        bool room = s->n_readers < MAX_READERS;
        if (room)
            s->readers[s->n_readers++] = db;
        pthread_mutex_unlock(&s->mutex);
        if (!room) {
            db_close(db);
            return ERR(LIMIT);
        }
        pthread_setspecific(s->key, db);
    }
    *out = db;
    return OK;
}

struct writer *store_writer(struct store *s)
{
    return s->writer;
}

str store_blobs(const struct store *s)
{
    return str_of(s->blobs);
}

const struct vault *store_vault(const struct store *s)
{
    return s->vault;
}

usec store_now(struct store *s)
{
    return s->clock.now(s->clock.ctx);
}

int store_applied(const struct store *s)
{
    return s->applied;
}

/* ── calls of other processes ── */

static err call_here(str url, const struct store_modules *mods, const struct call *call, str in,
    struct buf *out, struct arena *a, str *why)
{
    struct store *s;
    TRY(store_open(url, STORE_OWN, mods, (struct tx_clock){0}, a, &s, why));
    err e = call_run(s->writer, call, a, in, out);
    store_close(s);
    return e;
}

err store_call(str url, const struct store_modules *mods, const char *name, str in,
    struct buf *out, struct arena *a, str *why)
{
    str file;
    *why = STR_NONE;
    const struct call *call = call_find(mods->calls, mods->n_calls, str_of(name));
    BUG_IF(!call);
    TRY(db_url_file(url, &file));
    /* The owner may start or stop between the two attempts: try each a few times. */
    for (int attempt = 0; attempt < 20; attempt++) {
        bool reached;
        err e = handoff_send(file, name, in, out, &reached);
        if (!reached)
            e = call_here(url, mods, call, in, out, a, why);
        if (reached || e.code != ERR_BUSY)
            return e;
        usleep(100000);
    }
    return ERR(BUSY);
}

/* ── settings ── */

err setting_get(struct db *db, struct arena *a, str name, str *value)
{
    DB_ONE(db, r, SQL("SELECT value FROM setting WHERE name=$1"), V(name));
    *value = row_str(a, &r, 0);
    return OK;
}

err setting_put(struct tx *tx, str name, str value)
{
    return db_exec(tx,
        SQL("INSERT INTO setting (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value=excluded.value"),
        V(name, value));
}
