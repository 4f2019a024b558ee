using System.Globalization;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Tests;

/// <summary>Real namespaces, libvirt, store and guest; no agent.</summary>
[Trait("Category", "Lab")]
public sealed class HostsAndFaultsTests(RunningLab lab) : IClassFixture<RunningLab>
{
    [LabFact]
    public async Task A_guest_counts_and_after_a_crash_goes_on_elsewhere_without_a_gap()
    {
        await lab.Run("h1", "qemu-img", "create", "-q", "-f", "raw", "/holdfast/shared/judge.img", "16M");
        await Start("h1", "judge");
        await RunningLab.Eventually("counting", async () => (await Machine("judge")) is { Counter: > 20, Copies: [{ Host: "h1", Executing: true }] });
        var observed = await LabCluster.Observe(RunningLab.Name, "judge", TimeSpan.FromSeconds(1), null, TestContext.Current.CancellationToken);
        Assert.True(observed.Lines >= 5, $"{observed.Lines} lines in a second");

        await RunningLab.Fault("crash", "h1");
        var dead = await Machine("judge");
        Assert.Empty(dead!.Copies);
        Assert.Equal("off", LabCluster.Status(RunningLab.Name).Hosts[0].Power);

        // The store releases the image's lock when it notices that the client is gone: 4 s, and no sooner than a power cut would be noticed.
        await RunningLab.Eventually("started elsewhere", async () => await TryStart("h2", "judge"), 30);
        await RunningLab.Eventually("counting again", async () => (await Machine("judge"))?.Counter > dead.Counter + 5);
        var after = await Machine("judge");
        Assert.Equal(("h2", 0L, 0L), (after!.Copies.Single().Host, after.Gaps, after.ForeignWrites));
        Assert.NotEqual(dead.BootId, after.BootId);

        await RunningLab.Fault("stop-process", "h2", "qemu:judge");
        Assert.False((await Machine("judge"))!.Copies.Single().Executing);
        await RunningLab.Fault("hang", "h2");
        await RunningLab.Fault("unhang", "h2");
        Assert.False((await Machine("judge"))!.Copies.Single().Executing, "unhang must not wake what was stopped before");
        await RunningLab.Fault("cont-process", "h2", "qemu:judge");
        Assert.True((await Machine("judge"))!.Copies.Single().Executing);

        await lab.Run("h2", "virsh", "-q", "shutdown", "judge");
        await RunningLab.Eventually("clean shutdown", async () => (await Machine("judge"))?.Copies.Count == 0);
        await RunningLab.Fault("start", "h1");
        await RunningLab.Eventually("h1 is back with its store", async () => await lab.Succeeds("h1", "test", "-e", "/holdfast/shared/judge.img"));
        await RunningLab.Eventually("h1 answers", () => Reaches("h1", "cluster"), 5);
    }

    [LabFact]
    public async Task A_live_migration_keeps_the_counter_and_shows_its_pause()
    {
        await lab.Run("h1", "qemu-img", "create", "-q", "-f", "raw", "/holdfast/shared/mover.img", "16M");
        await RunningLab.Eventually("started", () => TryStart("h1", "mover"));
        await RunningLab.Eventually("counting", async () => (await Machine("mover"))?.Counter > 10);
        var watching = LabCluster.Observe(RunningLab.Name, "mover", TimeSpan.FromSeconds(6), null, TestContext.Current.CancellationToken);
        var target = lab.State.Address("h2", lab.State.Network("migration"));
        await Shell.Must(["virsh", "-q", "-c", Libvirt("h1"), "migrate", "--live", "--unsafe", "mover", Libvirt("h2"), $"tcp://{target}"], limit: TimeSpan.FromSeconds(30));
        var observed = await watching;
        Assert.Equal(["h1", "h2"], observed.Hosts.Select(host => host.Host));
        Assert.InRange(observed.LongestSilence, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(3));
        Assert.Equal(0, (await Machine("mover"))!.Gaps);
    }

