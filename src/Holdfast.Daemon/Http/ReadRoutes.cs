using System.Globalization;
using Holdfast.Api;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Agent;
using Holdfast.Core.Storage;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Http.Description;
using Holdfast.Daemon.Intents;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Http;

/// <summary>Everything that only asks.</summary>
internal sealed class ReadRoutes(HostParts parts)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.Status, StatusAsync).Is(Operation.Reads("The cluster at a glance.", ApiJson.Default.ClusterStatus));
        app.MapGet(Routes.Hosts, c => c.TaggedAsync(HostRows.Of(parts.Agent.Snapshot), ApiJson.Default.HostSummaryArray))
            .Is(Operation.Reads("All hosts.", ApiJson.Default.HostSummaryArray) with { Tagged = true });
        app.MapGet(Routes.Hosts + "/{name}", HostAsync).Is(Operation.Reads("One host.", ApiJson.Default.HostDetail) with { Tagged = true });
        app.MapGet(Routes.Hosts + "/{name}/explain", ExplainHostAsync).Is(Operation.Reads("Why a host is what it is.", ApiJson.Default.HostExplanation));
        app.MapGet(Routes.Networks, NetworksAsync).Is(Operation.Reads("All networks: each direction between two hosts, and what is broken.", ApiJson.Default.NetworkReport));
        app.MapGet(Routes.Machines, async c =>
            await c.TaggedAsync([.. await parts.Views.MachinesAsync(c.IsLocal(), c.RequestAborted)], ApiJson.Default.MachineSummaryArray))
            .Is(Operation.Reads("All machines.", ApiJson.Default.MachineSummaryArray) with { Tagged = true });
        app.MapGet(Routes.Machines + "/{name}", async c =>
            await c.TaggedAsync(await parts.Views.MachineAsync(c.Name(), c.IsLocal(), c.RequestAborted), ApiJson.Default.MachineDetail))
            .Is(Operation.Reads("One machine.", ApiJson.Default.MachineDetail) with { Tagged = true });
        app.MapGet(Routes.Machines + "/{name}/explain", ExplainAsync).Is(Operation.Reads("Why a machine is what it is.", ApiJson.Default.Explanation));
        app.MapGet(Routes.Datastores, c => c.TaggedAsync(Datastores(), ApiJson.Default.DatastoreArray)).Is(Operation.Reads("All datastores.", ApiJson.Default.DatastoreArray) with { Tagged = true });
        app.MapGet(Routes.Datastores + "/{name}", c => c.TaggedAsync(
            Datastores().FirstOrDefault(d => d.Name == c.Name()) ?? throw new ApiException(ErrorCode.NotFound, $"No datastore is named '{c.Name()}'; 'holdfast datastore list' shows all."),
            ApiJson.Default.Datastore)).Is(Operation.Reads("One datastore.", ApiJson.Default.Datastore) with { Tagged = true });
        app.MapGet(Routes.Events, new EventStream(parts.Events, parts.Options.Host, parts.Peers, parts.Stopping).AnswerAsync).Is(EventStream.Operation);
        app.MapGet(Routes.Timers, TimersAsync).Is(Operation.Reads("All timers, and why they are what they are.", ApiJson.Default.TimerReport, new Parameter("datastore", "For this datastore's drain; the first one without it.")));
        app.MapGet(Routes.Tasks + "/{name}", TaskAsync).Is(Operation.Reads("Long work: how far it is and how it ended.", ApiJson.Default.TaskReport, new Parameter("waitMs", "Answer when it has ended, or after this time (at most 10000).", "integer")));
        app.MapGet(PeerAgents.ProbeRoute, ProbeAsync).Is(new(Needs.Agent, "What this host reads in a probe file of a datastore.") { MediaType = "text/plain", Published = false });
    }

    private Datastore[] Datastores() => DatastoreRows.Of(parts.Agent.Snapshot, parts.Intent.View, parts.Options.Profile);

    private async Task StatusAsync(HttpContext context)
    {
        var snapshot = parts.Agent.Snapshot;
        var drained = await DrainedElsewhereAsync(context, snapshot);
        await context.AnswerAsync(
            new ClusterStatus
            {
                Cluster = snapshot.Cluster,
                Host = snapshot.Host,
                Ready = snapshot.Ready,
                Quorum = parts.Intent.Quorum,
                Reason = snapshot.Ready ? null : snapshot.Reason,
                Hosts = HostRows.Of(snapshot),
                Alarms = [.. snapshot.Alarms, .. drained, .. parts.Alarms()],
                Machines = parts.Views.Local.Count,
                Version = DescriptionRoutes.Version,
                Api = parts.Options.Api?.ToString().TrimEnd('/'),
                Console = ConsoleFiles.Address(parts.Options),
            },
            ApiJson.Default.ClusterStatus);
    }

    /// <summary>The alarms of other hosts that are being drained: each knows its own reasons.</summary>
    private async Task<IEnumerable<string>> DrainedElsewhereAsync(HttpContext context, HostSnapshot snapshot)
    {
        var drained = snapshot.Hosts.Where(h => h.Draining && h.Slot != snapshot.Slot).Select(h => h.Name).ToList();
        var told = context.IsLocal() ? [] : await parts.Peers.AskAsync(drained, (name, c, t) => c.HostAsync(name, t), context.RequestAborted);
        return drained.Select(name => Drained(name, told.FirstOrDefault(t => t.Host == name).Answer?.DrainedBy))
            .Concat(told.SelectMany(t => t.Answer.Remaining.Where(m => m.Stays).Select(m => $"{m.Machine} cannot leave {t.Host}: {m.Why}")));

        static string Drained(string name, string? by) => $"{name} is being drained{(by is null ? "" : $" ({by})")}: it takes no machines until 'holdfast host resume {name}'";
    }

    private async Task NetworksAsync(HttpContext context)
    {
        var theirs = context.IsLocal() ? [] : await parts.Peers.AskAsync(parts.Views.Alive(), (c, t) => c.NetworksAsync(t), context.RequestAborted);
        await context.AnswerAsync(NetworkRows.Of(parts.Agent.Snapshot, [.. theirs.Select(t => t.Answer)], parts.Addresses.Answers), ApiJson.Default.NetworkReport);
    }

    internal async Task HostAsync(HttpContext context) => await context.TaggedAsync(await DetailAsync(context), ApiJson.Default.HostDetail);

    private async Task<HostDetail> DetailAsync(HttpContext context)
    {
        var name = context.Name();
        var detail = HostRows.Detail(parts.Agent.Snapshot, parts.Options, name) ?? throw MachineCreation.UnknownHost(parts.Options, name);
        if (!context.IsLocal() && name != parts.Options.Host)
        {
            // What only the host itself knows; our own belief about it stays in front.
            foreach (var (_, own) in await parts.Peers.AskAsync([name], (c, t) => c.HostAsync(name, t), context.RequestAborted))
            {
                detail = detail with { Incarnation = own.Incarnation, Cpus = own.Cpus, MemoryMiB = own.MemoryMiB, Load = own.Load ?? detail.Load, MemoryFreeMiB = own.MemoryFreeMiB, Leases = own.Leases, Watchdog = own.Watchdog, Row = own.Row, Does = own.Does, DrainedBy = own.DrainedBy, Remaining = own.Remaining };
            }
        }

        return name == parts.Options.Host ? detail with { Watchdog = parts.Watchdog() } : detail;
    }

    internal async Task ExplainHostAsync(HttpContext context)
    {
        var host = await DetailAsync(context);
        List<string> facts = [.. parts.Events.AboutHost(host.Name).Select(Fact)];
        if (!context.IsLocal())
        {
            foreach (var (_, theirs) in await parts.Peers.AskAsync(parts.Views.Alive(), (c, t) => c.ExplainHostAsync(host.Name, t), context.RequestAborted))
            {
                facts.AddRange(theirs.Facts);
            }
        }

        facts.Sort(StringComparer.Ordinal);
        var row = host.Row is { } number ? $"; it is in row {number.ToString(CultureInfo.InvariantCulture)} of the isolation table: it {host.Does}" : "; its agent was not asked or does not answer, so its row of the isolation table is not known";
        var summary = $"{host.Name} is {host.Verdict}, seen by {parts.Options.Host}{row}.";
        await context.AnswerAsync(new HostExplanation(host.Name, host.Verdict, host.Row, summary, [.. Drain(host), .. host.Evidence], [.. facts]), ApiJson.Default.HostExplanation);
    }

    private static IEnumerable<string> Drain(HostDetail host)
    {
        if (host.Drain is not null)
        {
            yield return $"it takes no machines, as it is being drained{(host.DrainedBy is { } by ? $" ({by})" : "")}; 'holdfast host resume {host.Name}' takes that back.";
        }

        foreach (var machine in host.Remaining)
        {
            yield return machine.Stays ? $"{machine.Machine} cannot leave: {machine.Why}." : $"{machine.Machine} is still there: {machine.Why}.";
        }
    }

    private static string Fact(ClusterEvent e) => string.Create(CultureInfo.InvariantCulture, $"{e.At:yyyy-MM-dd HH:mm:ss.fff}  {e.Host}  {e.Kind}: {e.Text}");

    private async Task ExplainAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);
        List<string> facts = [.. parts.Events.About(row.Name).Select(Fact)];
        if (!context.IsLocal())
        {
            foreach (var (_, theirs) in await parts.Peers.AskAsync(parts.Views.Alive(), (c, t) => c.ExplainAsync(row.Name, t), context.RequestAborted))
            {
                facts.AddRange(theirs.Facts);
            }
        }

        facts.Sort(StringComparer.Ordinal);
        var place = row.Host is null ? "nowhere" : $"on {row.Host}";
        var summary = $"{row.Name} is wanted {(row.Desired == DesiredState.Run ? "running" : "stopped")} and is {row.State.ToString().ToLowerInvariant()} {place}"
            + $" (epoch {row.Epoch.ToString(CultureInfo.InvariantCulture)}){(row.Reason is { } reason ? $": {reason}" : ".")}";
        await context.AnswerAsync(new Explanation(row.Name, summary, [.. facts]), ApiJson.Default.Explanation);
    }

    private Task TimersAsync(HttpContext context)
    {
        var plan = TimingPlan.Find(parts.Options.Profile)!;
        var stores = Datastores();
        var store = context.Request.Query["datastore"] is [{ } name, ..] ? stores.FirstOrDefault(d => d.Name == name) : stores.FirstOrDefault();
        var drain = store is { DrainSeconds: { } seconds } ? TimeSpan.FromSeconds(seconds) : store is null ? TimeSpan.Zero : TimingPlan.Infinite;
        TimeSpan? failover = store is not null && parts.Intent.View.Datastores.GetValueOrDefault(store.Name)?.FailoverSeconds is { } stall ? TimeSpan.FromSeconds(stall) : null;
        return context.AnswerAsync(
            new TimerReport(plan.Name, store?.Name,
            [
                .. plan.Describe(drain).Select(t => new TimerEntry(t.Name, t.Value is { } v && v != TimingPlan.Infinite ? v.TotalSeconds : null, t.Meaning, t.Value == TimingPlan.Infinite)),
                .. StoreTimers.Margins(plan, failover).Select(m => new TimerEntry("margin", m.Spare.TotalSeconds, m.ToString())),
            ]),
            ApiJson.Default.TimerReport);
    }

    private async Task TaskAsync(HttpContext context)
    {
        var id = context.Name();
        var wait = int.TryParse(context.Request.Query["waitMs"], CultureInfo.InvariantCulture, out var ms) ? TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, 10_000)) : default;
        if (await parts.Tasks.FindAsync(id, wait, context.RequestAborted) is { } task)
        {
            await context.AnswerAsync(task, ApiJson.Default.TaskReport);
            return;
        }

        if (!context.IsLocal() && Holdfast.Daemon.Tasks.TaskBoard.HostOf(id) is { } host && host != parts.Options.Host && parts.Peers.Hosts.Contains(host))
        {
            await parts.Peers.ForwardAsync(context, host, context.RequestAborted);
            return;
        }

        throw new ApiException(ErrorCode.NotFound, $"No task has the id '{id}' here; it has ended long ago, or the agent that had it was restarted. 'holdfast events' shows what was done.");
    }

    private static async Task ProbeAsync(HttpContext context)
    {
        var file = context.Request.Query["file"].ToString();
        if (await BlockingWork.RunAsync("reading the probe", TimeSpan.FromSeconds(4), () => CoherenceProbe.Read(file)) is not { } seen)
        {
            throw new ApiException(ErrorCode.NotFound, $"There is no {file} here.");
        }

        await context.Response.WriteAsync(seen);
    }
}
