using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotCreateCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Argument<string> snapshot = new("snapshot") { Description = "Name of the snapshot." };
    private readonly Option<bool> noQuiesce = new("--no-quiesce") { Description = "Do not ask the guest agent to bring the file systems to rest." };

    public SnapshotCreateCommand(Context context)
        : base(context, "create", "Take a snapshot of a machine's disks, running or stopped; its memory is not part of it.")
    {
        Add(machine);
        Add(snapshot);
        Add(noQuiesce);
    }

    protected override string Title(ParseResult parse) => $"snapshot {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.CreateSnapshotAsync(parse.GetRequiredValue(machine), new CreateSnapshot(parse.GetRequiredValue(snapshot), !parse.GetValue(noQuiesce)), cancel);

    protected override string Done(TaskReport task) => $"The snapshot of {task.Machine} is taken.";
}
