using System.Net;
using Holdfast.Adapters.Libvirt;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Storage;
using Holdfast.Daemon.Doctor;
using Holdfast.Daemon.Doctor.Checks;

namespace Holdfast.Daemon.Tests.Doctor;

public sealed class CheckTests : IDisposable
{
    private static readonly AgentWord Nobody = new("/none", () => throw new IOException("nobody"));
    private static readonly ClusterStatus Well = new() { Cluster = "lab", Host = "h1", Ready = true, Quorum = true, Version = "1.2.3" };
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_configuration_s_own_sentence_is_said()
    {
        Says(await new ConfigurationCheck("/f", null).LookAsync(default), DoctorStates.Ok, "/f and the cluster's secret");
        Says(await new ConfigurationCheck("/f", "/f, line 3: slot is 70; it must be less.").LookAsync(default), DoctorStates.Failed, "/f, line 3: slot is 70; it must be less", "write it");
    }

    [Theory]
    [InlineData(Acceleration.Kvm, "kvm", DoctorStates.Ok, "a guest's BIOS runs under KVM")]
    [InlineData(Acceleration.Kvm, "tcg", DoctorStates.Warning, "acceleration is tcg")]
    [InlineData(Acceleration.Tcg, "tcg", DoctorStates.Warning, "machines fall back to TCG as configured")]
    [InlineData(Acceleration.Tcg, "kvm", DoctorStates.Failed, "and acceleration is kvm")]
    [InlineData(Acceleration.Tcg, null, DoctorStates.Failed, "KVM does not work here")]
    public async Task What_KVM_does_is_held_against_what_is_configured(Acceleration works, string? configured, string state, string says) =>
        Says(await new AccelerationCheck(configured, () => Task.FromResult(works)).LookAsync(default), state, says);

    [Fact]
    public async Task Libvirt_answers_with_a_version_or_says_why_not()
    {
        Says(await new LibvirtCheck("u", () => Task.FromResult<(Version?, string?)>((new(9, 0, 0), null))).LookAsync(default), DoctorStates.Ok, "libvirt 9.0.0 answers at u");
        Says(await new LibvirtCheck("u", () => Task.FromResult<(Version?, string?)>((new(8, 10, 2), null))).LookAsync(default), DoctorStates.Warning, "libvirt is 8.10.2, older than 9.0.0");
        Says(await new LibvirtCheck("u", () => Task.FromResult<(Version?, string?)>((null, "No such file."))).LookAsync(default), DoctorStates.Failed, "libvirt does not answer at u: No such file", "start it");
    }

    [Theory]
    [InlineData("QEMU emulator version 10.0.2 (Debian 1:10.0.2)", "tcg", DoctorStates.Ok, "QEMU is 10.0.2")]
    [InlineData("QEMU emulator version 7.2.17 (Debian 1:7.2)", "tcg", DoctorStates.Failed, "QEMU is 7.2.17, which now and then breaks")]
    [InlineData("QEMU emulator version 7.2.17 (Debian 1:7.2)", "kvm", DoctorStates.Warning, "QEMU is 7.2.17; with KVM")]
    [InlineData("what?", "kvm", DoctorStates.Unknown, "QEMU does not say its version")]
    [InlineData(null, "kvm", DoctorStates.Failed, "QEMU cannot be run: it is not installed")]
    public async Task QEMU_s_version_is_judged_by_how_guests_run(string? output, string acceleration, string state, string says) =>
        Says(await new QemuCheck(acceleration, _ => Task.FromResult((output, "it is not installed"))).LookAsync(default), state, says);

    [Fact]
    public async Task The_wall_clock_is_only_worth_a_warning()
    {
        Says(await new TimeCheck(() => (true, TimeSpan.FromMilliseconds(12))).LookAsync(default), DoctorStates.Ok, "wrong by at most 12 ms");
        Says(await new TimeCheck(() => (true, TimeSpan.FromSeconds(16))).LookAsync(default), DoctorStates.Warning, "may be wrong by 16.0 s");
        Says(await new TimeCheck(() => (false, TimeSpan.Zero)).LookAsync(default), DoctorStates.Warning, "not synchronised", "chrony");
        Says(await new TimeCheck(() => null).LookAsync(default), DoctorStates.Unknown, "does not say");
        Assert.NotNull(Adapters.Linux.KernelClock.Read());
    }

