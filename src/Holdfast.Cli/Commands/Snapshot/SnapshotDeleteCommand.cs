using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotDeleteCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Argument<string> snapshot = new("snapshot") { Description = "Name of the snapshot." };

    public SnapshotDeleteCommand(Context context)
        : base(context, "delete", "Delete a snapshot; the machine's disks stay as they are. Its files are merged if the machine is stopped, or by 'compact' later.")
    {
        Add(machine);
        Add(snapshot);
    }

    protected override string Title(ParseResult parse) => $"delete {parse.GetValue(snapshot)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.DeleteSnapshotAsync(parse.GetRequiredValue(machine), parse.GetRequiredValue(snapshot), cancel);

    protected override string Done(TaskReport task) => $"The snapshot of {task.Machine} is deleted.";
}
