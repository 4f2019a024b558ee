// The lab's guest: pid 1 of a machine whose only work is to judge its disk. Beside it the keeper runs the guest agent.
// It counts. Every count is a 512-byte record in a ring on the raw disk, written O_DIRECT|O_DSYNC before it is printed. It keeps
// the whole ring in memory (which a live migration carries along) and compares it with the disk: what it did not write itself is
// a foreign write. At boot a hole in the ring is a gap. Both counts live in every later record, so nothing is ever hidden.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <net/if.h>
#include <net/route.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { RECORD = 512, RECORDS = 256, RING = RECORD * RECORDS, TICK_MS = 50, SCAN_TICKS = 20 };

static char ring[RING] __attribute__((aligned(4096)));      // what the disk must hold
static char seen[RING] __attribute__((aligned(4096)));      // what it holds
static int disk = -1, console = -1;
static long long counter, gaps, foreign;
static char boot[40], disk_id[16];

static void say(const char *text) { if (console >= 0) { ssize_t ignored = write(console, text, strlen(text)); (void)ignored; } }

static uint32_t crc(const char *data, int length)
{
    uint32_t c = ~0u;
    for (int i = 0; i < length; i++) {
        c ^= (unsigned char)data[i];
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    }
    return ~c;
}

// A record: one line of text, zeros, and the CRC of all before it in the last four bytes.
static int parse(const char *record, long long *number, char *boot_out, long long *gaps_out, long long *foreign_out, char *disk_out)
{
    uint32_t sum;
    memcpy(&sum, record + RECORD - 4, 4);
    if (sum != crc(record, RECORD - 4)) return 0;
    return sscanf(record, "holdfast-guest counter=%lld boot=%36s gaps=%lld foreign=%lld disk=%8s", number, boot_out, gaps_out, foreign_out, disk_out) == 5;
}

static int empty(const char *record) { for (int i = 0; i < RECORD; i++) if (record[i]) return 0; return 1; }

static void read_ring(void)
{
    for (;;) {
        if (pread(disk, seen, RING, 0) == RING) return;
        say("holdfast-guest error: the disk cannot be read\r\n");
        sleep(1);
    }
}

static void compare(int first, int count)
{
    int found = 0;
    for (int i = first; i < first + count; i++)
        if (memcmp(ring + i * RECORD, seen + i * RECORD, RECORD)) {
            memcpy(ring + i * RECORD, seen + i * RECORD, RECORD);
            found = 1;
        }
    if (found) { foreign++; say("holdfast-guest foreign write found\r\n"); }
}

static void write_count(void)
{
    char *record = ring + counter % RECORDS * RECORD;
    memset(record, 0, RECORD);
    snprintf(record, RECORD - 4, "holdfast-guest counter=%lld boot=%s gaps=%lld foreign=%lld disk=%s\r\n", counter, boot, gaps, foreign, disk_id);
    uint32_t sum = crc(record, RECORD - 4);
    memcpy(record + RECORD - 4, &sum, 4);
    while (pwrite(disk, record, RECORD, counter % RECORDS * RECORD) != RECORD) {
        say("holdfast-guest error: the disk cannot be written\r\n");
        sleep(1);
    }
    say(record);
}

// The highest valid record is where the last boot got to; every one of the ring before it must be there.
static void take_over(void)
{
    long long number, g, f;
    char other[40], id[16];
    read_ring();
    memcpy(ring, seen, RING);
    for (int i = 0; i < RECORDS; i++)
        if (parse(ring + i * RECORD, &number, other, &g, &f, id) && number > counter) {
            counter = number; gaps = g; foreign = f;
            memcpy(disk_id, id, sizeof disk_id);
        }
    if (counter == 0) { snprintf(disk_id, sizeof disk_id, "%.8s", boot); }
    for (int i = 0; i < RECORDS; i++) {
        long long expected = counter - (counter - i % RECORDS + RECORDS) % RECORDS;     // the newest number of this place up to counter
        int valid = parse(ring + i * RECORD, &number, other, &g, &f, id);
        if (expected > 0 ? !valid || number != expected : !empty(ring + i * RECORD)) { gaps++; say("holdfast-guest gap found\r\n"); break; }
    }
    char line[160];
    snprintf(line, sizeof line, "holdfast-guest start=%lld boot=%s gaps=%lld foreign=%lld disk=%s\r\n", counter, boot, gaps, foreign, disk_id);
    say(line);
}