    [LabFact]
    public async Task Cutting_one_way_and_size_faults_do_what_they_say_and_heal()
    {
        await RunningLab.Fault("start", "h1");
        await RunningLab.Eventually("before", () => Reaches("h1", "cluster"), 5);
        await RunningLab.Fault("cut", "h1", "cluster");
        Assert.False(await Reaches("h1", "cluster"), "cut");
        await RunningLab.Eventually("another network is untouched", () => Reaches("h1", "migration"), 5);
        await RunningLab.Fault("heal", "h1", "cluster");
        await RunningLab.Eventually("healed", () => Reaches("h1", "cluster"), 5);

        await RunningLab.Fault("switch", "cluster", "down");
        Assert.False(await Reaches("h1", "cluster"), "switch down");
        await RunningLab.Fault("switch", "cluster", "up");
        await RunningLab.Eventually("switch up", () => Reaches("h1", "cluster"), 5);

        await RunningLab.Fault("mtu", "h2", "cluster", "500");
        await RunningLab.Eventually("small packets pass", () => Reaches("h1", "cluster", 100), 5);
        Assert.False(await Reaches("h1", "cluster", 1000), "large packets vanish");
        await RunningLab.Fault("oneway", "h2", "migration", "in");
        Assert.False(await Reaches("h1", "migration"), "one way");
        await RunningLab.Fault("rate", "h1", "storage", "20mbit");
        await RunningLab.Fault("loss", "h1", "guest", "100");
        Assert.False(await Reaches("h1", "guest"), "loss");
        Assert.Equal(4, LabCluster.Status(RunningLab.Name).Faults.Count);
        await RunningLab.Fault("heal", "all");
        Assert.Empty(LabCluster.Status(RunningLab.Name).Faults);
        foreach (var network in RunningLab.Options.Networks)
        {
            await RunningLab.Eventually($"{network.Name} after heal all", () => Reaches("h1", network.Name, 1000), 5);
        }
    }

    private async Task<bool> Reaches(string from, string network, int size = 56) =>
        await lab.Succeeds(from, "ping", "-q", "-c", "1", "-W", "1", "-M", "do", "-s", size.ToString(CultureInfo.InvariantCulture), lab.State.Address("h2", lab.State.Network(network)));

    private static async Task<TruthMachine?> Machine(string name) => (await RunningLab.Truth()).Machines.FirstOrDefault(machine => machine.Name == name);

    /// <summary>A host's libvirtd, from the machine: so one client speaks to both sides, as the product's agents do with each other.</summary>
    private string Libvirt(string host) => $"qemu+unix:///system?socket=/proc/{lab.State.Paths.Host(host).InitProcess!.Value.Pid}/root/run/libvirt/libvirt-sock";

    private async Task Start(string host, string name)
    {
        var file = $"{lab.State.Paths.Host(host).Disk}/var/tmp/{name}.xml";
        await File.WriteAllTextAsync(file, Domain(name));
        await lab.Run(host, "virsh", "-q", "create", $"/var/tmp/{name}.xml");
    }

    private async Task<bool> TryStart(string host, string name)
    {
        try
        {
            await Start(host, name);
            return true;
        }
        catch (LabException e)
        {
            TestContext.Current.SendDiagnosticMessage(e.Message);
            return false;
        }
    }

    private string Domain(string name) => $"""
        <domain type='{(lab.State.Acceleration == "kvm" ? "kvm" : "qemu")}'>
          <name>{name}</name><memory unit='MiB'>192</memory><vcpu>1</vcpu>
          <os><type arch='x86_64' machine='pc'>hvm</type><kernel>/holdfast/guest/kernel</kernel><initrd>/holdfast/guest/initrd</initrd><cmdline>console=ttyS0 quiet</cmdline></os>
          <features><acpi/></features>
          <devices>
            <disk type='file' device='disk'><driver name='qemu' type='raw' cache='none' error_policy='stop'/><source file='/holdfast/shared/{name}.img'/><target dev='vda' bus='virtio'/></disk>
            <interface type='bridge'><source bridge='guest0'/><model type='virtio'/><rom enabled='no'/></interface>
            <serial type='pty'><log file='/var/log/holdfast/serial/{name}.log' append='on'/></serial>
          </devices>
        </domain>
        """;
}
