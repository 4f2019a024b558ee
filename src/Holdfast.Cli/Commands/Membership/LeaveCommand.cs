using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Membership;

namespace Holdfast.Cli.Commands.Membership;

internal sealed class LeaveCommand : MembershipCommand
{
    private readonly Option<bool> sure = new("--yes") { Description = "Do not ask." };

    public LeaveCommand(Context context)
        : base(context, "leave", "Give up being a host: this machine's certificate, secret and configuration are removed.") => Add(sure);

    protected override async Task RunAsync(ParseResult parse, HostFolder folder, CancellationToken cancel)
    {
        var configuration = folder.Read();
        var name = configuration["host"]?.GetValue<string>() ?? "";
        await MustBeEmptyAsync(name, configuration["socket"]?.GetValue<string>() ?? Routes.DefaultSocket, cancel);
        if (!parse.GetValue(sure))
        {
            TypedConfirmation.Ask(Terminal, name, $"Give up being the host {name}?", "Nobody can be asked here; add --yes to leave.", "That is another name, so nothing was removed.");
        }

        var gone = folder.GiveUp();
        Terminal.Out.WriteLine($"{name} is no host any more; removed: {string.Join(", ", gone)}. Stop holdfastd here.");
        Terminal.Out.WriteLine($"On every other host: take {name} out of hosts (and etcd.members) in {folder.Configuration} and restart the agents one after the other. {name} knew the cluster's secret: change it (docs/operations/membership.md).");
    }

    /// <summary>Only the agent knows what runs here: one that does not answer is no proof that nothing does.</summary>
    private static async Task MustBeEmptyAsync(string name, string socket, CancellationToken cancel)
    {
        using var client = HoldfastClient.Unix(socket, local: true);
        var host = await client.HostAsync(name, cancel);
        if (host.Drain is null)
        {
            throw new UsageException($"{name} takes machines; 'holdfast host drain {name}' moves them away and keeps others from coming, then it may leave.");
        }

        if ((await client.MachinesAsync(cancel)).Where(m => m.Host == name && m.State != MachineState.Stopped).Select(m => m.Name).ToArray() is { Length: > 0 } here)
        {
            throw new UsageException($"{string.Join(", ", here)} {(here.Length == 1 ? "is" : "are")} still on {name}; 'holdfast host show {name}' says what keeps {(here.Length == 1 ? "it" : "them")} there.");
        }

        if (host.Drain is not DrainState.Drained)
        {
            throw new UsageException($"{name} is still being drained; 'holdfast host show {name}' says what it waits for.");
        }
    }
}
