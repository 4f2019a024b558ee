#!/bin/sh
# What runs on a host of the lab, each program started again when it ends. Stands in for systemd.
cd /
# As with systemd, whose slices weigh the same: what the host itself runs does not starve beside its guests, each of which is a session, and so a group of the scheduler's, of its own.
echo -10 >/proc/self/autogroup 2>/dev/null || true
export PATH=/holdfast/device:/holdfast/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root LANG=C.UTF-8 HOLDFAST_BIN=/holdfast/bin DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_gcServer=0 DOTNET_TieredPGO=0
[ ! -x /holdfast/dotnet/dotnet ] || export DOTNET_ROOT=/holdfast/dotnet
logs=/var/log/holdfast
mkdir -p $logs/serial

# keep NAME COMMAND...: back within 0.3 s; one that dies at once ten times in a row waits 5 s, so it cannot eat the machine.
keep() {
    name=$1; shift
    quick=0
    while :; do
        began=$(date +%s)
        "$@" </dev/null >>"$logs/$name.log" 2>&1
        code=$?
        echo "$(date -u +%FT%TZ) lab: $name ended with code $code" >>"$logs/$name.log"
        if [ $(($(date +%s) - began)) -ge 5 ]; then quick=0; else quick=$((quick + 1)); fi
        if [ $quick -ge 10 ]; then sleep 5; else sleep 0.2; fi
    done
}

client() {
    # A store whose client has died answers nothing: the dead mount goes before the next one comes.
    while grep -q ' /holdfast/shared fuse' /proc/mounts; do umount -l /holdfast/shared || break; done
    glusterfs --no-daemon --process-name fuse --volfile=/holdfast/device/client.vol --log-file=/var/log/glusterfs/shared.log \
        --log-level=WARNING --direct-io-mode=enable --attribute-timeout=0 --entry-timeout=0 --negative-timeout=0 /holdfast/shared
}

mounted() { grep -q ' /holdfast/shared fuse.*glusterfs' /proc/mounts && timeout 3 stat -t /holdfast/shared >/dev/null 2>&1; }

keep libvirtd libvirtd &
keep store client &
tries=0
until mounted; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || break     # 30 s and more: the agent says better than we what is missing
    sleep 0.1
done
: >/run/holdfast/.store
if [ -e /holdfast/device/product ]; then
    watchdog=
    [ ! -e /run/holdfast/watchdog ] || watchdog="--watchdog /run/holdfast/watchdog"
    keep guard /holdfast/bin/holdfast-guard --socket /run/holdfast/guard.sock --state /run/holdfast/guard.state $watchdog &
    points=
    [ ! -d /holdfast/device/points ] || points="--fault-points /holdfast/device/points"
    keep agent /holdfast/bin/holdfastd --config /etc/holdfast/holdfastd.json $points &
fi
wait
