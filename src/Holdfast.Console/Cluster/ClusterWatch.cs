using Holdfast.Api;

namespace Holdfast.Console.Cluster;

/// <summary>The cluster at a glance, asked for each second as long as the console is open: what every page's frame shows.</summary>
public sealed class ClusterWatch(Agents agents) : IDisposable
{
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private Live<ClusterStatus>? status;

    public Live<ClusterStatus> Status => status ??= new Live<ClusterStatus>(agents, (client, cancel) => client.StatusAsync(cancel), Period).Start();

    public Live<T> Open<T>(Func<HoldfastClient, CancellationToken, Task<T>> question, TimeSpan? period = null)
        where T : class => new Live<T>(agents, question, period ?? Period).Start();

    public void Dispose() => status?.Dispose();
}
