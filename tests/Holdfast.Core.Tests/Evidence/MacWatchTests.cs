using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Evidence;

public sealed class MacWatchTests
{
    private const string Mac = "52:54:00:00:00:01";
    private static readonly Guid Machine = Guid.NewGuid();
    private readonly Dictionary<string, string> taps = [];
    private readonly MacWatch watch = new();

    [Fact]
    public void A_machine_s_address_behind_the_uplink_while_it_runs_here_is_a_second_device()
    {
        taps[Mac] = "vnet0";
        Look(0, here: true);
        Seen(5, "up");
        Seen(5.1, "vnet0");
        Assert.Empty(Look(6, here: true));
        Assert.Equal(new MacConflict(Mac, Machine, "vnet0", "up"), Assert.Single(Look(7.1, here: true)));
        Assert.Empty(Look(8, here: true));
        Assert.Equal("vnet0", watch.PortOf(Mac));
        Look(30, here: true);
        Assert.Null(watch.PortOf(Mac));
    }

    [Fact]
    public void A_machine_s_address_behind_a_port_of_a_host_where_it_does_not_run_is_a_second_device()
    {
        Look(0, here: false);
        Seen(5, "up");
        Seen(6, "vnet7");
        Assert.Equal(new MacConflict(Mac, Machine, null, "vnet7"), Assert.Single(Look(8.1, here: false)));
    }

    [Fact]
    public void A_live_migration_is_no_second_device_neither_where_it_leaves_nor_where_it_arrives()
    {
        // It leaves: the new host announces it, a moment before the table says so here.
        taps[Mac] = "vnet0";
        Look(0, here: true);
        Seen(5, "up");
        Assert.Empty(Look(5.5, here: null));
        Assert.Empty(Look(8, here: false));

        // It comes back: frames of the old host are still on the way when it runs here already.
        Look(20, here: null);
        Look(21, here: true);
        Seen(21.5, "up");
        Seen(21.6, "vnet0");
        Assert.Empty(Look(25, here: true));
    }

    [Fact]
    public void A_second_device_that_talked_before_the_machine_had_settled_is_told_when_it_goes_on_talking_from_where_it_is()
    {
        Look(0, here: false);
        Seen(1, "vnet7");
        Assert.Empty(Look(4, here: false));

        // No move that the kernel would tell of; the table says when it was heard last.
        Seen(4, "vnet7", age: 0.5);
        Assert.Equal(new MacConflict(Mac, Machine, null, "vnet7"), Assert.Single(Look(5.6, here: false)));
    }

    [Fact]
    public void A_table_s_old_entry_is_no_sighting_of_now()
    {
        Look(0, here: false);
        Seen(20, "vnet7", age: 19);
        Assert.Empty(Look(23, here: false));
    }

    [Fact]
    public void A_frozen_copy_says_nothing_about_the_one_that_runs_elsewhere()
    {
        taps[Mac] = "vnet0";
        Look(0, here: null);
        Seen(10, "up");
        Assert.Empty(Look(13, here: null));
    }

    [Fact]
    public void An_address_of_no_machine_that_keeps_moving_between_two_ports_is_on_two_devices()
    {
        foreach (var (at, port) in new[] { (1.0, "a"), (1.1, "b"), (1.2, "a"), (1.3, "b") })
        {
            watch.Seen(At(at), "02:00:00:00:00:09", port);
        }

        Assert.Empty(Look(1.4, here: false));
        watch.Seen(At(1.5), "02:00:00:00:00:09", "a");
        Assert.Equal(new MacConflict("02:00:00:00:00:09", null, "a", "b"), Assert.Single(Look(1.6, here: false)));
    }

    [Fact]
    public void A_second_device_that_is_gone_is_told_once_and_then_forgotten()
    {
        taps[Mac] = "vnet0";
        Look(0, here: true);
        Seen(5, "up");
        Assert.Single(Look(8, here: true));
        Assert.Single(watch.Conflicts);
        var (_, gone) = watch.Look(At(66), [new MachinePlacement(Machine, Mac, true)], taps, "up");
        Assert.Single(gone);
        Assert.Empty(watch.Conflicts);
    }

    private static Moment At(double seconds) => Moment.At(TimeSpan.FromSeconds(seconds));

    private void Seen(double at, string port, double age = 0) => watch.Seen(At(at), Mac, port, TimeSpan.FromSeconds(age));

    private IEnumerable<MacConflict> Look(double at, bool? here) => watch.Look(At(at), [new MachinePlacement(Machine, Mac, here)], taps, "up").New;
}
