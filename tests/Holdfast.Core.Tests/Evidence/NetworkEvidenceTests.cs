using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Evidence;

public sealed class NetworkEvidenceTests
{
    private static readonly TimeSpan Suspect = TimingPlan.Standard.Suspect;
    private readonly NetworkEvidence evidence = new(1, [new("cluster", NetworkRoles.Cluster), new("storage", NetworkRoles.Storage)], TimingPlan.Standard);

    [Fact]
    public void A_link_is_up_only_when_both_have_heard_each_other()
    {
        Assert.Equal(LinkState.Unknown, evidence.Link(At(0), "cluster", 0));
        evidence.Heard(At(0), Beat(0, "cluster", heard: 0));
        Assert.Equal((LinkState.OneWay, 0UL), (evidence.Link(At(1), "cluster", 0), evidence.Reach(At(1))));
        evidence.Heard(At(1), Beat(0, "cluster", heard: 1 << 1));
        Assert.Equal((LinkState.Ok, 1UL), (evidence.Link(At(1), "cluster", 0), evidence.Reach(At(1))));
        Assert.Equal((LinkState.Lost, 0UL), (evidence.Link(At(3), "cluster", 0), evidence.Reach(At(3))));
        Assert.Equal(LinkState.Unknown, evidence.Link(At(1), "storage", 0));
    }

    [Fact]
    public void What_is_heard_on_any_network_proves_life()
    {
        evidence.Heard(At(0), Beat(2, "cluster", heard: 0));
        evidence.Heard(At(2), Beat(2, "storage", heard: 0));
        Assert.True(evidence.HeardWithin(At(3), 2, Suspect));
        Assert.Equal("storage", evidence.Newest(2)!.Network);
        Assert.False(evidence.HeardWithin(At(4), 2, Suspect));
    }

    [Fact]
    public void A_peers_agent_that_counts_its_beats_anew_has_begun_anew()
    {
        var boot = Guid.NewGuid();
        Assert.Equal(0, Begun());
        Assert.Equal(0, Begun((boot, "cluster", 100, 50), (boot, "storage", 100, 50), (boot, "cluster", 101, 51)));

        // Overtaken by a newer one on the other network, and doubled.
        Assert.Equal(0, Begun((boot, "storage", 103, 53), (boot, "cluster", 102, 52), (boot, "cluster", 102, 52)));
        Assert.Equal(1, Begun((boot, "cluster", 1, 54), (boot, "storage", 1, 54), (boot, "cluster", 2, 55)));

        // What the former one has sent comes late.
        Assert.Equal(1, Begun((boot, "storage", 104, 53.5)));
        Assert.Equal(2, Begun((Guid.NewGuid(), "cluster", 5, 1)));
    }

    private int Begun(params (Guid Boot, string Network, ulong Sequence, double Uptime)[] heard)
    {
        foreach (var (boot, network, sequence, uptime) in heard)
        {
            evidence.Heard(At(1), Beat(0, network, heard: 0) with { BootId = boot, Sequence = sequence, Uptime = TimeSpan.FromSeconds(uptime) });
        }

        return evidence.Restarts(0);
    }

    [Theory]
    [InlineData(-1, "cluster")]
    [InlineData(Slot.Count, "cluster")]
    [InlineData(1, "cluster")]
    [InlineData(0, "elsewhere")]
    public void What_cannot_be_a_peer_on_a_known_network_is_left_out(int slot, string network)
    {
        evidence.Heard(At(0), Beat(slot, network, heard: ulong.MaxValue));
        Assert.Equal(0UL, evidence.Reach(At(0)));
        Assert.Equal(0UL, evidence.HeardOn(At(0), "cluster"));
    }

    private static ulong beats;

    private static Moment At(double seconds) => Moment.Zero + TimeSpan.FromSeconds(seconds);

    private static Heartbeat Beat(int slot, string network, ulong heard) =>
        new(slot, Guid.Empty, network, ++beats, TimeSpan.FromSeconds(beats), ImmutableSortedDictionary<string, ulong>.Empty.Add(network, heard), HeartbeatFlags.None, null);
}