    [Fact]
    public async Task Datastores_are_judged_by_the_linter_of_mounts_and_by_their_lease_area()
    {
        async Task<IReadOnlyList<Finding>> Look(StoreMount? mount, Func<string, bool>? formatted = null) =>
            await new DatastoreCheck([("gold", "/mnt/gold")], _ => Task.FromResult(mount), formatted ?? (_ => true), TimeSpan.FromMilliseconds(200)).LookAsync(default);
        Says(await Look(new("/mnt/gold", "nfs4", "nas:/gold", ["rw", "local_lock=none"])), DoctorStates.Ok, "gold: /mnt/gold (nfs4) has its lease area");
        Says(await Look(new("/mnt/gold", "nfs4", "nas:/gold", ["rw", "nolock"])), DoctorStates.Failed, "gold: /mnt/gold is mounted with 'nolock'", "mount it without 'nolock'");
        Says(await Look(new("/mnt/gold", "nfs4", "nas:/gold", ["ro"])), DoctorStates.Failed, "read-only", "mount it with 'rw'");
        Says(await Look(new("/", "ext4", "/dev/vda", ["rw"])), DoctorStates.Warning, "gold: / lies on ext4");
        Says(await Look(null), DoctorStates.Unknown, "does not say how");
        Says(await Look(null, _ => false), DoctorStates.Failed, "has no lease area", "mount the datastore there");
        Says(await Look(null, _ => { Thread.Sleep(Timeout.Infinite); return true; }), DoctorStates.Failed, "looking at /mnt/gold has not ended", "server");
        Says(await new DatastoreCheck([], _ => null!, _ => true, TimeSpan.Zero).LookAsync(default), DoctorStates.Warning, "knows no datastore");
        Says(await new DatastoreCheck(null, _ => null!, _ => true, TimeSpan.Zero).LookAsync(default), DoctorStates.Unknown, "cannot be read");
    }

    [Fact]
    public async Task A_host_needs_a_watchdog_or_a_fence_device()
    {
        Says(await new WatchdogCheck("/dev/watchdog", false, _ => true, _ => "iTCO_wdt").LookAsync(default), DoctorStates.Ok, "/dev/watchdog is there (iTCO_wdt)");
        Says(await new WatchdogCheck("/dev/watchdog", true, _ => false, _ => null).LookAsync(default), DoctorStates.Failed, "/dev/watchdog is not there", "softdog");
        Says(await new WatchdogCheck(null, true, _ => false, _ => null).LookAsync(default), DoctorStates.Warning, "no watchdog is configured");
        Says(await new WatchdogCheck(null, false, _ => false, _ => null).LookAsync(default), DoctorStates.Failed, "neither a watchdog nor a fence device");
    }

    [Fact]
    public async Task Each_fence_device_has_to_say_its_plug_s_state()
    {
        var found = await new FenceCheck([("h2", 0, "ipmi"), ("h3", 0, "ipmi")], (host, _) => Task.FromResult(host == "h2" ? null : "no answer.")).LookAsync(default);
        Says([found[0]], DoctorStates.Ok, "ipmi says the state of h2");
        Says([found[1]], DoctorStates.Failed, "ipmi of h3: no answer");
        Says(await new FenceCheck([], null!).LookAsync(default), DoctorStates.Warning, "no fence device");
    }

    [Theory]
    [InlineData(true, true, DoctorStates.Ok, "cluster: c0 is up, and packets of its MTU, 9000, reach h2")]
    [InlineData(false, true, DoctorStates.Failed, "cluster: small packets reach h2 (10.0.0.2), those of c0's MTU, 9000, do not")]
    [InlineData(false, false, DoctorStates.Warning, "does not answer a ping")]
    [InlineData(null, null, DoctorStates.Unknown, "was not tried")]
    public async Task Packets_of_the_MTU_have_to_get_through(bool? large, bool? small, string state, string says) =>
        Says(await Network("c0", new(true, 9000), (_, size) => Task.FromResult(size == 9000 ? large : small)), state, says);

