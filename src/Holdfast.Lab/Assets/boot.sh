#!/bin/sh
# Pid 1 of a host of the lab until tini takes over. New pid, mount, uts, ipc and network namespaces; /proc is still the machine's,
# so /proc/self/stat names this process as the machine sees it.
# Arguments: HOST RUN DISK YARD SERVICES and, of a host (not of the store), BIN GUEST DOTNET (or -)
set -eu
host=$1 run=$2 disk=$3 yard=$4 services=$5 bin=${6:--} guest=${7:--} dotnet=${8:--}
read -r line </proc/self/stat
set -- $line
shift 21
start=$1
set -- $line
echo "$1 $start" >"$run/init.new"
mv "$run/init.new" "$run/init"

# The links. "netns 1" is this process: pid 1 of the pid namespace that nsenter still is in.
echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null || true
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6 2>/dev/null || true
nsenter --net="/proc/$yard/ns/net" ip -batch "$run/switch.batch"
ip -batch "$run/links.batch"
hostname "$host"

# The root: a small tmpfs with the machine's programs bound into it, everything that a host writes is its own.
root=$run/root
mkdir -p "$root"
mount -t tmpfs -o mode=755,size=64m "holdfast-$host" "$root"
mkdir "$root/old" "$root/dev" "$root/proc" "$root/sys" "$root/run" "$root/tmp" "$root/etc" "$root/var" "$root/holdfast"
for entry in /*; do
    case $entry in /dev | /proc | /sys | /run | /tmp | /etc | /var | /holdfast | /old | /lost+found) continue ;; esac
    if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
    elif [ -d "$entry" ]; then mkdir "$root$entry" && mount --rbind "$entry" "$root$entry"; fi
done
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=755,size=256m run "$root/run"
mount -t tmpfs -o mode=1777,size=512m tmp "$root/tmp"
mount --bind "$disk/var" "$root/var"
mkdir "$root/etc/.machine"
mount --rbind /etc "$root/etc/.machine"
(cd "$root/etc" && ln -s .machine/* . && ln -sf /proc/mounts mtab
for own in "$disk"/etc/*; do ln -sfn "/holdfast/etc/${own##*/}" .; done)
mkdir "$root/run/lock" "$root/run/holdfast" "$root/run/libvirt" "$root/run/gluster"
mkdir "$root/holdfast/etc" "$root/holdfast/device"
mount --bind "$disk/etc" "$root/holdfast/etc"
mount --bind "$run/device" "$root/holdfast/device"
mount --bind "$run/boot_id" "$root/proc/sys/kernel/random/boot_id"
if [ "$bin" != - ]; then
    mkdir "$root/holdfast/shared" "$root/holdfast/bin" "$root/holdfast/guest" "$root/holdfast/dotnet"
    mount -t tmpfs -o ro,size=4k nothing-mounted "$root/holdfast/shared"     # without the store nobody may write beside it
    [ ! -d "$bin" ] || mount --bind "$bin" "$root/holdfast/bin"
    mount --bind "$guest" "$root/holdfast/guest"
    [ "$dotnet" = - ] || mount --bind "$dotnet" "$root/holdfast/dotnet"
    [ ! -e "$run/device/watchdog" ] || ln -s /holdfast/device/watchdog "$root/run/holdfast/watchdog"
else
    mkdir "$root/holdfast/brick"
    mount --bind "$disk/brick" "$root/holdfast/brick"
fi

: >"$run/up"
cd "$root"
pivot_root . old
exec chroot . /bin/sh -c 'cd /; umount -l /old && rmdir /old; exec tini -- /bin/sh "$1"' sh "$services"