static void load_modules(void)
{
    char path[256];
    FILE *list = fopen("/modules/list", "r");
    while (list && fgets(path, sizeof path, list)) {
        path[strcspn(path, "\n")] = 0;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) { syscall(SYS_finit_module, fd, "", 0); close(fd); }
    }
    if (list) fclose(list);
}

// The address follows from the MAC, so nobody has to hand it out: 10.128.0.0/9 with the MAC's last 23 bits.
static void configure_network(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq r = {0};
    strcpy(r.ifr_name, "lo");
    if (!ioctl(fd, SIOCGIFFLAGS, &r)) { r.ifr_flags |= IFF_UP; ioctl(fd, SIOCSIFFLAGS, &r); }
    for (int tries = 0; tries < 50; tries++, usleep(20000)) {
        memset(&r, 0, sizeof r);
        strcpy(r.ifr_name, "eth0");
        if (ioctl(fd, SIOCGIFHWADDR, &r)) continue;
        unsigned char *mac = (unsigned char *)r.ifr_hwaddr.sa_data;
        uint32_t address = 10u << 24 | (uint32_t)(mac[3] | 128) << 16 | (uint32_t)mac[4] << 8 | mac[5];
        struct sockaddr_in *in = (struct sockaddr_in *)&r.ifr_addr;
        memset(in, 0, sizeof *in);
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(address);
        ioctl(fd, SIOCSIFADDR, &r);
        in->sin_addr.s_addr = htonl(0xff800000u);
        ioctl(fd, SIOCSIFNETMASK, &r);
        ioctl(fd, SIOCGIFFLAGS, &r);
        r.ifr_flags |= IFF_UP;
        ioctl(fd, SIOCSIFFLAGS, &r);
        char line[80];
        struct in_addr a = { htonl(address) };
        snprintf(line, sizeof line, "holdfast-guest address=%s\r\n", inet_ntoa(a));
        say(line);
        break;
    }
    close(fd);
}

static int open_power_button(void)
{
    char path[32], name[64];
    for (int i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "/dev/input/event%d", i);
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) continue;
        if (ioctl(fd, EVIOCGNAME(sizeof name), name) > 0 && strstr(name, "Power Button")) return fd;
        close(fd);
    }
    return -1;
}

static int pressed(int button)
{
    struct input_event e;
    while (button >= 0 && read(button, &e, sizeof e) == sizeof e)
        if (e.type == EV_KEY && e.code == KEY_POWER && e.value == 1) return 1;
    return 0;
}

static void start_keeper(void)
{
    signal(SIGCHLD, SIG_IGN);       // whatever ends here is reaped by the kernel: pid 1 has to count
    if (fork() == 0) {
        execl("/agent/keeper", "keeper", (char *)0);
        _exit(127);
    }
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

int main(void)
{
    mkdir("/proc", 0755); mkdir("/sys", 0755); mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, 0);
    mount("sysfs", "/sys", "sysfs", 0, 0);
    mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
    console = open("/dev/ttyS0", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    say("holdfast-guest boot\r\n");
    load_modules();
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, boot, 36) != 36) strcpy(boot, "unknown");
    if (fd >= 0) close(fd);
    for (int tries = 0; disk < 0; tries++) {
        disk = open("/dev/vda", O_RDWR | O_DIRECT | O_DSYNC | O_CLOEXEC);
        if (disk < 0) { if (tries % 50 == 49) say("holdfast-guest error: no disk /dev/vda\r\n"); usleep(20000); }
    }
    take_over();
    configure_network();
    start_keeper();
    int button = open_power_button();
    long long next = now_ms();
    for (long long tick = 0;; tick++) {
        if (tick % SCAN_TICKS == 0) { read_ring(); compare(0, RECORDS); }
        else {      // the record written last, and the place of the next: another writer at work meets one of them
            int last = counter % RECORDS, after = (counter + 1) % RECORDS;
            if (pread(disk, seen + last * RECORD, RECORD, last * RECORD) == RECORD) compare(last, 1);
            if (pread(disk, seen + after * RECORD, RECORD, after * RECORD) == RECORD) compare(after, 1);
        }
        counter++;
        write_count();
        next += TICK_MS;
        long long now = now_ms();
        if (next < now) next = now;      // after a pause go on at the usual pace, without catching up
        struct pollfd p = { .fd = button, .events = POLLIN };
        poll(&p, 1, (int)(next - now));
        if (pressed(button)) { say("holdfast-guest power button\r\n"); sync(); reboot(RB_POWER_OFF); }
        while ((now = now_ms()) < next) usleep((next - now) * 1000);
    }
}
