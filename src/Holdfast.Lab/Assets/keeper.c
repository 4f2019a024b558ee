// Keeps the real guest agent (qemu-ga) running in the lab's guest, as a distribution's service manager would, and silences it on
// request: after the line "agent stop" on the serial console it stands still, after "agent cont" it goes on; each is confirmed by a
// line. After "busy PERCENT" it uses that much of the processor, with the least priority, until "busy 0". A process of its own, so that nothing here can hold up the counting. Where the machine has no channel for an agent, it ends.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int console = -1, silenced;
static pid_t agent, burner;

static void say(const char *text) { ssize_t ignored = write(console, text, strlen(text)); (void)ignored; }

// The kernel hears of its ports a moment after the driver is there.
static int find_port(char *device, int size)
{
    for (int tries = 0; tries < 100; tries++, usleep(50000)) {
        DIR *ports = opendir("/sys/class/virtio-ports");
        for (struct dirent *port; ports && (port = readdir(ports));) {
            char path[300], name[64] = "";
            snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", port->d_name);
            FILE *file = fopen(path, "r");
            if (!file) continue;
            int known = fgets(name, sizeof name, file) && !strcmp(name, "org.qemu.guest_agent.0\n");
            fclose(file);
            if (!known) continue;
            snprintf(device, size, "/dev/%s", port->d_name);
            closedir(ports);
            return 1;
        }
        if (ports) closedir(ports);
    }
    return 0;
}

// Lines, and without an echo, which would end up in the machine's log.
static void set_console(void)
{
    struct termios settings;
    if (tcgetattr(console, &settings)) return;
    settings.c_lflag = (settings.c_lflag | ICANON) & ~(ECHO | ISIG);
    tcsetattr(console, TCSANOW, &settings);
}

static pid_t start(const char *device)
{
    pid_t child = fork();
    if (child) return child;
    int nowhere = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++) dup2(nowhere, fd);
    execl("/agent/ld.so", "ld.so", "--library-path", "/agent/lib", "/agent/qemu-ga", "-m", "virtio-serial", "-p", device, "-t", "/run", (char *)0);
    _exit(127);
}

static void silence(int on)
{
    silenced = on;
    if (agent > 0) kill(agent, on ? SIGSTOP : SIGCONT);
    // Confirmed when it is so: the wait ends when the agent is stopped, or is no more.
    if (on && agent > 0) { int status; if (waitpid(agent, &status, WUNTRACED) == agent && !WIFSTOPPED(status)) agent = 0; }
    say(on ? "holdfast-guest agent stopped\r\n" : "holdfast-guest agent continued\r\n");
}

static long long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

// Parts of a tenth of a second, so that the counting beside it is never late.
static void burn(int percent)
{
    if (burner > 0) { kill(burner, SIGKILL); waitpid(burner, 0, 0); }
    burner = percent > 0 ? fork() : 0;
    if (percent > 0 && !burner) {
        int ignored = nice(19);
        (void)ignored;
        for (;;) {
            for (long long until = now_ms() + percent; now_ms() < until;) { }
            usleep((100 - percent) * 1000);
        }
    }
    say("holdfast-guest busy\r\n");
}

static void obey(void)
{
    char line[64];
    ssize_t length = read(console, line, sizeof line - 1);
    if (length <= 0) { sleep(1); return; }
    line[length] = 0;
    line[strcspn(line, "\r\n")] = 0;
    if (!strcmp(line, "agent stop")) silence(1);
    if (!strcmp(line, "agent cont")) silence(0);
    if (!strncmp(line, "busy ", 5)) burn(atoi(line + 5));
}

int main(void)
{
    char device[300];
    signal(SIGCHLD, SIG_DFL);       // pid 1 ignores it, and a child of such a parent could not be waited for
    if (!find_port(device, sizeof device)) return 0;
    console = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);
    set_console();
    mkdir("/run", 0755);
    for (;;) {
        if (agent <= 0) {
            agent = start(device);
            if (silenced && agent > 0) kill(agent, SIGSTOP);
        }
        struct pollfd p = { .fd = console, .events = POLLIN };
        if (poll(&p, 1, 1000) > 0) obey();
        if (agent > 0 && waitpid(agent, 0, WNOHANG) == agent) { agent = 0; sleep(1); }
    }
}