    [Fact]
    public async Task A_link_has_an_interface_with_a_carrier()
    {
        Says(await Network("c0", null), DoctorStates.Failed, "there is no interface c0");
        Says(await Network("c0", new(false, 1500)), DoctorStates.Failed, "c0 has no carrier");
        Says(await Network(null, null), DoctorStates.Warning, "no interface is named");
    }

    [Fact]
    public async Task With_an_agent_its_word_counts_and_the_guard_is_not_asked()
    {
        var ill = Agent(Well with { Ready = false, Reason = "no guard answers", Quorum = false, Alarms = ["the strip is silent."] });
        var found = await new AgentCheck(ill).LookAsync(default);
        Says([found[0]], DoctorStates.Failed, "the agent of h1 is not ready: no guard answers");
        Says([found[1]], DoctorStates.Failed, "no quorum");
        Says([found[2]], DoctorStates.Warning, "the strip is silent");
        Says(await new GuardCheck(ill, null, Never).LookAsync(default), DoctorStates.Failed, "the guard does not answer the agent", "systemctl start holdfast-guard");
        Says(await new GuardCheck(Agent(Well), null, Never).LookAsync(default), DoctorStates.Ok, "the guard answers the agent");
        Says(await new AgentCheck(Agent(Well)).LookAsync(default), DoctorStates.Ok, "holdfastd 1.2.3 of h1 does its work");
        Says(await new PortCheck(Agent(Well), [], (_, _) => throw new InvalidOperationException()).LookAsync(default), DoctorStates.Ok, "the agent has its ports");
    }

    [Theory]
    [InlineData(null, null, DoctorStates.Failed, "no guard answers")]
    [InlineData("none", "/dev/watchdog", DoctorStates.Failed, "runs without the watchdog /dev/watchdog that is configured")]
    [InlineData("lost", "/dev/watchdog", DoctorStates.Failed, "does not reach the watchdog /dev/watchdog")]
    [InlineData("armed", "/dev/watchdog", DoctorStates.Ok, "the guard answers, and sees 1 machine(s)")]
    [InlineData("none", null, DoctorStates.Ok, "the guard answers")]
    public async Task Without_an_agent_the_guard_is_asked(string? says, string? configured, string state, string words)
    {
        var report = says is null ? null : new GuardReport(0, Guid.Empty, says, [], [new(Guid.NewGuid(), 1, 7, GuardedState.Free), new(Guid.NewGuid(), 2, 0, GuardedState.Absent)]);
        Says(await new GuardCheck(Nobody, configured, () => Task.FromResult(report)).LookAsync(default), state, words);
        Says(await new AgentCheck(Nobody).LookAsync(default), DoctorStates.Warning, "no agent answers (/none is missing)");
    }

    [Fact]
    public async Task A_certificate_s_end_is_seen_before_it_comes()
    {
        using var authority = ClusterAuthority.Create("lab", DateTimeOffset.UtcNow);
        authority.Issue("h1", [IPAddress.Loopback], DateTimeOffset.UtcNow, agent: false).SaveForQemu(folder);
        async Task<Finding> At(int days) => (await new CertificateCheck(CertificateUse.Migrations, true, folder, () => DateTimeOffset.UtcNow.AddDays(days)).LookAsync(default))[1];
        Says([await At(0)], DoctorStates.Ok, "server-cert.pem is good until");
        Says([await At(720)], DoctorStates.Warning, "server-cert.pem is good only until");
        Says([await At(740)], DoctorStates.Failed, "server-cert.pem was good until", "holdfast ca issue");
        File.WriteAllText(Path.Combine(folder, "server-cert.pem"), "nonsense");
        Says([await At(0)], DoctorStates.Failed, "server-cert.pem is no certificate");
        File.Delete(Path.Combine(folder, "server-cert.pem"));
        Says([await At(0)], DoctorStates.Failed, "server-cert.pem is missing");
        Says(await new CertificateCheck(CertificateUse.Migrations, false, folder, () => default).LookAsync(default), DoctorStates.Warning, "migrationTls is off");
        Says([(await new CertificateCheck(CertificateUse.Agent, true, folder, () => default).LookAsync(default))[1]], DoctorStates.Failed, "host-cert.pem is missing, so that nobody reaches this host's agent", "docs/operations/tls.md");
    }

