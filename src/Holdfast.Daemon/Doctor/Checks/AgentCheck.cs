using Holdfast.Api;

namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>The agent's own word.</summary>
internal sealed class AgentCheck(AgentWord agent) : ICheck
{
    public string Name => "agent";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel)
    {
        if (await agent.Status is not { } status)
        {
            return [Finding.Warning($"no agent answers ({agent.Why})", "start it with 'systemctl start holdfast'; 'journalctl -u holdfast' says why it does not")];
        }

        var own = status.Ready ? Finding.Ok($"holdfastd {status.Version} of {status.Host} does its work")
            : Finding.Failed($"the agent of {status.Host} is not ready: {status.Reason}", "mend what it names; 'holdfast events' says since when");
        return [own, .. status.Quorum ? Array.Empty<Finding>() : [Finding.Failed($"{status.Host} reaches no quorum of etcd, so that nothing can be changed", "'holdfast network show' says which hosts it does not hear")],
            .. status.Alarms.Select(a => Finding.Warning(a.TrimEnd('.'), "see 'holdfast status' and 'holdfast events'"))];
    }
}

/// <summary>What the agent of this host answers, asked once; null: none answers.</summary>
internal sealed class AgentWord(string socket, Func<Task<ClusterStatus>> ask)
{
    private readonly Lazy<Task<ClusterStatus?>> status = new(() => AskAsync(ask));

    public Task<ClusterStatus?> Status => status.Value;

    public string Why => File.Exists(socket) ? $"{socket} is there, but nobody answers" : $"{socket} is missing";

    private static async Task<ClusterStatus?> AskAsync(Func<Task<ClusterStatus>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is ApiException or IOException or OperationCanceledException or HttpRequestException or TimeoutException)
        {
            return null;
        }
    }
}
