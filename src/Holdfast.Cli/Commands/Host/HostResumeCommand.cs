using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostResumeCommand : ClusterCommand
{
    private readonly DrainOrder order = new();

    public HostResumeCommand(Context context)
        : base(context, "resume", "End 'host drain': the host takes machines again; none moves back by itself.") => order.AddTo(this);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.ResumeAsync(order.Name(parse), order.Request(parse), cancel), ApiJson.Readable.HostDetail,
            host => Terminal.Out.WriteLine($"{host.Name} takes machines again; none moves back by itself."));
}
