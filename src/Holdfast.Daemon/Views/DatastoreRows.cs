using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Views;

/// <summary>The datastores as this agent sees them; one that only etcd knows is named too.</summary>
internal static class DatastoreRows
{
    public static Datastore[] Of(HostSnapshot snapshot, IntentView intent, string profile)
    {
        var rows = snapshot.Datastores.Select(d => Of(snapshot, d, intent.Datastores.GetValueOrDefault(d.Name), profile)).ToList();
        rows.AddRange(intent.Datastores.Values.Where(d => rows.All(r => r.Name != d.Name)).Select(d => new Datastore
        {
            Name = d.Name,
            Path = d.Path,
            State = Health.Unknown,
            Profile = d.Profile,
            AreaId = d.AreaId.ToString(),
            DrainSeconds = d.DrainSeconds,
            Reason = "This host has not opened it yet.",
        }));
        rows.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. rows];
    }

    private static Datastore Of(HostSnapshot snapshot, DatastoreView view, IntentDatastore? intent, string profile) => new()
    {
        Name = view.Name,
        Path = view.Path,
        State = HostRows.HealthOf(view.State),
        Profile = intent?.Profile ?? profile,
        AreaId = view.AreaId == Guid.Empty ? intent?.AreaId.ToString() : view.AreaId.ToString(),
        DrainSeconds = intent is not null ? intent.DrainSeconds : double.IsFinite(view.DrainSeconds) && view.DrainSeconds < 1e9 ? view.DrainSeconds : null,
        TableVersion = view.TableVersion,
        Machines = [.. snapshot.Machines.Where(m => m.Datastore == view.Name).Select(m => m.Name).Order(StringComparer.Ordinal)],
        Hosts = [.. snapshot.Hosts.Where(h => h.Datastores.GetValueOrDefault(view.Name) is "ok" or "renews" or "ready").Select(h => h.Name)],
        Reason = view.Reason.Length == 0 ? null : view.Reason,
    };
}
