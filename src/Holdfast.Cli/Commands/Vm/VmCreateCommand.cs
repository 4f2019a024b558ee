using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmCreateCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.NewName("machine");
    private readonly Option<int> memory = Inputs.SizeOption("--memory", 192, "Memory.");
    private readonly Option<int> cpus = Inputs.NumberOption("--cpus", 1, 1, 256, "Virtual CPUs.");
    private readonly Option<int> disk = Inputs.SizeOption("--disk", 64, "Size of its disk (with an image, default: as large as that).");
    private readonly Option<string?> image = new("--image") { Description = "Disk image to copy, qcow2 or raw, a file on the agent's host; without one an empty disk (in a lab: the lab's guest).", HelpName = "FILE" };
    private readonly Option<string?> cloudInit = new("--cloud-init") { Description = "User-data for cloud-init, which the image's first boot is configured by; a file here.", HelpName = "FILE" };
    private readonly Option<string?> datastore = new("--datastore") { Description = "Where its folder is made (default: the only one, else the first by name).", HelpName = "NAME" };
    private readonly Option<int> priority = Inputs.NumberOption("--priority", 100, 0, 1000, "Higher is restarted earlier.");
    private readonly Option<string> onIsolation = new("--on-isolation")
    {
        Description = "What its host does with it when it is cut off and the machine's network is gone with it: shut it down for another host, or keep it.",
        HelpName = "release|keep", DefaultValueFactory = _ => "release",
    };

    private readonly Option<HungResponse?> onHung = Inputs.OnHungOption();

    private readonly Option<string[]> ip = Inputs.AddressesOption("--ip", "IPv4 address that its guest will use; no other machine can be given it. May be repeated.");
    private readonly Option<bool> start = new("--start") { Description = "Start it when it has been created." };
    private readonly Option<string?> on = new("--on") { Description = "Start it on this host (default: the cluster chooses).", HelpName = "HOST" };

    public VmCreateCommand(Context context)
        : base(context, "create", "Create a machine.")
    {
        onIsolation.AcceptOnlyFromAmong("release", "keep");
        Add(machine);
        foreach (Option option in (Option[])[memory, cpus, disk, image, cloudInit, datastore, priority, ip, onIsolation, onHung, start, on])
        {
            Add(option);
        }
    }

    protected override string Title(ParseResult parse) => $"create {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) => client.CreateAsync(
        new CreateMachine
        {
            Name = parse.GetRequiredValue(machine),
            MemoryMiB = parse.GetValue(memory),
            Cpus = parse.GetValue(cpus),
            DiskMiB = parse.GetValue(image) is not null && parse.GetResult(disk) is null or { Implicit: true } ? 0 : parse.GetValue(disk),
            Image = parse.GetValue(image) is { } file && !file.StartsWith('/') ? Path.GetFullPath(file) : parse.GetValue(image),
            CloudInit = parse.GetValue(cloudInit) is { } userData ? Text(userData) : null,
            Datastore = parse.GetValue(datastore),
            Priority = parse.GetValue(priority),
            OnIsolation = parse.GetValue(onIsolation) == "keep" ? IsolationResponse.Keep : IsolationResponse.Release,
            OnHung = parse.GetValue(onHung) ?? HungResponse.Ignore,
            Ips = parse.GetValue(ip) ?? [],
            Start = parse.GetValue(start),
            Host = parse.GetValue(on),
        },
        cancel);

    private static string Text(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{file}' cannot be read as user-data for cloud-init: {e.Message}");
        }
    }

    protected override Task SettleAsync(ParseResult parse, HoldfastClient client, Progress progress, CancellationToken cancel) =>
        parse.GetValue(start) ? UntilRunningAsync(client, parse.GetRequiredValue(machine), progress, cancel) : Task.CompletedTask;

    protected override string Done(TaskReport task) =>
        task.Result?.Host is { } host ? $"{task.Machine} is created and runs on {host}." : $"{task.Machine} is created.";
}
