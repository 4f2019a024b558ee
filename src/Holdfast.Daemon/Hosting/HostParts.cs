using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Intents;
using Holdfast.Daemon.Metrics;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Hosting;

/// <summary>What the HTTP API works on.</summary>
internal sealed record HostParts(
    DaemonOptions Options, IAgent Agent, EtcdIntentStore Intent, ClusterViews Views, PeerAgents Peers, TaskBoard Tasks, EventLog Events,
    MachineCreation Creation, MachineOrders Orders, MachineSettings Settings, DatastoreAddition Addition, ArmBook Arm, HostDraining Draining, AddressProbe Addresses, SightBook Sights, Func<IEnumerable<string>> Alarms, Func<string?> Watchdog,
    TokenBook Tokens, AccessControl Access, AuditLog Audit, LifetimeMetrics Lifetime, CancellationToken Stopping);
