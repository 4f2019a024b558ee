using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotRevertCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Argument<string> snapshot = new("snapshot") { Description = "Name of the snapshot." };
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Do not ask; required where nobody can be asked." };

    public SnapshotRevertCommand(Context context)
        : base(context, "revert", "Put a stopped machine's disks back to a snapshot. What was written since the last snapshot is lost.")
    {
        Add(machine);
        Add(snapshot);
        Add(yes);
    }

    protected override string Title(ParseResult parse) => $"revert {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var (name, to) = (parse.GetRequiredValue(machine), parse.GetRequiredValue(snapshot));
        if (!parse.GetValue(yes))
        {
            TypedConfirmation.Ask(
                Terminal, name, $"Put {name} back to {to} and lose what it has written since its last snapshot?",
                $"Reverting {name} loses what it has written since its last snapshot; say --yes to do it.", $"{name} is not reverted.");
        }

        return client.RevertAsync(name, to, cancel);
    }

    protected override string Done(TaskReport task) => $"The disks of {task.Machine} are put back.";
}
