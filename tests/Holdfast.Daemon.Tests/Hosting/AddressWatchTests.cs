using System.Collections.Immutable;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Network;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Events;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class AddressWatchTests : IAsyncDisposable
{
    private const string Stranger = "02:00:00:00:00:05";
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-watch-").FullName;
    private readonly EventLog events;
    private readonly FakeArp arp = new();
    private readonly AddressWatch watch;
    private Moment now = Moment.Zero;
    private string? place = "guest0up";

    public AddressWatchTests()
    {
        events = new EventLog("h1", Path.Combine(folder, "events.jsonl"), _ => null);
        watch = new AddressWatch("h1", events, () => now, arp, mac => mac == Stranger ? place : null);
    }

    [Fact]
    public void A_claim_by_a_foreign_device_is_an_event_with_its_MAC_address_and_place_and_an_alarm_until_it_is_silent()
    {
        var web = Snapshots.Definition("web") with { Addresses = ["10.1.2.3"] };
        Look(web);
        arp.Hear(ArpFrame.Announcement(web.Mac, "10.1.2.3"));
        arp.Hear(ArpFrame.Probe(Stranger, "10.1.2.3"));
        Look(web);
        Assert.Empty(events.After(0).Events);

        arp.Hear(FakeArp.Reply(Stranger, "10.1.2.3"));
        Look(web);
        Look(web);
        var told = Assert.Single(events.After(0).Events);
        Assert.Equal(("duplicate-address", "web"), (told.Kind, told.Machine));
        Assert.Equal("a second device claims the IP address 10.1.2.3 of web: its MAC address is 02:00:00:00:00:05, seen behind port guest0up of h1", told.Text);
        Assert.Equal([told.Text], watch.Alarms);

        now += TimeSpan.FromSeconds(61);
        Look(web);
        Assert.Equal("duplicate-address-over", events.After(told.Number).Events.Single().Kind);
        Assert.Empty(watch.Alarms);
    }

    [Theory]
    [InlineData(true, "its MAC address is 02:00:00:00:00:05, seen behind port guest0up of h1")]
    [InlineData(false, "its MAC address is 02:00:00:00:00:05")]
    public void The_event_waits_a_moment_for_the_device_s_place_and_an_alarm_does_not(bool isSeen, string end)
    {
        var web = Snapshots.Definition("web") with { Addresses = ["10.1.2.3"] };
        place = null;
        arp.Hear(FakeArp.Reply(Stranger, "10.1.2.3"));
        Look(web);
        arp.Hear(FakeArp.Reply(Stranger, "10.1.2.3"));
        Look(web);
        Assert.Single(watch.Alarms);
        Assert.Empty(events.After(0).Events);

        place = isSeen ? "guest0up" : null;
        Look(web);
        Look(web);
        Look(web);
        Look(web);
        Assert.EndsWith(end, Assert.Single(events.After(0).Events).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_uses_another_s_address_is_named()
    {
        var web = Snapshots.Definition("web") with { Addresses = ["10.1.2.3"] };
        var db = Snapshots.Definition("db") with { Mac = "52:54:00:00:00:02" };
        place = null;
        Look(web, db);
        arp.Hear(FakeArp.Reply(db.Mac, "10.1.2.3"));
        Look(web, db);
        Look(web, db);
        Look(web, db);
        Look(web, db);
        Assert.StartsWith("machine db claims the IP address 10.1.2.3 of web", Assert.Single(events.After(0).Events).Text, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        watch.Dispose();
        await events.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private void Look(params Core.Model.MachineDefinition[] machines)
    {
        now += TimeSpan.FromSeconds(1);
        watch.Look(Snapshots.Of([]), IntentView.Empty with { Machines = machines.ToImmutableSortedDictionary(m => m.Id, m => new IntentMachine(m, Run: true)) });
    }
}
