using System.Diagnostics;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Hook;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Libvirt.Lab;

/// <summary>
/// Two real libvirtds, "a" and "b", each with its own /run, /etc/libvirt, caches and logs, in one network and pid namespace of their own.
/// The pid namespace's end ends every process in it; the directory is removed afterwards.
/// </summary>
public sealed class PrivateLibvirt : IAsyncDisposable
{
    private const string Script = """
        set -e
        ip link set lo up
        for host in a b; do
          base=$1/$host
          mkdir -p $base/run $base/etc/hooks $base/lib $base/cache $base/log $base/shm
          printf '%s\n' 'security_driver="none"' 'cgroup_controllers=[]' 'remember_owner=0' 'stdio_handler="file"' 'user="root"' 'group="root"' 'dynamic_ownership=0' > $base/etc/qemu.conf
          printf '%s\n' 'auth_unix_rw="none"' 'auth_unix_ro="none"' "host_uuid=\"$(cat /proc/sys/kernel/random/uuid)\"" > $base/etc/libvirtd.conf
          unshare --mount --uts bash -c '
            hostname hf-$2
            mount --bind $1/run /run; mount --bind $1/etc /etc/libvirt; mount --bind $1/lib /var/lib/libvirt
            mount --bind $1/cache /var/cache/libvirt; mount --bind $1/log /var/log; mount --bind $1/shm /dev/shm
            while :; do libvirtd; sleep 0.1; done' - $base $host > $base.log 2>&1 &
        done
        # This test process holds the other end: when it dies, however it does, this shell ends, and as pid 1 it takes all others along.
        cat > /dev/null
        """;

    private readonly Process _namespace;
    private readonly string _directory;

    private PrivateLibvirt(Process process, string directory)
    {
        _namespace = process;
        _directory = directory;
        Threads = new CallThreads();
        A = new Host("a", directory, Threads);
        B = new Host("b", directory, Threads);
    }

    public CallThreads Threads { get; }

    public Host A { get; }

    public Host B { get; }

    public static async Task<PrivateLibvirt> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("hf-lv-").FullName;
        var start = new ProcessStartInfo("unshare")
        {
            ArgumentList = { "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", Script, "-", directory },
            RedirectStandardInput = true,
        };
        foreach (var host in (ReadOnlySpan<string>)["a", "b"])
        {
            // libvirtd looks for hooks only when it starts.
            HookInstaller.Install(new HostPaths { Root = $"{directory}/{host}", LibvirtHooks = "/etc/hooks" });
        }

        var lab = new PrivateLibvirt(Process.Start(start)!, directory);
        try
        {
            foreach (var host in (ReadOnlySpan<Host>)[lab.A, lab.B])
            {
                host.Connection.Start();
            }

            // The first connection waits for libvirtd's probe of QEMU.
            Assert.True(await lab.A.Connection.WaitConnectedAsync(TimeSpan.FromSeconds(30)), $"libvirtd a did not start: {lab.A.Connection.Trouble}\n{lab.Logs()}");
            Assert.True(await lab.B.Connection.WaitConnectedAsync(TimeSpan.FromSeconds(30)), $"libvirtd b did not start: {lab.B.Connection.Trouble}\n{lab.Logs()}");
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine without disks or an operating system: its BIOS looks for one for ever.</summary>
    public static MachineDefinition Diskless(string name) => new(Guid.NewGuid(), name, "none", 64, 1, 0, "52:54:00:00:00:01", []);

    /// <summary>Its place: no folder, no card.</summary>
    public static readonly MachinePlace Place = new("/nowhere", null);

    public async ValueTask DisposeAsync()
    {
        await A.Connection.DisposeAsync();
        await B.Connection.DisposeAsync();
        _namespace.Kill();
        await _namespace.WaitForExitAsync();
        _namespace.Dispose();

        // unshare is gone; its child, the namespace's pid 1, gets its SIGKILL at the same moment, and its mounts go with it.
        for (var attempt = 0; Directory.Exists(_directory) && attempt < 100; attempt++)
        {
            try
            {
                Directory.Delete(_directory, recursive: true);
            }
            catch (IOException) when (attempt < 99)
            {
                await Task.Delay(20);
            }
        }
    }

    private string Logs() => string.Join('\n', new[] { "a.log", "b.log" }.Select(name => Path.Combine(_directory, name)).Where(File.Exists).Select(File.ReadAllText));

    public sealed class Host
    {
        internal Host(string name, string directory, CallThreads threads)
        {
            var root = $"{directory}/{name}";
            // Inside, $root/run is /run and $root/log is /var/log: a link makes the second reachable by the same prefix.
            Directory.CreateDirectory($"{root}/var");
            Directory.CreateDirectory($"{root}/log");
            File.CreateSymbolicLink($"{root}/var/log", "../log");
            Uri = $"qemu+unix:///system?socket={root}/run/libvirt/libvirt-sock";
            Paths = new HostPaths
            {
                Root = root,
                // Both hosts share a /proc here: the one whose /etc/libvirt a process sees is its host.
IsMine = pid => SeesConfigurationOf(root, pid),
            };
            Connection = new LibvirtConnection(threads, Uri);
            Machines = new LibvirtMachines(Connection, Paths);
        }

        public string Uri { get; }

        private static bool SeesConfigurationOf(string root, int pid)
        {
            try
            {
                return File.ReadAllText($"/proc/{pid}/root/etc/libvirt/libvirtd.conf") == File.ReadAllText($"{root}/etc/libvirtd.conf");
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }

        /// <summary>SIGKILL for this host's libvirtd, which then starts anew.</summary>
        public void KillDaemon()
        {
            var daemon = Process.GetProcessesByName("libvirtd").Where(one => Paths.IsMine(one.Id)).MinBy(one => one.StartTime)!;
            daemon.Kill();
        }

        public HostPaths Paths { get; }

        public LibvirtConnection Connection { get; }

        public LibvirtMachines Machines { get; }
    }
}
