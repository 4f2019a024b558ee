using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Daemon.Access;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>Who did what, when, and what came of it.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-audit-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Orders_refusals_and_the_end_of_long_work_are_written_down_and_reading_is_not()
    {
        await using var server = await GuardedServer.StartAsync(folder);
        server.Has(("viewer", "viewer", null), ("operator", "operator", null));
        using (var http = server.Client("operator"))
        {
            await http.GetAsync("/v1/vms");
            await http.PostAsync("/v1/vms/web/stop", null);
        }

        using (var http = server.Client("viewer"))
        {
            await http.PostAsync("/v1/vms/web/stop", null);
        }

        using (var http = server.Client("hft_never-written-down"))
        {
            await http.GetAsync("/v1/vms");
        }

        var records = await UntilAsync(server.Audit, 4);
        Assert.Equal(
            ["accepted operator", "failed operator", "refused nobody known", "refused viewer"],
            records.Select(r => $"{r.Outcome} {r.Who}").Order(StringComparer.Ordinal));
        var accepted = records.Single(r => r.Outcome == "accepted");
        Assert.Equal(("POST /v1/vms/web/stop", CallerKind.Token, Role.Operator, "127.0.0.1", "h1"), (accepted.What, accepted.Kind, accepted.Role, accepted.Address, accepted.Host));
        var ended = records.Single(r => r.Outcome == "failed");
        Assert.Equal((accepted.Task, "stop web", "The guest did not shut down."), (ended.Task, ended.What, ended.Why));
        Assert.Contains("needs the role operator", records.Single(r => r.Who == "viewer").Why);
        Assert.DoesNotContain("never-written-down", File.ReadAllText(Path.Combine(folder, "audit", "audit.jsonl")));
    }

    [Fact]
    public async Task How_agents_meet_is_not_written_down_and_a_repeated_request_is()
    {
        await using var server = await GuardedServer.StartAsync(folder);
        var wire = new Replay();
        using var http = new HttpClient(ClusterSecret.Sealing("h2").Through(wire)) { BaseAddress = server.Address };
        await http.GetAsync("/v1/vms");
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/v1/vms"));
        again.Headers.TryAddWithoutValidation("Authorization", wire.Last);
        using var stranger = new HttpClient();
        await stranger.SendAsync(again);
        var only = Assert.Single(await UntilAsync(server.Audit, 1));
        Assert.Equal(("nobody known", "The request was taken before: somebody sends what an agent has sent."), (only.Who, only.Why));
    }

    [Fact]
    public async Task A_long_file_gets_a_new_one_and_what_is_removed_is_told()
    {
        await using var log = new AuditLog("h1", Path.Combine(folder, "a"), longest: 400, most: 3);
        for (var n = 0; n < 40; n++)
        {
            log.Add(Record($"order {n}"));
        }

        await UntilAsync(() => Directory.Exists(Path.Combine(folder, "a")) && Directory.GetFiles(Path.Combine(folder, "a")) is { Length: 3 } && log.Read(1000, null) is [.., { What: "order 39" }]);
        var left = log.Read(1000, null);
        Assert.Contains(left, r => r is { Who: "holdfastd", What: "audit log" } && r.Detail!.Contains("removed, as 3 files are kept", StringComparison.Ordinal));
        var orders = left.Where(r => r.Who == "root").Select(r => r.What).ToList();
        Assert.Equal(Enumerable.Range(40 - orders.Count, orders.Count).Select(n => $"order {n}"), orders);
        Assert.Equal(left[^2..], log.Read(2, null));
    }

    [Fact]
    public async Task Nobody_waits_for_a_disk_that_takes_nothing_and_what_is_lost_is_told_when_it_does_again()
    {
        var place = Path.Combine(folder, "b");
        await File.WriteAllTextAsync(place, "no folder");
        await using var log = new AuditLog("h1", place, 1 << 20, 3);
        var since = Stopwatch.GetTimestamp();
        for (var n = 0; n < 12_000; n++)
        {
            log.Add(Record($"order {n}"));
        }

        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5));
        await UntilAsync(() => log.Problem is not null);
        File.Delete(place);
        await UntilAsync(() => log.Problem is null && log.Read(1, null) is [{ What: "order 9999" or "order 10000" }]);
        Assert.Contains(log.Read(20_000, null), r => r.Who == "holdfastd" && r.Detail!.Contains("records before this one were lost", StringComparison.Ordinal));
    }

    private sealed class Replay : DelegatingHandler
    {
        public Replay() => InnerHandler = new HttpClientHandler();

        public string Last { get; private set; } = "";

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
        {
            Last = request.Headers.Authorization!.ToString();
            return base.SendAsync(request, cancel);
        }
    }

    private static AuditRecord Record(string what) => new() { At = DateTimeOffset.UtcNow, Host = "h1", Who = "root", What = what, Outcome = "done" };

    private static async Task<AuditRecord[]> UntilAsync(AuditLog log, int count)
    {
        await UntilAsync(() => log.Read(100, null).Length >= count);
        return log.Read(100, null);
    }

    private static async Task UntilAsync(Func<bool> reached)
    {
        for (var since = Stopwatch.GetTimestamp(); !reached();)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(20), "It has not come to it within 20 s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
