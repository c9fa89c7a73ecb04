/* SPDX-License-Identifier: Apache-2.0 */
/* darknet_send INTERFACE CAPTURE COUNT [PER_SECOND]: frames of a pcap file (Ethernet, this machine's byte order)
 * onto an interface as fast as the kernel takes them, or as slowly as told, from the beginning again when
 * they are used up, COUNT in all. One JSON object: how many, in how many seconds; when the first went (µs since 1970). */
#include "core/err.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, FRAMES_MOST = 1 << 20, FILE_HEADER = 24, RECORD_HEADER = 16 };

static struct iovec frame[FRAMES_MOST];

static double clock_now(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static size_t read_frames(const char *name)
{
    struct stat st;
    int fd = open(name, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) != 0)
        fail(name);
    size_t size = (size_t)st.st_size, have = 0, n = 0;
    uint8_t *p = malloc(size + 1);
    for (ssize_t got = 1; p && have < size && got > 0; have += got > 0 ? (size_t)got : 0)
        got = read(fd, p + have, size - have);
    for (size_t at = FILE_HEADER; p && n < FRAMES_MOST && have - at > RECORD_HEADER && at < have; n++) {
        uint32_t kept;
        memcpy(&kept, p + at + 8, sizeof kept);
        if (kept > have - at - RECORD_HEADER)
            break;
        frame[n] = (struct iovec){p + at + RECORD_HEADER, kept};
        at += RECORD_HEADER + kept;
    }
    if (n == 0)
        fail("no frames");
    close(fd);
    return n;
}

static int open_interface(const char *name)
{
    int one = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);
    struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(name)};
    const void *address = &to;
    if (fd < 0 || bind(fd, address, sizeof to) != 0)
        fail(name);
    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
    return fd;
}

/* Waits until so many may have gone. */
static void wait_for(double began, uint64_t sent, uint64_t rate)
{
    double ahead = rate ? (double)sent / (double)rate - (clock_now(CLOCK_MONOTONIC) - began) : 0;
    if (ahead > 0) {
        struct timespec t = {(time_t)ahead, (long)((ahead - (double)(time_t)ahead) * 1e9)};
        nanosleep(&t, NULL);
    }
}

int main(int argc, char **argv)
{
    static struct mmsghdr message[BATCH];
    if (argc < 4) {
        fprintf(stderr, "darknet_send INTERFACE CAPTURE COUNT [PER_SECOND]\n");
        return 64;
    }
    size_t frames = read_frames(argv[2]);
    uint64_t count = strtoull(argv[3], NULL, 10), rate = argc > 4 ? strtoull(argv[4], NULL, 10) : 0, sent = 0;
    int fd = open_interface(argv[1]);
    double first = clock_now(CLOCK_REALTIME), began = clock_now(CLOCK_MONOTONIC);
    while (sent < count) {
        size_t n = count - sent < BATCH ? (size_t)(count - sent) : BATCH;
        if (rate && n > 1 + rate / 1000) /* a millisecond's worth at once */
            n = 1 + rate / 1000;
        for (size_t i = 0; i < n; i++)
            message[i].msg_hdr = (struct msghdr){.msg_iov = &frame[(sent + i) % frames], .msg_iovlen = 1};
        wait_for(began, sent, rate);
        int done = sendmmsg(fd, message, (unsigned)n, 0);
        if (done < 0 && errno != ENOBUFS && errno != EINTR)
            fail("sendmmsg");
        sent += done > 0 ? (uint64_t)done : 0;
    }
    printf("{\"sent\":%llu,\"seconds\":%.4f,\"first\":%.0f}\n", (unsigned long long)sent,
        clock_now(CLOCK_MONOTONIC) - began, first * 1e6);
    return 0;
}
