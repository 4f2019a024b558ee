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
    private readonly Option<int?> downtime = new("--max-downtime") { Description = "How long the guest may stand still for the last pass, at most (default: 300).", HelpName = "MS" };

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Move nothing; say whether it would begin, why, and what it would cost." };

    public VmMigrateCommand(Context context)
        : base(context, "migrate", "Move a running machine to another host; its guest goes on counting.")
    {
        Add(machine);
        Add(target);
        Add(to);
        Add(downtime);
        Add(dryRun);
    }

    protected override string Title(ParseResult parse) => $"migrate {parse.GetValue(machine)}";

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        if (!parse.GetValue(dryRun))
        {
            return await base.RunAsync(parse, client, cancel);
        }

        var preflight = await client.PreflightAsync(parse.GetRequiredValue(machine), Request(parse), cancel);
        Show(parse, preflight, ApiJson.Readable.MigrationPreflight, p => PreflightReport.Write(Terminal, p));
        return preflight.Refusal is { } refusal ? throw new ApiException(ErrorCode.Failed, refusal) : ExitCode.Done;
    }

    /// <summary>Longer than the agents' own limit for the memory of a large machine, with all tries.</summary>
    protected override TimeSpan Limit => TimeSpan.FromHours(12);

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        client.MigrateAsync(parse.GetRequiredValue(machine), Request(parse), cancel);

    protected override string Done(TaskReport task) => task.Result?.Migration is { } m
        ? $"{task.Machine} moved from {m.From} to {m.To}{(m.Network is null ? "" : $" over network {m.Network}")} in {Words.Ms(m.TotalMs)}; its guest was paused for {Words.Ms(m.PauseMs)}, {Words.Ms(m.CompletedToResumeMs)} of it for the hand-over."
            + string.Concat(m.Tries.Select(t => $"\nBefore, to {t.To}{(t.Network is null ? "" : $" over network {t.Network}")}, left after {Words.Ms(t.EndedMs)}: {t.Why}."))
        : $"{task.Machine} moved to {task.Result?.Host}.";

    private MigrateMachine Request(ParseResult parse)
    {
        var (positional, option) = (parse.GetValue(target), parse.GetValue(to));
        return positional is not null && option is not null && positional != option
            ? throw new UsageException($"Two targets are named, {positional} and {option}; name one.")
            : new MigrateMachine(positional ?? option, parse.GetValue(downtime));
    }
}
