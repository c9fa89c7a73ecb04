/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing until it is done. */
#include "core/file.h"

#include <fcntl.h>

err file_error(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ERR(FULL) : ERR(IO);
}

err file_put(int fd, const void *p, size_t n)
{
    const uint8_t *from = p;
    while (n > 0) {
        ssize_t put = write(fd, from, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? file_error() : ERR(IO);
        from += put;
        n -= (size_t)put;
    }
    return OK;
}

err file_get(int fd, int64_t from, void *p, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n) {
        ssize_t k = pread(fd, (uint8_t *)p + *got, n - *got, from + (int64_t)*got);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return ERR(IO);
        if (k == 0)
            break;
        *got += (size_t)k;
    }
    return OK;
}

err file_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc == 0 ? OK : file_error();
}

err file_sync_above(const char *path)
{
    char above[4096];
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return file_sync_folder(".");
    if (n >= sizeof above)
        return ERR(LIMIT);
    memcpy(above, path, n);
    above[n] = 0;
    return file_sync_folder(above);
}

err file_line(const char *path, bool secret, char *dst, size_t max, size_t *n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | (secret ? O_NOFOLLOW : 0));
    if (fd < 0)
        return ERR(NOTFOUND);
    bool own = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (!secret || (st.st_mode & 077) == 0);
    err e = own ? file_get(fd, 0, dst, max, n) : ERR(DENIED);
    close(fd);
    TRY(e);
    size_t end = 0;
    while (end < *n && dst[end] != '\r' && dst[end] != '\n')
        end++;
    if (end == max)
        return ERR(LIMIT);
    *n = end;
    dst[end] = 0;
    return end ? OK : ERR(INVALID);
}

err file_read(struct arena *a, str path, size_t max, str *out)
{
    struct stat st;
    size_t got = 0;
    char *name = str_z(a, path);
    if (!name)
        return ERR(NOMEM);
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? ERR(NOTFOUND) : errno == EACCES ? ERR(DENIED) : ERR(IO);
    bool good = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    size_t size = good && (size_t)st.st_size <= max ? (size_t)st.st_size : max + 1;
    char *text = good ? arena_alloc(a, size + 1) : NULL;
    err e = !good ? ERR(IO) : text ? file_get(fd, 0, text, size, &got) : ERR(NOMEM);
    close(fd);
    *out = (str){text, got};
    return e;
}
