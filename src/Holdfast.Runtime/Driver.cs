using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Runtime;

/// <summary>
/// Performs the core's effects through the ports and posts their ends back as inputs. It decides nothing. The daemon and the simulator run this
/// same class; only the ports differ. Not thread-safe: <see cref="Take"/> is called by one thread, <paramref name="post"/> may be called by any.
/// </summary>
public sealed class Driver(HostAgent core, AgentPorts ports, Action<AgentInput> post)
{
    private readonly Dictionary<string, ILeaseArea> areas = [];

    /// <summary>A decision, as it is made.</summary>
    public Action<Decision>? Decided { get; set; }

    /// <summary>An order has ended: null = done.</summary>
    public Action<long, string?>? OrderEnded { get; set; }

    public void Connect()
    {
        ports.Guard.Reported = report => post(new GuardSaid(report));
        ports.Hypervisor.Happened = happened => post(new MachineHappened(happened));
        ports.Heartbeats.Heard = (heartbeat, at) => post(new HeartbeatHeard(heartbeat, at));
        ports.Heartbeats.Probed = probe => post(new ProbeHeard(probe));
        ports.Peers.Received = message => post(new PeerSaid(message));
    }

    /// <summary>An area was opened: the core hears of it from here, so that its input and output never exist without it.</summary>
    public void Opened(string name, string path, TimeSpan drain, ILeaseArea area)
    {
        areas.TryAdd(name, area);
        Take(new DatastoreOpened(name, path, drain, area.Identity, area.SlotFile, area.SlotOffset));
    }

    public void Take(AgentInput input)
    {
        foreach (var effect in core.Step(ports.Clock.Now, input))
        {
            Perform(effect);
        }
    }

    private void Perform(AgentEffect effect)
    {
        switch (effect)
        {
            case CallHypervisor e:
                ports.Hypervisor.Begin(e.Call, result => post(new HypervisorEnded(result)));
                break;
            case OrderGuard e:
                ports.Guard.Order(e.Order, refusal => post(new OperationEnded(e.Op, refusal)));
                break;
            case TellPeer e:
                ports.Peers.Send(e.Slot, e.Message, failure => post(new OperationEnded(e.Op, failure)));
                break;
            case MeasurePath e:
                ports.Peers.Measure(e.Slot, e.Network, (carries, failure) => post(new PathMeasured(e.Op, carries, failure)));
                break;
            case FenceOff e:
                ports.Fence.Off(e.Host, e.Level, failure => post(new OperationEnded(e.Op, failure)));
                break;
            case TestFence e:
                ports.Fence.Test(e.Host, e.Level, failure => post(new OperationEnded(e.Op, failure)));
                break;
            case LoadDefinitions e:
                ports.Definitions.Load(e.Datastore, e.Path, (found, failure) => post(new DefinitionsLoaded(e.Op, e.Datastore, found.IsDefault ? [] : found, failure)));
                break;
            case ReadSlots e:
                areas[e.Datastore].ReadSlots(e.Slots, readings => post(new SlotsRead(e.Op, e.Datastore, readings)));
                break;
            case RegisterIo { Effect: RegisterEffect.ReadAreas read } e:
                areas[e.Datastore].Read(read, input => post(new RegisterSaid(e.Datastore, input)));
                break;
            case RegisterIo { Effect: RegisterEffect.WriteOwnArea write } e:
                areas[e.Datastore].Write(write, input => post(new RegisterSaid(e.Datastore, input)));
                break;
            case SendHeartbeat e:
                ports.Heartbeats.Send(e.Slot, e.Heartbeat);
                break;
            case SendProbe e:
                ports.Heartbeats.Probe(e.Slot, e.Probe);
                break;
            case Decided e:
                Decided?.Invoke(e.Decision);
                break;
            case Core.Agent.OrderEnded e:
                OrderEnded?.Invoke(e.Order, e.Refusal);
                break;
            default:
                throw new InvalidOperationException($"Effect {effect.GetType().Name} has no port.");
        }
    }
}
