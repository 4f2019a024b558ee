using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Lab.Tests.Packaging;

/// <summary>
/// A host with systemd in namespaces of its own: this machine's files under an overlay in memory, so that packages can be installed and removed there and
/// nothing of it is seen outside. It ends with its first process.
/// </summary>
internal sealed class FreshHost : IDisposable
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(180);
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-host-").FullName;
    private readonly Process namespaces;
    private readonly string init;

    /// <summary>Boots; ends when systemd has reached its target.</summary>
    /// <param name="files">Copied into the host's root folder.</param>
    public FreshHost(params string[] files)
    {
        File.WriteAllText(Path.Combine(folder, "boot.sh"), Boot);
        namespaces = Process.Start(new ProcessStartInfo("unshare", ["--pid", "--mount", "--uts", "--ipc", "--net", "--fork", "--kill-child", "sh", Path.Combine(folder, "boot.sh"), folder, .. files]) { RedirectStandardInput = true })!;
        init = Until("the host's first process", () => File.ReadAllText($"/proc/{namespaces.Id}/task/{namespaces.Id}/children").Trim() is { Length: > 0 } child ? child : null);
        Until("systemd's target", () => Try("systemctl", "is-active", "basic.target").Output.Trim() == "active" ? "" : null);
    }

    /// <summary>Runs a program there.</summary>
    public (int Code, string Output) Try(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("nsenter", ["-t", init, "-m", "-p", "-u", "-i", "-n", "-C", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", .. words])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(CommandLimit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', words)} has not ended within {CommandLimit.TotalSeconds} s.");
        }

        return (process.ExitCode, output.Result + errors.Result);
    }

    public string Run(params string[] words)
    {
        var (code, output) = Try(words);
        Assert.True(code == 0, $"{string.Join(' ', words)} ended with {code}: {output}");
        return output;
    }

    public void Write(string file, string text) => Run("sh", "-c", "mkdir -p \"${2%/*}\" && printf %s \"$1\" >\"$2\"", "sh", text, file);

    public bool Has(string file) => Try("test", "-e", file).Code == 0;

    /// <summary>A property of a unit, as systemd has it.</summary>
    public string Of(string unit, string property) => Run("systemctl", "show", "--value", "-p", property, unit).Trim();

    public void WaitFor(string what, Func<bool> seen) => Until(what, () => seen() ? "" : null);

    public void Dispose()
    {
        namespaces.Kill();
        namespaces.WaitForExit(CommandLimit);
        namespaces.Dispose();
        if (File.Exists(Path.Combine(folder, "cgroup")))
        {
            // The kernel lets a group go when its last process is gone.
            var group = File.ReadAllText(Path.Combine(folder, "cgroup")).Trim();
            SpinWait.SpinUntil(() => Gone(group), TimeSpan.FromSeconds(10));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static bool Gone(string group)
    {
        using var find = Process.Start(new ProcessStartInfo("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]) { RedirectStandardError = true })!;
        find.StandardError.ReadToEnd();
        find.WaitForExit(CommandLimit);
        return !Directory.Exists(group);
    }

    private T Until<T>(string what, Func<T?> look) where T : class
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < BootLimit; Thread.Sleep(50))
        {
            if (look() is { } found)
            {
                return found;
            }

            Assert.False(namespaces.HasExited, $"The host ended while {what} was waited for.");
        }

        throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{what} was not seen within {BootLimit.TotalSeconds} s."));
    }

    // A group of its own below a cgroup2, which systemd needs to put services into; what the machine has is left as it is. /proc/sys is read-only, as
    // parts of it are the machine's. The rest is what a container's manager does (systemd.io/CONTAINER_INTERFACE).
    private const string Boot = """
        set -e
        folder=$1; shift
        mount --make-rprivate /
        mkdir "$folder/groups" "$folder/memory"
        mount -t cgroup2 cgroup2 "$folder/groups" 2>/dev/null || mount --bind "$(findmnt -n -t cgroup2 -o TARGET | head -n 1)" "$folder/groups"
        place=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
        mkdir "$folder/groups/${folder##*/}"
        echo "$place/${folder##*/}" >"$folder/cgroup"
        echo $$ >"$folder/groups/${folder##*/}/cgroup.procs"
        mount -t tmpfs -o size=2g memory "$folder/memory"
        mkdir "$folder/memory/upper" "$folder/memory/work" "$folder/memory/root"
        mount -t overlay -o "lowerdir=/,upperdir=$folder/memory/upper,workdir=$folder/memory/work" root "$folder/memory/root"
        cp "$@" "$folder/memory/root/root/"
        rm -rf "$folder/memory/root/etc/holdfast" "$folder/memory/root/var/lib/holdfast" "$folder/memory/root/var/log/journal"
        rm -f "$folder/memory/root/usr/sbin/policy-rc.d"     # with it a machine for builds keeps packages from restarting services
        for unit in networking systemd-networkd-wait-online NetworkManager-wait-online ifupdown-wait-online systemd-udevd; do
            ln -sf /dev/null "$folder/memory/root/etc/systemd/system/$unit.service"
        done
        cd "$folder/memory/root"
        exec unshare --cgroup sh -c '
            set -e
            mount -t proc proc proc
            mount --bind proc/sys proc/sys
            mount -o remount,bind,ro proc/sys
            mount -t sysfs -o ro sysfs sys
            mount -t cgroup2 cgroup2 sys/fs/cgroup
            mount -t tmpfs -o mode=755 dev dev
            for device in null zero full random urandom tty; do : >"dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
            mkdir dev/pts dev/shm
            mount -t devpts -o newinstance,mode=620,ptmxmode=666 devpts dev/pts
            ln -s pts/ptmx dev/ptmx
            ln -s /proc/self/fd dev/fd
            mount -t tmpfs shm dev/shm
            mount -t tmpfs -o mode=755 run run
            mount -t tmpfs tmp tmp
            mkdir old
            pivot_root . old
            exec chroot . sh -c "umount -l /old; rmdir /old; exec env -i container=holdfast-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=basic.target --log-target=journal" </dev/null
        '
        """;
}
