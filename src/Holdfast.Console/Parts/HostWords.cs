using Holdfast.Api;
using Holdfast.Console.Language;
using Holdfast.Console.Map;

namespace Holdfast.Console.Parts;

internal static class HostWords
{
    public static string Of(Say say, HostSummary host) => new LinkWords(say).Host(new(host.Name, host.State, host.Verdict, host.Machines.Length, host.Drain));

    public static LinkState State(HostSummary host) => host switch
    {
        { State: HostState.Dead } => LinkState.Off,
        { State: HostState.Silent } => LinkState.Broken,
        { State: HostState.Unknown } => LinkState.Unknown,
        { State: HostState.Up, Verdict: "connected", Drain: null } => LinkState.Fine,
        _ => LinkState.Impaired,
    };

    public static LinkState Of(Health health) => health switch { Health.Ok => LinkState.Fine, Health.Degraded => LinkState.Impaired, Health.Lost => LinkState.Broken, _ => LinkState.Unknown };

    public static LinkState Of(MachineSummary machine) => machine switch
    {
        { State: MachineState.Running } or { State: MachineState.Migrating } => LinkState.Fine,
        { State: MachineState.Stopped, Desired: DesiredState.Stop } => LinkState.Off,
        { State: MachineState.Error } => LinkState.Broken,
        _ => LinkState.Impaired,
    };
}
