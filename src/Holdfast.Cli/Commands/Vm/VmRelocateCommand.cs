using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmRelocateCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Argument<string?> target = new("host") { Description = "The target (default: the cluster chooses).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<int> timeout = Inputs.NumberOption("--timeout", 60, 1, 500, "Seconds in which the guest must have shut down; else it stays where it is.");

    public VmRelocateCommand(Context context)
        : base(context, "relocate", "Shut a running machine down and start it on another host; 'migrate' moves it without stopping it.")
    {
        Add(machine);
        Add(target);
        Add(timeout);
    }

    /// <summary>The guest's end, what may still land on the store after it, and a start elsewhere.</summary>
    protected override TimeSpan Limit => TimeSpan.FromMinutes(15);

    protected override string Title(ParseResult parse) => $"relocate {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.RelocateAsync(parse.GetRequiredValue(machine), new RelocateMachine(parse.GetValue(target), parse.GetValue(timeout)), cancel);

    protected override string Done(TaskReport task) => $"{task.Machine} was shut down and runs on {task.Result?.Host} now.";
}