    [Fact]
    public async Task Room_is_measured_and_a_store_that_hangs_is_unknown()
    {
        async Task<IReadOnlyList<Finding>> Look(Func<string, (long, long)> measure) => await new SpaceCheck([("state", "/s")], measure, TimeSpan.FromMilliseconds(200)).LookAsync(default);
        Says(await Look(_ => (50_000, 100_000)), DoctorStates.Ok, "state: 50000 of 100000 MiB are free in /s");
        Says(await Look(_ => (500, 100_000)), DoctorStates.Warning, "state: 500 of", "make room");
        Says(await Look(_ => (5, 100_000)), DoctorStates.Failed, "state: 5 of", "make room");
        Says(await Look(_ => { Thread.Sleep(Timeout.Infinite); return default; }), DoctorStates.Unknown, "measuring /s has not ended");
        Assert.True(SpaceCheck.Measure(Path.Combine(folder, "not", "there", "yet")).AllMiB > 0);
    }

    [Fact]
    public async Task A_port_that_another_has_is_named()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var place = (IPEndPoint)other.LocalEndpoint;
        Says(await new PortCheck(Nobody, [("peerPort", place, false)], PortCheck.Bind).LookAsync(default), DoctorStates.Failed, $"peerPort: TCP {place} cannot be taken: Address already in use", $"sport = :{place.Port}");
        Says(await new PortCheck(Nobody, [("heartbeatPort", place, true)], PortCheck.Bind).LookAsync(default), DoctorStates.Ok, $"the ports {place.Port} are free");
    }

    [Fact]
    public async Task AppArmor_has_to_let_QEMU_make_its_sockets()
    {
        async Task<IReadOnlyList<Finding>> Look(string? profiles, string? rules) => await new ConfinementCheck(f => f == ConfinementCheck.Additions ? rules : profiles).LookAsync(default);
        Says(await Look(null, null), DoctorStates.Ok, "not in use");
        Says(await Look("libvirtd (enforce)", null), DoctorStates.Failed, "nothing lets QEMU", ConfinementCheck.Additions);
        Says(await Look("libvirtd (enforce)", "# /run/holdfast/ one day\n"), DoctorStates.Failed, "nothing lets QEMU");
        Says(await Look("libvirtd (enforce)", "  /run/holdfast/qmp/*.sock rw,\n"), DoctorStates.Ok, "lets QEMU");
    }

    private static Task<GuardReport?> Never() => throw new InvalidOperationException("The guard was asked beside its agent.");

    private static AgentWord Agent(ClusterStatus status) => new("/some", () => Task.FromResult(status));

    private static Task<IReadOnlyList<Finding>> Network(string? name, OwnLink? link, Func<string, int, Task<bool?>>? ping = null) =>
        new NetworkCheck([new("cluster", name, [("h2", "10.0.0.2")])], _ => link, ping ?? ((_, _) => throw new InvalidOperationException("It was pinged over a dead link."))).LookAsync(default);

    private static void Says(IReadOnlyList<Finding> found, string state, string says, string mend = "")
    {
        var finding = Assert.Single(found);
        Assert.Equal(state, finding.State);
        Assert.Contains(says, finding.Says);
        Assert.Contains(mend, finding.Mend ?? "");
        Assert.Equal(state == DoctorStates.Ok, finding.Mend is null);
        Assert.False(finding.Says.EndsWith('.'), finding.Says);
    }
}
