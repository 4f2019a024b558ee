using System.Diagnostics;

namespace Holdfast.Lab.Tests.Packaging;

/// <summary>The Debian package from its building to its purge, on a host with systemd.</summary>
[Trait("Category", "Lab")]
public sealed class PackageTests
{
    private const string Agent = "holdfast.service", Guard = "holdfast-guard.service";
    private const string Configuration = "/etc/holdfast/holdfastd.json";

    private const string Good = """
        {
          "cluster": "one", "clusterId": "6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001", "host": "h1", "slot": 0,
          "networks": [{ "name": "cluster", "role": "cluster", "address": "127.0.0.1", "interface": "lo" }],
          "hosts": [{ "name": "h1", "slot": 0, "addresses": { "cluster": "127.0.0.1" } }],
          "etcd": { "members": ["h1"] }, "acceleration": "tcg"
        }
        """;

    [LabFact]
    public void A_host_from_installation_to_purge()
    {
        var package = Build();
        using var host = new FreshHost(package);
        var file = $"/root/{Path.GetFileName(package)}";
        host.Run("dpkg", "-i", file);
        Installed(host);
        WrongConfiguration(host);
        Started(host);
        HangingAgent(host);
        WatchdogThatTheGuardDoesNotKnow(host);
        Upgraded(host, file);
        Removed(host);
    }

