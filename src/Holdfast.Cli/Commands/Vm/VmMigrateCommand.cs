using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmMigrateCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Argument<string?> target = new("host") { Description = "The target (default: the cluster chooses).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> to = new("--to") { Description = "The same as HOST.", HelpName = "HOST" };
    private readonly Option<int?> downtime = new("--max-downtime") { Description = "Milliseconds that QEMU may plan for the last pass.", HelpName = "MS" };

    public VmMigrateCommand(Context context)
        : base(context, "migrate", "Move a running machine to another host; its guest goes on counting.")
    {
        Add(machine);
        Add(target);
        Add(to);
        Add(downtime);
    }

    protected override string Title(ParseResult parse) => $"migrate {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var (positional, option) = (parse.GetValue(target), parse.GetValue(to));
        if (positional is not null && option is not null && positional != option)
        {
            throw new UsageException($"Two targets are named, {positional} and {option}; name one.");
        }

        return client.MigrateAsync(parse.GetRequiredValue(machine), new MigrateMachine(positional ?? option, parse.GetValue(downtime)), cancel);
    }

    protected override string Done(TaskReport task) => task.Result?.Migration is { } m
        ? $"{task.Machine} moved from {m.From} to {m.To} in {Words.Ms(m.TotalMs)}; its guest was paused for {Words.Ms(m.PauseMs)}, {Words.Ms(m.CompletedToResumeMs)} of it for the hand-over."
        : $"{task.Machine} moved to {task.Result?.Host}.";
}
