/* SPDX-License-Identifier: Apache-2.0 */
/* The ring: blocks that the kernel fills and gives over, and that are given back. */
#include "sensor/live.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

enum {
    BLOCK = 1 << 20,
    BLOCKS = 32,       /* 32 MB: a second of 500,000 small packets */
    FRAME_SPACE = 2048,
    RETIRE = 50,       /* ms after which a block that is not full is given over */
};

struct live {
    int fd;
    uint8_t *ring;
    unsigned block;    /* the one that is read, or waited for */
    unsigned left;     /* frames of it not given out yet; 0 before it is begun */
    const uint8_t *at; /* the next of them */
    bool mine;         /* the block has not been given back */
    uint16_t link;
    struct live_stats stats;
};

static struct tpacket_block_desc *block_of(struct live *l)
{
    void *p = l->ring + (size_t)l->block * BLOCK;
    return p;
}

static err find(struct live *l, const char *name, struct sockaddr_ll *to)
{
    struct ifreq r = {0};
    if (strlen(name) >= sizeof r.ifr_name)
        return ERR(NOTFOUND);
    memcpy(r.ifr_name, name, strlen(name));
    if (ioctl(l->fd, SIOCGIFINDEX, &r) != 0)
        return errno == ENODEV ? ERR(NOTFOUND) : ERR(IO);
    *to = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
        .sll_ifindex = r.ifr_ifindex};
    if (ioctl(l->fd, SIOCGIFHWADDR, &r) != 0)
        return ERR(IO);
    bool framed = r.ifr_hwaddr.sa_family == ARPHRD_ETHER || r.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
    l->link = framed ? LINK_ETHERNET : LINK_RAW;
    return OK;
}

static err set_up(struct live *l, const char *name)
{
    struct sockaddr_ll to;
    int version = TPACKET_V3, one = 1;
    struct tpacket_req3 ring = {.tp_block_size = BLOCK, .tp_block_nr = BLOCKS,
        .tp_frame_size = FRAME_SPACE, .tp_frame_nr = BLOCK / FRAME_SPACE * BLOCKS, .tp_retire_blk_tov = RETIRE};
    l->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* nothing arrives before it is bound */
    if (l->fd < 0)
        return errno == EPERM || errno == EACCES ? ERR(DENIED) : ERR(IO);
    TRY(find(l, name, &to));
    if (setsockopt(l->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(l->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) != 0 ||
        setsockopt(l->fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) != 0)
        return ERR(IO);
    l->ring = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, l->fd, 0);
    if (l->ring == MAP_FAILED) {
        l->ring = NULL;
        return ERR(NOMEM);
    }
    const void *address = &to;
    return bind(l->fd, address, sizeof to) == 0 ? OK : ERR(IO);
}

err live_open(const char *name, struct live **out)
{
    *out = NULL;
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        return ERR(NOMEM);
    err e = set_up(l, name);
    if (err_is(e))
        live_close(l);
    else
        *out = l;
    return e;
}

void live_close(struct live *l)
{
    if (!l)
        return;
    if (l->ring)
        munmap(l->ring, (size_t)BLOCK * BLOCKS);
    if (l->fd >= 0)
        close(l->fd);
    free(l);
}

static void give_back(struct live *l)
{
    __atomic_store_n(&block_of(l)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    l->block = (l->block + 1) % BLOCKS;
    l->mine = false;
}

/* The next block is ours, or nothing came in time. */
static err wait_for(struct live *l, int wait)
{
    uint32_t *status = &block_of(l)->hdr.bh1.block_status;
    struct pollfd p = {.fd = l->fd, .events = POLLIN | POLLERR};
    for (int i = 0; !(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER); i++) {
        int error = 0;
        socklen_t n = sizeof error;
        if (i == 2 || poll(&p, 1, wait) <= 0)
            return OK;
        if (p.revents & POLLERR && getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error) {
            l->stats.down += error == ENETDOWN;
            if (error == ENODEV || error == ENXIO)
                return ERR(NOTFOUND);
        }
    }
    const struct tpacket_block_desc *b = block_of(l);
    l->left = b->hdr.bh1.num_pkts;
    l->at = (const uint8_t *)b + b->hdr.bh1.offset_to_first_pkt;
    l->mine = true;
    return OK;
}

err live_next(struct live *l, int wait, struct capture_frame *frame, size_t most, size_t *n)
{
    *n = 0;
    if (l->mine && l->left == 0)
        give_back(l);
    if (!l->mine)
        TRY(wait_for(l, wait));
    while (l->mine && l->left > 0 && *n < most) {
        const struct tpacket3_hdr *h = (const void *)l->at;
        frame[(*n)++] = (struct capture_frame){l->at + h->tp_mac, h->tp_snaplen, h->tp_len,
            h->tp_sec * USEC_SECOND + h->tp_nsec / 1000, l->link};
        l->at += h->tp_next_offset;
        l->left--;
    }
    return OK;
}

struct live_stats live_stats(struct live *l)
{
    struct tpacket_stats_v3 s = {0};
    socklen_t n = sizeof s;
    if (getsockopt(l->fd, SOL_PACKET, PACKET_STATISTICS, &s, &n) == 0) { /* counts since the last call */
        l->stats.seen += s.tp_packets;
        l->stats.dropped += s.tp_drops;
    }
    return l->stats;
}
