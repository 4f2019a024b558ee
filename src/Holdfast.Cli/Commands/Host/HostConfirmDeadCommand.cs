using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostConfirmDeadCommand : ClusterCommand
{
    private readonly HostOrder order = new();

    public HostConfirmDeadCommand(Context context)
        : base(context, "confirm-dead", "Vouch that a silent host is off and stays off, where no device can prove it; its machines start elsewhere.") => order.AddTo(this);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var name = order.Name(parse);
        order.Confirm(parse, Terminal, $"If {name} is not off, its machines may run twice and ruin their disks", $"{name} is not confirmed dead.");
        return Show(parse, await client.ConfirmDeadAsync(name, order.Request(parse), cancel), ApiJson.Readable.HostExplanation,
            why => Terminal.Out.WriteLine($"{why.Host} counts as dead; its machines are taken over once its slot has stayed silent for long enough."));
    }
}
