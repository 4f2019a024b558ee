using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Intents;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Hosting;

/// <summary>The machines' addresses on this host's guest network: told when a machine has come here, and watched for second devices. Without a guest bridge nothing of it happens.</summary>
internal sealed class GuestAddresses : IDisposable
{
    private readonly IAgent agent;
    private readonly EtcdIntentStore intent;
    private readonly DuplicateWatch duplicates;
    private readonly ArpPort? port;
    private readonly AddressAnnouncer? announcer;
    private readonly AddressWatch? watch;

    public GuestAddresses(DaemonOptions options, EventLog events, Func<Moment> now, IAgent agent, EtcdIntentStore intent)
    {
        (this.agent, this.intent) = (agent, intent);
        duplicates = new DuplicateWatch(options, events, now);
        if (options.Bridge is { } bridge)
        {
            port = new ArpPort(bridge);
            announcer = new AddressAnnouncer(port, Find);
            watch = new AddressWatch(options.Host, events, now, port, duplicates.PortOf);
        }

        Check = new AddressCheck(port is null ? null : new ArpProbe(port));
    }

    /// <summary>The question before a person's start of a machine.</summary>
    public AddressCheck Check { get; }

    public IEnumerable<string> Alarms => [.. duplicates.Alarms, .. watch?.Alarms ?? []];

    public void Start()
    {
        duplicates.Start();
        port?.Start();
    }

    /// <summary>Once a second.</summary>
    public void Look()
    {
        duplicates.Look(agent.Snapshot, intent.View);
        watch?.Look(agent.Snapshot, intent.View);
    }

    /// <summary>A machine's CPUs have been started here. Does not wait.</summary>
    public void Announce(Guid machine) => announcer?.Announce(machine);

    public void Dispose()
    {
        duplicates.Dispose();
        watch?.Dispose();
        port?.Dispose();
    }

    private (MachineDefinition Definition, bool RunsHere)? Find(Guid machine) =>
        agent.Snapshot.Machines.FirstOrDefault(m => m.Id == machine) is { } view && intent.View.DefinitionOf(view) is { } definition
            ? (definition, view is { Local: true, State: "running" })
            : null;
}
