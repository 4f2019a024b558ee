using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotCompactCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public SnapshotCompactCommand(Context context)
        : base(context, "compact", "Merge the files of a stopped machine's disks that no snapshot names.") => Add(machine);

    protected override string Title(ParseResult parse) => $"compact {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.CompactAsync(parse.GetRequiredValue(machine), cancel);

    protected override string Done(TaskReport task) => $"The disks of {task.Machine} are merged.";
}
