using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmDeleteCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Do not ask; required where nobody can be asked." };

    public VmDeleteCommand(Context context)
        : base(context, "delete", "Delete a stopped machine with its folder and disks.")
    {
        Add(machine);
        Add(yes);
    }

    protected override string Title(ParseResult parse) => $"delete {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var name = parse.GetRequiredValue(machine);
        if (!parse.GetValue(yes))
        {
            TypedConfirmation.Ask(Terminal, name, $"Delete {name} and its disks?", $"Deleting {name} deletes its disks; say --yes to do it.", $"{name} is not deleted.");
        }

        return client.DeleteAsync(name, cancel);
    }

    protected override string Done(TaskReport task) => $"{task.Machine} is deleted.";
}
