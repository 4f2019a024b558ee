using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmKillCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public VmKillCommand(Context context)
        : base(context, "kill", "Stop a machine at once, like a power cut.") => Add(machine);

    protected override string Title(ParseResult parse) => $"kill {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.KillAsync(parse.GetRequiredValue(machine), cancel);

    protected override string Done(TaskReport task) => $"{task.Machine} is stopped.";
}
