using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostDrainCommand : TaskCommand
{
    private readonly DrainOrder order = new();

    public HostDrainCommand(Context context)
        : base(context, "drain", "For planned work on a host: it takes no machines, and those that run there move live to other hosts; exit code 3 when some cannot.") => order.AddTo(this);

    /// <summary>A full host moves its machines a few at a time.</summary>
    protected override TimeSpan Limit => TimeSpan.FromDays(1);

    protected override string Title(ParseResult parse) => $"drain {order.Name(parse)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) => client.DrainAsync(order.Name(parse), order.Request(parse), cancel);

    protected override string Done(TaskReport task) => task.Result is { Remaining: { Length: > 0 } remaining } result
        ? $"{string.Join('\n', remaining.Select(m => $"{m.Machine} is still on {result.Host}: {m.Why}."))}\n{result.Host} stays as it is, takes no machines, and moves these as soon as they can leave; nothing is stopped for it."
        : $"{task.Result?.Host} is drained: no machine is left there, and it takes none until 'holdfast host resume {task.Result?.Host}'.";

    protected override int Exit(TaskReport task) => task.Result is { Remaining.Length: > 0 } ? ExitCode.Degraded : ExitCode.Done;
}
