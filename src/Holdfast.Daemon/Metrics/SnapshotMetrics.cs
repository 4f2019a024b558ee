using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;
using Holdfast.Daemon.Views;
using Prometheus;

namespace Holdfast.Daemon.Metrics;

/// <summary>What one agent knows now, as gauges. A pure function of its snapshot: a scrape asks nobody and waits for nothing, and what is no more has no series any more.</summary>
/// <param name="make">Of a registry that is used for one scrape.</param>
internal sealed class SnapshotMetrics(MetricFactory make)
{
    private const double Mebi = 1 << 20;

    public void Fill(HostSnapshot s, bool quorum, int alarms, string version)
    {
        Set("info", "Always 1.", 1, ("cluster", s.Cluster), ("host", s.Host), ("version", version));
        Set("ready", "Agent, guard, libvirt and datastores do their work.", s.Ready);
        Set("quorum", "Etcd has a quorum that this host reaches: intent can be changed.", quorum);
        Set("alarms", "What needs a person, as 'holdfast status' says it.", alarms);
        Set("isolation_row", "This host's row of the isolation table (13: all is well).", s.Row.Number);
        Set("disarmed", "This host takes nothing and fences nobody, by an administrator's order.", s.Disarmed is not null);
        Set("draining", "This host's machines move away, by an administrator's order.", s.Drain is not null);
        Set("hosts_spare", "How many hosts may die, the fullest first, before memory in sum does not hold their machines.", Spare.HostsOf(s));
        Links(s);
        Peers(s);
        Datastores(s);
        Machines(s);
        Set("migrations_running", "Live migrations that this host drives now.", Moves(s).Count(m => m.State is "moving" or "cancelling"));
        Set("migrations_waiting", "Live migrations from this host that wait for their turn or the next try.", Moves(s).Count(m => m.State == "waiting"));
    }

    private static IEnumerable<MoveView> Moves(HostSnapshot s) => s.Moves.IsDefault ? [] : s.Moves.Where(m => m.Source == s.Slot);

    /// <summary>Each direction by who listens, so that each is told once.</summary>
    private void Links(HostSnapshot s)
    {
        foreach (var network in NetworkRows.Of(s, [], new Dictionary<string, bool?>()).Networks)
        {
            foreach (var d in network.Directions.Where(d => d.To == s.Host))
            {
                (string, string)[] labels = [("network", network.Name), ("from", d.From), ("to", d.To)];
                Set("link_up", "This host hears that one over this network; a link that nothing is known of has no series.", d.State switch { Health.Ok or Health.Degraded => 1, Health.Lost => 0, _ => null }, labels);
                Set("link_loss_ratio", "Share of heartbeats that did not come.", d.LossPercent / 100, labels);
                Set("link_delay_seconds", "Time on the way.", d.DelayMs / 1000, labels);
                Set("link_delay_spread_seconds", "Mean difference of the time on the way from its mean.", d.SpreadMs / 1000, labels);
            }
        }

        foreach (var (name, link) in s.OwnLinks)
        {
            Set("network_carrier", "This host's own link to the network has a carrier.", link.Carrier ? 1 : 0, ("network", name));
        }
    }

    private void Peers(HostSnapshot s)
    {
        foreach (var h in s.Hosts)
        {
            Set("host_up", "The host is alive, as this one sees it.", h.State == "alive" ? 1 : 0, ("peer", h.Name), ("state", h.State));
        }

        if (s.Hosts.FirstOrDefault(h => h.Slot == s.Slot) is { Load: { } load } own)
        {
            Set("host_memory_bytes", "Memory for machines on this host.", load.MemoryMiB * Mebi);
            Set("host_memory_free_bytes", "What of it no machine was promised.", own.FreeMemoryMiB * Mebi);
            Set("host_cpus", "Processors for machines on this host.", load.Cpus);
            Set("host_cpus_wanted", "Processors that its work uses or waits for.", load.UsedCpus);
        }

        Set("balance_hot", "This host is short of processors.", s.Balance.IsHot);
        Set("balance_moves_recommended", "Moves that would help.", s.Balance.Moves.Length);
        foreach (var d in s.FenceDevices)
        {
            Set("fence_device_proven", "The fence device answered when this host asked it last.", d.State == "proven" ? 1 : 0, ("peer", HostNames.Of(s, d.Slot)), ("device", d.Name), ("state", d.State));
        }
    }

