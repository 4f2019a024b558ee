using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmStartCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<string?> on = new("--on") { Description = "Start it on this host (default: the cluster chooses).", HelpName = "HOST" };

    public VmStartCommand(Context context)
        : base(context, "start", "Start a machine.")
    {
        Add(machine);
        Add(on);
    }

    protected override string Title(ParseResult parse) => $"start {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.StartAsync(parse.GetRequiredValue(machine), new StartMachine(parse.GetValue(on)), cancel);

    protected override Task SettleAsync(ParseResult parse, HoldfastClient client, Progress progress, CancellationToken cancel) =>
        UntilRunningAsync(client, parse.GetRequiredValue(machine), progress, cancel);

    protected override string Done(TaskReport task) => task.Result?.Host is { } host ? $"{task.Machine} runs on {host}." : $"{task.Machine} is started.";
}
