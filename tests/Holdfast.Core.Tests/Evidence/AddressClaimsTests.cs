using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Evidence;

public sealed class AddressClaimsTests
{
    private const string Own = "52:54:00:00:00:01", Stranger = "02:00:00:00:00:05";
    private static readonly KnownAddress Web = new("10.1.2.3", "web", Own);
    private readonly AddressClaims claims = new();

    public AddressClaimsTests() => claims.Look(At(0), [Web]);

    [Fact]
    public void A_stranger_that_claims_a_machine_s_address_is_told_once_and_is_over_when_it_has_been_silent()
    {
        claims.Heard(At(1), "10.1.2.3", Stranger);
        Assert.Equal([new AddressConflict("10.1.2.3", Stranger)], claims.Look(At(1.5), [Web]).New.AsEnumerable());
        claims.Heard(At(30), "10.1.2.3", Stranger);
        Assert.Empty(claims.Look(At(31), [Web]).New);
        Assert.Empty(claims.Look(At(89), [Web]).Gone);
        Assert.Single(claims.Conflicts);
        Assert.Equal([new AddressConflict("10.1.2.3", Stranger)], claims.Look(At(91), [Web]).Gone.AsEnumerable());
        Assert.Empty(claims.Conflicts);

        // And told again when it comes back.
        claims.Heard(At(95), "10.1.2.3", Stranger);
        Assert.Single(claims.Look(At(96), [Web]).New);
    }

    [Fact]
    public void The_machine_itself_and_addresses_of_nobody_are_no_conflict()
    {
        claims.Heard(At(1), "10.1.2.3", Own);
        claims.Heard(At(1), "10.1.2.4", Stranger);
        Assert.Empty(claims.Look(At(2), [Web]).New);
    }

    [Fact]
    public void An_address_that_is_given_away_is_no_conflict_any_more()
    {
        claims.Heard(At(1), "10.1.2.3", Stranger);
        Assert.Single(claims.Look(At(2), [Web]).New);
        Assert.Single(claims.Look(At(3), []).Gone);
        Assert.Empty(claims.Conflicts);
        Assert.Empty(claims.Look(At(4), [new KnownAddress("10.1.2.3", "db", Stranger)]).New);
    }

    [Fact]
    public void A_flood_of_invented_strangers_is_a_few_events()
    {
        for (var n = 0; n < 10_000; n++)
        {
            claims.Heard(At(1), "10.1.2.3", $"02:00:00:00:{n / 256:x2}:{n % 256:x2}");
        }

        Assert.Equal(4, claims.Look(At(2), [Web]).New.Length);
    }

    private static Moment At(double seconds) => Moment.At(TimeSpan.FromSeconds(seconds));
}
