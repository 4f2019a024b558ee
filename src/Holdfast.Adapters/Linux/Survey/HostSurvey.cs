using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Core.Storage;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>
/// Looks now and then at what this host's cables and datastores hang on: without rights on any switch, and without sending anything. Each program has a limit; what one does not say is not known.
/// </summary>
public sealed class HostSurvey : IDisposable
{
    /// <summary>Cables are replugged by people, and a switch says LLDP every 30 s.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly string[] Ip = ["ip", "-json", "-details", "address"], Lldp = ["lldpcli", "-f", "json0", "show", "neighbors"], Multipath = ["multipathd", "show", "maps", "json"];

    private readonly ImmutableArray<SurveyedNetwork> networks;
    private readonly Func<IEnumerable<SurveyedDatastore>> datastores;
    private readonly Func<IReadOnlyList<string>, CancellationToken, Task<(string? Output, string Why)>> run;
    private readonly CancellationTokenSource ending = new();
    private volatile HostSight sight = HostSight.Empty;
    private volatile IReadOnlyList<string> mountFaults = [];

    /// <param name="datastores">Those that this host knows at the moment.</param>
    /// <param name="run">Program and arguments to what it prints; null: the programs of this host.</param>
    public HostSurvey(IEnumerable<SurveyedNetwork> networks, Func<IEnumerable<SurveyedDatastore>> datastores, Func<IReadOnlyList<string>, CancellationToken, Task<(string? Output, string Why)>>? run = null)
    {
        this.networks = [.. networks];
        this.datastores = datastores;
        this.run = run ?? ((command, cancel) => ProgramOutput.OfAsync(command, Limit, cancel));
    }

    /// <summary>What was seen last.</summary>
    public HostSight Sight => sight;

    /// <summary>Of the datastores that this host knows: how its own mounts lie across hosts, one sentence each.</summary>
    public IReadOnlyList<string> MountFaults => mountFaults;

    public void Start() => _ = LookAgainAsync();

    public void Dispose() => ending.Cancel();

    /// <summary>One look.</summary>
    internal async Task LookAsync()
    {
        var unknown = ImmutableArray.CreateBuilder<string>();
        var links = await AskAsync(Ip, "Links", KernelLink.Parse, [], unknown);
        var neighbours = await AskAsync(Lldp, "LLDP", LldpNeighbours.Parse, ImmutableSortedDictionary<string, SeenPort>.Empty, unknown);
        var (stores, mounts) = (datastores().ToList(), await MountsAsync(unknown));
        mountFaults = [.. stores.SelectMany(s => Faults(s, mounts))];
        var needs = await NeedsAsync(unknown);
        var onBlocks = stores.Exists(s => MountPoint.Of(s.Path, mounts)?.Source.StartsWith("/dev/", StringComparison.Ordinal) == true);
        ImmutableArray<MultipathMap> maps = onBlocks ? await AskAsync(Multipath, "Multipath", MultipathMap.Parse, [], unknown) : [];
        ImmutableArray<SeenLink> seen = [.. networks.Select(n => SightMaker.Link(n, links, neighbours)).OfType<SeenLink>()];
        sight = new(seen, [.. stores.Select(s => SightMaker.Datastore(s, mounts, maps, seen)).OfType<SeenDatastore>()], unknown.ToImmutable())
        {
            Needs = needs,
        };
    }

    private static IEnumerable<string> Faults(SurveyedDatastore store, ImmutableArray<MountPoint> mounts) =>
        from mount in new[] { MountPoint.Of(store.Path, mounts) }
        where mount is not null
        from finding in MountLint.Look(new(mount.Place, mount.Type, mount.Source, mount.Options), shared: true)
        where finding.Refuses
        select $"datastore {store.Name}: {finding.Says}";

    private async Task LookAgainAsync()
    {
        using var timer = new PeriodicTimer(Every);
        try
        {
            do
            {
                await TryLookAsync();
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    /// <summary>What nobody thought of ends this look, not the looking: what was seen before stays, with what is wrong with it.</summary>
    internal async Task TryLookAsync()
    {
        try
        {
            await LookAsync();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            sight = sight with { Unknown = [$"The last look failed, and what is shown is older: {e.Message}"] };
        }
    }

    private async Task<T> AskAsync<T>(string[] command, string what, Func<string, T> parse, T nothing, ImmutableArray<string>.Builder unknown)
    {
        var (output, why) = await run(command, ending.Token);
        try
        {
            if (output is not null)
            {
                return parse(output);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            why = $"{command[0]} printed something else than expected ({e.Message.Split(" Path:")[0].Split(" LineNumber:")[0].TrimEnd('.')})";
        }

        unknown.Add($"{what}: {why}");
        return nothing;
    }

    private static async Task<ImmutableArray<SeenNeed>> NeedsAsync(ImmutableArray<string>.Builder unknown)
    {
        try
        {
            return await BlockingWork.RunAsync("reading which servers this host needs", Limit, ServerNeeds.Read);
        }
        catch (TimeoutException e)
        {
            unknown.Add($"Servers: {e.Message}");
            return [];
        }
    }

    private static async Task<ImmutableArray<MountPoint>> MountsAsync(ImmutableArray<string>.Builder unknown)
    {
        try
        {
            return MountPoint.Parse(await BlockingWork.RunAsync("reading the mounts", Limit, () => File.ReadAllText("/proc/self/mountinfo")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            unknown.Add($"Mounts: {e.Message}");
            return [];
        }
    }
}
