using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;

namespace Holdfast.Core.Migration;

/// <summary>Over which network a machine moves between this host and another: the first one, by preference, that carries whole packets both ways.</summary>
internal static class MigrationRoutes
{
    /// <summary>Null: no network that may carry migrations is good. What was never heard is not known to be lost.</summary>
    /// <param name="avoid">Networks that are not to carry it.</param>
    public static MigrationPath? To(AgentContext context, int slot, ImmutableArray<string> avoid = default) =>
        context.Settings.MigrationPaths.FirstOrDefault(p => (avoid.IsDefault || !avoid.Contains(p.Network)) && Fault(context, p.Network, slot) is null);

    /// <summary>Why <see cref="To"/> has none, network by network.</summary>
    public static string WhyNot(AgentContext context, int slot, ImmutableArray<string> avoid = default) =>
        string.Join("; ", context.Settings.MigrationPaths.Select(p =>
            Fault(context, p.Network, slot) ?? (avoid.IsDefault || !avoid.Contains(p.Network) ? null : $"network {p.Network} looks broken from {context.Settings.NameOf(slot)}")).OfType<string>());

    /// <summary>Those that look broken from here.</summary>
    public static ImmutableArray<string> Broken(AgentContext context, int slot) =>
        [.. context.Settings.MigrationPaths.Where(p => Fault(context, p.Network, slot) is not null).Select(p => p.Network)];

    /// <summary>Packets of full size pass both ways, as far as it is known.</summary>
    public static bool IsWhole(AgentContext context, string network, int slot) => context.Network.Holes(context.Now, network, slot) is (0, 0);

    /// <summary>What is wrong with a network between this host and another; null: nothing that is known.</summary>
    public static string? Fault(AgentContext context, string network, int slot)
    {
        var (own, other) = (context.Settings.Host, context.Settings.NameOf(slot));
        return (context.Network.Link(context.Now, network, slot), context.Network.Holes(context.Now, network, slot)) switch
        {
            (LinkState.Lost, _) => $"network {network} is lost between {own} and {other}",
            (LinkState.OneWay, _) => $"network {network} carries nothing from {own} to {other}",
            (_, (> 0 and var bytes, _)) => $"packets of {bytes} bytes do not pass on network {network} from {other} to {own}",
            (_, (_, > 0 and var bytes)) => $"packets of {bytes} bytes do not pass on network {network} from {own} to {other}",
            _ => null,
        };
    }
}
