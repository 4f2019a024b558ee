using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Network;
using Holdfast.Core.Agent;

namespace Holdfast.Adapters.Tests.Network;

public sealed class PeerPortTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Messages_arrive_whole_in_order_and_are_acknowledged()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new PeerPort(Loopback.Map(1), Loopback.Key(), port);
        var got = new BlockingCollection<PeerMessage>();
        two.Received = got.Add;
        two.Start();
        var (move, machine) = (Guid.NewGuid(), Guid.NewGuid());
        PeerMessage[] sent =
        [
            new MoveReady([1, 2, 3], new string('x', 200_000), "migration") { Move = move, Machine = machine, From = 0 },
            new MoveCommitted(42) { Move = move, Machine = machine, From = 0 },
            new MovePerformed { Move = move, Machine = machine, From = 0 },
        ];

        var ends = await Task.WhenAll(sent.Select(m => SendAsync(one, m)));
        Assert.All(ends, Assert.Null);
        Assert.Equal(sent.Select(m => m.GetType()), sent.Select(_ => Take(got).GetType()));
    }

    [Fact]
    public async Task A_warm_message_costs_little()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new PeerPort(Loopback.Map(1), Loopback.Key(), port);
        two.Start();
        var message = new MovePerformed { Move = Guid.NewGuid(), Machine = Guid.NewGuid(), From = 0 };
        var times = new List<TimeSpan>();
        for (var n = 0; n < 200; n++)
        {
            var since = Stopwatch.GetTimestamp();
            Assert.Null(await SendAsync(one, message));
            times.Add(Stopwatch.GetElapsedTime(since));
        }

        times.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"median {times[100].TotalMilliseconds:0.000} ms");
        Assert.True(times[100] < TimeSpan.FromMilliseconds(5), $"the median message took {times[100].TotalMilliseconds:0.000} ms");
    }

    [Fact]
    public async Task What_a_network_carries_is_measured_over_that_network_alone_and_no_message_waits_for_it()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new PeerPort(Loopback.Map(1), Loopback.Key(), port);
        var got = new BlockingCollection<PeerMessage>();
        two.Received = got.Add;
        two.Start();
        var measured = MeasureAsync(one, "storage");
        Assert.Null(await SendAsync(one, new MovePerformed { Move = Guid.NewGuid(), Machine = Guid.NewGuid(), From = 0 }));
        var (carries, failure) = await measured;
        TestContext.Current.TestOutputHelper?.WriteLine($"{carries:0} MiB/s");
        Assert.True(failure is null && carries is > 1 and < 1_000_000, $"{carries} MiB/s, {failure}");
        Assert.IsType<MovePerformed>(Assert.Single(got));
        Assert.Equal(0, two.Refused);
    }

    [Fact]
    public async Task A_network_that_does_not_answer_or_that_nobody_knows_carries_what_is_not_known()
    {
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), Loopback.FreePort());
        var (carries, failure) = await MeasureAsync(one, "storage");
        Assert.True(carries is null && failure is { Length: > 0 }, failure);
        Assert.Equal((null, "h2 has no address on network moon"), await MeasureAsync(one, "moon"));
    }

    [Fact]
    public async Task When_the_preferred_network_does_not_answer_another_is_used()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new PeerPort(OnlyStorage(Loopback.Map(1)), Loopback.Key(), port);
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Parse("127.81.1.2"), port));
        silent.Listen(8); // accepts in the kernel and never says hello: a host that hangs, or a path that drops
        var got = new BlockingCollection<PeerMessage>();
        two.Received = got.Add;
        two.Start();
        Assert.Null(await SendAsync(one, new MovePerformed { Move = Guid.NewGuid(), Machine = Guid.NewGuid(), From = 0 }));
        Assert.Single(got);
    }

    [Fact]
    public async Task A_peer_that_restarted_gets_the_next_message()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        var message = new MovePerformed { Move = Guid.NewGuid(), Machine = Guid.NewGuid(), From = 0 };
        for (var life = 0; life < 2; life++)
        {
            using var two = new PeerPort(Loopback.Map(1), Loopback.Key(), port);
            two.Start();
            Assert.Null(await SendAsync(one, message));
        }
    }

    [Fact]
    public async Task A_dead_peer_another_secret_and_a_wrong_sender_end_within_the_limit()
    {
        var port = Loopback.FreePort();
        using var one = new PeerPort(Loopback.Map(0), Loopback.Key(), port);
        var message = new MovePerformed { Move = Guid.NewGuid(), Machine = Guid.NewGuid(), From = 0 };
        Assert.StartsWith("The agent on h2 did not take the message within 1 s over any network", await SendAsync(one, message));
        Assert.StartsWith("No host has slot 9", await SendAsync(one, message, 9));

        using var two = new PeerPort(Loopback.Map(1), Loopback.Key("other"), port);
        var got = new BlockingCollection<PeerMessage>();
        two.Received = got.Add;
        two.Start();
        Assert.NotNull(await SendAsync(one, message));
        Assert.Empty(got);
        Assert.True(two.Refused > 0);

        var another = Loopback.FreePort();
        using var three = new PeerPort(Loopback.Map(0), Loopback.Key(), another);
        using var four = new PeerPort(Loopback.Map(1), Loopback.Key(), another);
        four.Received = got.Add;
        four.Start();
        Assert.NotNull(await SendAsync(three, message with { From = 1 }));
        Assert.Empty(got);
    }

    private static NetworkMap OnlyStorage(NetworkMap map) => map with { Networks = map.Networks.Where(n => n.Name == "storage").ToImmutableArray() };

    private static Task<string?> SendAsync(PeerPort from, PeerMessage message, int to = 1)
    {
        var end = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        from.Send(to, message, end.SetResult);
        return end.Task.WaitAsync(Limit);
    }

    private static PeerMessage Take(BlockingCollection<PeerMessage> got) =>
        got.TryTake(out var message, Limit) ? message : throw new TimeoutException("no message within 5 s");

    private static async Task<(double? Carries, string? Failure)> MeasureAsync(PeerPort port, string network)
    {
        var end = new TaskCompletionSource<(double?, string?)>();
        port.Measure(1, network, (carries, failure) => end.SetResult((carries, failure)));
        return await end.Task.WaitAsync(Limit);
    }
}
