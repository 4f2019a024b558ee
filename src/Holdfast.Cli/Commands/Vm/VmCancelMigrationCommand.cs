using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmCancelMigrationCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public VmCancelMigrationCommand(Context context)
        : base(context, "cancel-migration", "End a machine's migration that is under way, as long as its hand-over has not begun; it runs on where it is.") => Add(machine);

    protected override string Title(ParseResult parse) => $"cancel-migration {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) => client.CancelMigrationAsync(parse.GetRequiredValue(machine), cancel);

    protected override string Done(TaskReport task) => $"{task.Machine} stays on {task.Result?.Host} and runs there; its migration{(task.Result?.Migration is { } m ? $" to {m.To}" : "")} was cancelled.";
}