    private static string Build()
    {
        var top = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(top!.FullName, "eng", "deb")))
        {
            top = top.Parent;
        }

        using var build = Process.Start(new ProcessStartInfo(Path.Combine(top.FullName, "eng", "deb")) { RedirectStandardOutput = true })!;
        var said = build.StandardOutput.ReadToEndAsync();
        Assert.True(build.WaitForExit(TimeSpan.FromMinutes(15)), "eng/deb has not ended within 15 minutes.");
        Assert.Equal(0, build.ExitCode);
        return said.Result.Trim();
    }

    /// <summary>Everything is there, and nothing runs or would run after a boot.</summary>
    private static void Installed(FreshHost host)
    {
        Assert.Matches(@"^\d+\.\d+\.\d+", host.Run("holdfast", "--version"));
        Assert.Equal("", host.Run("systemd-analyze", "verify", "--man=no", $"/lib/systemd/system/{Agent}", $"/lib/systemd/system/{Guard}").Trim());
        Assert.Equal("", host.Run("dpkg", "--verify", "holdfast").Trim());
        Assert.True(host.Has("/usr/lib/holdfast/console/index.html") || host.Has("/usr/lib/holdfast/console/index.html.gz"));
        foreach (var unit in (string[])[Agent, Guard])
        {
            Assert.Equal("disabled", host.Try("systemctl", "is-enabled", unit).Output.Trim());
            Assert.Equal("inactive", host.Try("systemctl", "is-active", unit).Output.Trim());
        }

        host.Run("systemctl", "start", Agent);
        Assert.Equal(("inactive", "no"), (host.Of(Agent, "ActiveState"), host.Of(Agent, "ConditionResult")));
    }

    /// <summary>The line is named, and it is not tried again and again.</summary>
    private static void WrongConfiguration(FreshHost host)
    {
        host.Write(Configuration, Good.Replace("tcg", "xen", StringComparison.Ordinal));
        host.Write("/etc/holdfast/secret", "0123456789abcdef0123456789abcdef");
        host.Run("holdfast", "ca", "create", "one");
        host.Run("holdfast", "ca", "issue", "h1", "--address", "127.0.0.1", "--out", "/root/h1");
        host.Run("cp", "-r", "/root/h1/tls", "/etc/holdfast/tls");
        Assert.NotEqual(0, host.Try("systemctl", "start", Agent).Code);
        Assert.Equal(("failed", "2", "0"), (host.Of(Agent, "ActiveState"), host.Of(Agent, "ExecMainStatus"), host.Of(Agent, "NRestarts")));
        Assert.Contains($"{Configuration}, line 5: acceleration is 'xen'; it must be kvm or tcg.", host.Run("journalctl", "-u", Agent, "-o", "cat", "--no-pager"));
        Assert.Equal(2, host.Try("holdfastd", "--check").Code);
    }

    /// <summary>Both are ready by their own word, with the rights that the units leave them; machines' processes are not the agent's.</summary>
    private static void Started(FreshHost host)
    {
        host.Write(Configuration, Good);
        host.Run("holdfastd", "--check");
        host.Run("systemctl", "reset-failed", Agent);
        host.Run("systemctl", "start", Agent);
        Assert.Equal(("active", "active"), (host.Of(Agent, "ActiveState"), host.Of(Guard, "ActiveState")));
        Assert.StartsWith("holdfastd of h1 (cluster one) answers at /run/holdfast/holdfastd.sock", host.Of(Agent, "StatusText"));
        Assert.StartsWith("without a watchdog", host.Of(Guard, "StatusText"));
        host.WaitFor("a quorum", () => host.Try("holdfast", "status", "-o", "json").Output.Contains("\"quorum\": true", StringComparison.Ordinal));
        var journal = host.Run("journalctl", "-u", Agent, "-u", Guard, "-o", "cat", "--no-pager");
        Assert.DoesNotContain("Permission denied", journal);
        Assert.DoesNotContain("Operation not permitted", journal);
        Assert.DoesNotContain("is not locked", journal);
        host.Run("systemd-run", "--unit=machine", "--slice=machine.slice", "sh", "-c", "sleep 100000; :", "unix:/run/holdfast/qmp/vm-1.guard.sock,server=on,wait=off");
    }

    /// <summary>An agent whose loop stands still is replaced; etcd, guard and machines go on in the same processes.</summary>
    private static void HangingAgent(FreshHost host)
    {
        var (agent, others) = (host.Of(Agent, "MainPID"), Others(host));
        host.Write($"/run/systemd/system/{Agent}.d/quick.conf", "[Service]\nWatchdogSec=4\n");
        host.Run("systemctl", "daemon-reload");
        host.Run("systemctl", "restart", Agent);
        var second = host.Of(Agent, "MainPID");
        Assert.NotEqual(agent, second);
        Assert.Equal(others, Others(host));

        host.Run("kill", "-STOP", second);
        host.WaitFor("another agent", () => host.Of(Agent, "NRestarts") == "1" && host.Of(Agent, "ActiveState") == "active");
        Assert.NotEqual(second, host.Of(Agent, "MainPID"));
        Assert.Equal(others, Others(host));
    }

    /// <summary>An agent that would tell the others of a watchdog which its guard does not feed does not start.</summary>
    private static void WatchdogThatTheGuardDoesNotKnow(FreshHost host)
    {
        host.Write(Configuration, Good.Replace("\"tcg\"", "\"tcg\", \"watchdog\": \"/run/no-such-watchdog\"", StringComparison.Ordinal));
        host.Try("systemctl", "restart", Agent);
        host.WaitFor("its refusal", () => host.Run("journalctl", "-u", Agent, "-o", "cat", "--no-pager").Contains("the guard was started before without one; restart it with 'systemctl restart holdfast-guard'", StringComparison.Ordinal));
        host.Run("systemctl", "restart", Guard);
        host.WaitFor("the agent", () => host.Of(Agent, "ActiveState") == "active");
        Assert.StartsWith("with the watchdog /run/no-such-watchdog", host.Of(Guard, "StatusText"));

        host.Write(Configuration, Good);
        host.Run("systemctl", "restart", Guard, Agent);
    }

    /// <summary>Guard and agent are new, what is configured and what runs is as before.</summary>
    private static void Upgraded(FreshHost host, string file)
    {
        var (agent, guard, etcd) = (host.Of(Agent, "MainPID"), host.Of(Guard, "MainPID"), Etcd(host));
        host.Run("sh", "-c", "echo '# ours' >>/etc/logrotate.d/holdfast");
        host.Run("dpkg", "-i", file);
        Assert.NotEqual(agent, host.Of(Agent, "MainPID"));
        Assert.NotEqual(guard, host.Of(Guard, "MainPID"));
        Assert.Equal(("active", "active", etcd, "active"), (host.Of(Agent, "ActiveState"), host.Of(Guard, "ActiveState"), Etcd(host), host.Of("machine", "ActiveState")));
        Assert.Equal(Good, host.Run("cat", Configuration));
        Assert.Contains("# ours", host.Run("cat", "/etc/logrotate.d/holdfast"));
    }

    private static void Removed(FreshHost host)
    {
        var (code, said) = host.Try("dpkg", "-r", "holdfast");
        Assert.NotEqual(0, code);
        Assert.Contains("1 machine(s) of Holdfast run on this host; move them away", said);
        Assert.Equal(("active", "active", "active"), (host.Of(Agent, "ActiveState"), host.Of(Guard, "ActiveState"), host.Of("machine", "ActiveState")));

        host.Run("systemctl", "stop", "machine");
        host.Run("systemctl", "enable", Agent, Guard);
        host.Write("/var/lib/holdfast/disks/vm/disk.qcow2", "a machine's disk");
        host.Run("dpkg", "-r", "holdfast");
        Assert.Equal("", host.Try("pidof", "holdfastd", "holdfast-guard", "etcd").Output.Trim());
        Assert.Equal(Good, host.Run("cat", Configuration));
        Assert.False(host.Has("/etc/libvirt/hooks/qemu"));

        host.Run("dpkg", "-P", "holdfast");
        Assert.False(host.Has("/etc/holdfast"));
        Assert.False(host.Has("/etc/logrotate.d/holdfast"));
        Assert.Equal("", host.Run("find", "/etc/systemd/system", "-name", "holdfast*"));
        Assert.Equal("/var/lib/holdfast\n/var/lib/holdfast/disks\n/var/lib/holdfast/disks/vm\n/var/lib/holdfast/disks/vm/disk.qcow2\n", host.Run("find", "/var/lib/holdfast"));
    }

    private static (string Guard, string Etcd, string Machine) Others(FreshHost host) => (host.Of(Guard, "MainPID"), Etcd(host), host.Of("machine", "MainPID"));

    private static string Etcd(FreshHost host) => host.Run("pidof", "etcd").Trim();
}