    private void Datastores(HostSnapshot s)
    {
        foreach (var d in s.Datastores)
        {
            Set("datastore_reachable", "This host takes part in the datastore's lease table and renews its right.", d.State == "ready" ? 1 : 0, ("datastore", d.Name), ("state", d.State));
            Set("lease_remaining_seconds", "How long this host's right holds without another renewal; 0: expired.", d.RightForMs / 1000, ("datastore", d.Name));
            Set("lease_table_version", "Version of the lease table.", d.TableVersion, ("datastore", d.Name));
        }

        foreach (var r in s.Guard?.Renewals ?? [])
        {
            Set("lease_renewal_age_seconds", "Since the start of the last renewal that succeeded.", r.Age.TotalSeconds, ("datastore", r.Datastore));
            Set("lease_renewal_failures", "Renewals since the last success that failed or got no answer.", r.Failures, ("datastore", r.Datastore));
        }
    }

    /// <summary>By the machine's owner; of one without, by every host. Instances by whoever has a process of it.</summary>
    private void Machines(HostSnapshot s)
    {
        var here = (s.Guard?.Processes ?? []).ToLookup(p => p.Name, p => p.Executes);
        foreach (var m in s.Machines.IsDefault ? [] : s.Machines)
        {
            if (m.Owner != s.Slot && m.Owner >= 0)
            {
                continue;
            }

            Set("machine_wanted", "It is to run.", m.Wanted is "run" or "running" ? 1 : 0, ("machine", m.Name));
            Set("machine_state", "Always 1: what it is now.", 1, ("machine", m.Name), ("state", m.State));
            Bound(m);
            if (m.Owner == s.Slot && m.Wanted is "run" or "running")
            {
                Judge("machine_protected", "Another host would run it if this one died; if not, why.", m, Spare.Unprotected(s, m));
                Judge("machine_movable", "It could be moved live to another host; if not, why.", m, Spare.Unmovable(s, m));
            }
        }

        var owned = s.Machines.IsDefault ? [] : s.Machines.Where(m => m.Owner == s.Slot || m.Owner < 0).Select(m => m.Name);
        foreach (var name in owned.Concat(here.Select(h => h.Key)).Distinct(StringComparer.Ordinal))
        {
            Set("machine_instances_running", "Copies of the machine on this host that execute; the sum over all hosts must never be 2.", here[name].Count(executes => executes), ("machine", name));
        }
    }

    private void Bound(MachineView m)
    {
        if (m.Bound is { } bound)
        {
            Set("machine_restart_bound_seconds", "It runs again at the latest after this when its host dies; without a series there is no bound.", Finite(bound.WithoutDeviceSeconds), ("machine", m.Name), ("by", "silence"));
            Set("machine_restart_bound_seconds", "", Finite(bound.WithDeviceSeconds), ("machine", m.Name), ("by", "device"));
        }
    }

    private void Judge(string name, string help, MachineView m, string? whyNot) => Set(name, help, whyNot is null ? 1 : 0, ("machine", m.Name), ("reason", whyNot ?? ""));

    private static double? Finite(double? seconds) => seconds is { } s && double.IsFinite(s) ? s : null;

    private void Set(string name, string help, bool value) => Set(name, help, value ? 1 : 0);

    private void Set(string name, string help, double? value, params (string Name, string Value)[] labels)
    {
        if (value is { } v)
        {
            make.CreateGauge($"holdfast_{name}", help, [.. labels.Select(l => l.Name)]).WithLabels([.. labels.Select(l => l.Value)]).Set(v);
        }
    }
}
