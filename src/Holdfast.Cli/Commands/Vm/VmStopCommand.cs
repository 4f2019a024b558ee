using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmStopCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<int> timeout = Inputs.NumberOption("--timeout", 60, 1, 3600, "Seconds in which the guest must have shut down.");

    public VmStopCommand(Context context)
        : base(context, "stop", "Shut a machine down cleanly; it is never killed by this.")
    {
        Add(machine);
        Add(timeout);
    }

    protected override string Title(ParseResult parse) => $"stop {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.StopAsync(parse.GetRequiredValue(machine), new StopMachine(parse.GetValue(timeout)), cancel);

    protected override string Done(TaskReport task) => $"{task.Machine} is stopped.";
}
