using Holdfast.Adapters.Libvirt;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Model;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Tests;

/// <summary>The product's hypervisor adapter on a host of the lab, from outside: its files and its libvirtd are seen through /proc.</summary>
internal sealed class PulseHost : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly RunningLab lab;
    private readonly string host;
    private readonly LibvirtConnection connection;
    private readonly LibvirtHypervisor hypervisor;
    private long op;

    private PulseHost(RunningLab lab, string host)
    {
        this.lab = lab;
        this.host = host;
        var init = lab.State.Paths.Host(host).InitProcess!.Value.Pid;
        var paths = new Holdfast.Adapters.Libvirt.HostPaths
        {
            Root = $"/proc/{init}/root",
            IsMine = pid => HostProcesses.PidNamespace(pid) == HostProcesses.PidNamespace(init),
        };
        connection = new LibvirtConnection(new CallThreads(), $"qemu+unix:///system?socket={paths.Root}/run/libvirt/libvirt-sock");
        hypervisor = new LibvirtHypervisor(connection, paths, new HypervisorOptions
        {
            GuestBridge = "guest0",
            Acceleration = lab.State.Acceleration == "kvm" ? Acceleration.Kvm : Acceleration.Tcg,
        });
    }

    internal static async Task<PulseHost> OnAsync(RunningLab lab, string host)
    {
        var opened = new PulseHost(lab, host);
        opened.connection.Start();
        Assert.True(await opened.connection.WaitConnectedAsync(Deadline), opened.connection.Trouble);
        return opened;
    }

    /// <summary>Starts the lab's guest with a disk on the store; it has begun to boot.</summary>
    internal async Task<MachineDefinition> StartAsync(string name)
    {
        var folder = Folder(name);
        await RunningLab.Eventually("the store", () => lab.Succeeds(host, "mkdir", "-p", folder));
        await lab.Run(host, "qemu-img", "create", "-q", "-f", "raw", $"{folder}/disk.raw", "16M");
        var boot = new DirectBoot("/holdfast/guest/kernel", "/holdfast/guest/initrd", await File.ReadAllTextAsync($"{lab.State.Guest}/cmdline"));
        var machine = new MachineDefinition(Guid.NewGuid(), name, "none", 192, 1, 0, "52:54:00:00:00:01", [new DiskDefinition("disk.raw", 16 << 20)], boot);
        await CallAsync(new CreatePaused(++op, machine, folder, 1));
        await CallAsync(new Continue(++op, machine.Id));
        return machine;
    }

    internal async Task<GuestPulse> PulseAsync(MachineDefinition machine) => (await CallAsync(new TakePulse(++op, machine.Id))).Pulse!;

    /// <summary>What the agent says until then; a machine that is leaving has no pulse at times.</summary>
    internal async Task<IReadOnlyList<GuestAgentSign>> AskUntilAsync(MachineDefinition machine, CancellationToken ended)
    {
        var signs = new List<GuestAgentSign>();
        while (!ended.IsCancellationRequested)
        {
            if ((await BeginAsync(new TakePulse(0, machine.Id))).Pulse is { } pulse)
            {
                signs.Add(pulse.Agent);
            }
        }

        return signs;
    }

    /// <summary>The first pulse in which the agent gives this sign.</summary>
    internal async Task<GuestPulse> UntilAsync(MachineDefinition machine, GuestAgentSign sign)
    {
        GuestPulse? pulse = null;
        await RunningLab.Eventually($"the agent of {machine.Name}: {sign}", async () => (pulse = await PulseAsync(machine)).Agent == sign, 60);
        return pulse!;
    }

    /// <summary>A live migration in the order of the core.</summary>
    internal async Task MoveAsync(MachineDefinition machine, PulseHost target, string address)
    {
        var move = Guid.NewGuid();
        var completed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        target.hypervisor.Happened += happened => _ = happened.Kind == MachineEventKind.MigrationCompleted && completed.TrySetResult();
        var begun = await CallAsync(new BeginMove(++op, machine.Id, move, TimeSpan.FromMilliseconds(300)));
        var ready = await target.CallAsync(new PrepareMove(++op, machine, Folder(machine.Name), move, begun.Xml!, begun.Cookie, address));
        var performed = CallAsync(new PerformMove(++op, machine.Id, move, ready.Uri!, ready.Cookie));
        await completed.Task.WaitAsync(Deadline);
        await target.CallAsync(new FinishMove(++op, machine.Id, move, Cancelled: false));
        await performed;
        await CallAsync(new FreezeAndLook(++op, machine.Id));
        await CallAsync(new End(++op, machine.Id));

        // Asked again while it is refused, as the core does: the store may give the ended source's image lock back a moment later.
        await RunningLab.Eventually($"{machine.Name} runs at its target", async () => (await target.BeginAsync(new Continue(++target.op, machine.Id))).Failure is null);
        await CallAsync(new ConfirmMove(++op, machine.Id, move, Cancelled: false));
    }

    internal async Task<HypervisorResult> CallAsync(HypervisorCall call)
    {
        var result = await BeginAsync(call);
        Assert.True(result.Failure is null, $"{call.GetType().Name}: {result.Failure}");
        return result;
    }

    private Task<HypervisorResult> BeginAsync(HypervisorCall call)
    {
        var ended = new TaskCompletionSource<HypervisorResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        hypervisor.Begin(call, ended.SetResult);
        return ended.Task.WaitAsync(Deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await hypervisor.DisposeAsync();
        await connection.DisposeAsync();
    }

    private static string Folder(string name) => $"/holdfast/shared/{name}";
}
