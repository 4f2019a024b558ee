using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostFenceCommand : TaskCommand
{
    private readonly HostOrder order = new();

    public HostFenceCommand(Context context)
        : base(context, "fence", "Have a host's fence devices switch it off, alive or not; its machines start elsewhere.") => order.AddTo(this);

    protected override string Title(ParseResult parse) => $"fence {order.Name(parse)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var name = order.Name(parse);
        order.Confirm(parse, Terminal, $"Fencing {name} switches it off with everything that runs on it", $"{name} is not fenced.");
        return client.FenceAsync(name, order.Request(parse), cancel);
    }

    protected override string Done(TaskReport task) => $"{task.Result?.Host} is off, its fence device confirms it; its machines are taken over.";
}
