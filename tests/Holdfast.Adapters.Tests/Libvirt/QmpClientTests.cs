using System.Diagnostics;
using System.Text;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Core.Migration;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class QmpClientTests
{
    private static readonly TimeSpan Limit = FakeQmp.Limit;

    [Fact]
    public async Task Answers_find_their_commands_whatever_their_order()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var status = qmp.QueryStatusAsync(Limit);
        var cont = qmp.ExecuteAsync("cont", Limit);
        Assert.Equal("""{"execute":"query-status","id":2}""", await qemu.NextCommandAsync());
        Assert.Equal("""{"execute":"cont","id":3}""", await qemu.NextCommandAsync());
        qemu.Send(
            """{"id":3,"error":{"class":"GenericError","desc":"Resetting the \"VM\" is required"}}""",
            """{"return":{"status":"postmigrate","singlestep":false,"running":false},"id":2}""");
        Assert.Equal(new QmpRunState("postmigrate", false), await status);
        Assert.Equal("Resetting the \"VM\" is required", (await cont).Error);
    }

    [Fact]
    public async Task An_out_of_band_command_says_so()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var yank = qmp.YankMigrationAsync(Limit);
        Assert.Equal("""{"exec-oob":"yank","arguments":{"instances":[{"type":"migration"}]},"id":2}""", await qemu.NextCommandAsync());
        qemu.Send("""{"return":{},"id":2}""");
        await yank;
    }

    [Fact]
    public async Task Events_come_in_order_also_when_they_arrive_in_pieces()
    {
        var seen = new List<QmpEvent>();
        var shutdown = new TaskCompletionSource();
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync(happened =>
        {
            seen.Add(happened);
            if (happened.Kind == QmpEventKind.Shutdown)
            {
                shutdown.SetResult();
            }
        });
        qemu.SendRaw("""{"timestamp": {"seconds": 1, "microseconds": 2}, "event": "ST""");
        qemu.SendRaw("OP\"}\r\n{\"event\":\"MIGRATION\",\"data\":{\"status\":\"compl");
        qemu.SendRaw("eted\"}}\r\n");
        qemu.Send(
            """{"event":"BLOCK_IO_ERROR","data":{"device":"","node-name":"libvirt-1-format","nospace":true,"action":"stop","reason":"No space"}}""",
            """{"event":"NIC_RX_FILTER_CHANGED","data":{"name":"net0"}}""",
            """{"event":"RESUME"}""",
            """{"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-shutdown"}}""");
        await shutdown.Task.WaitAsync(Limit);

        Assert.Equal(
            [(QmpEventKind.Stop, null), (QmpEventKind.Migration, "completed"), (QmpEventKind.BlockIoError, "stop"), (QmpEventKind.Other, null), (QmpEventKind.Resume, null), (QmpEventKind.Shutdown, "guest-shutdown")],
            seen.Select(one => (one.Kind, one.Status)).ToArray());
        Assert.Equal("libvirt-1-format", QmpLine.Text(seen[2].Data.Span, "node-name"u8));
        Assert.Equal("NIC_RX_FILTER_CHANGED", seen[3].Name);
        Assert.Equal((1, 1, false), (qmp.Run.Stops, qmp.Run.Resumes, qmp.Run.StoppedLast));
        Assert.True(qmp.Run.LastResume >= qmp.Run.LastStop && qmp.Run.LastStop > 0);
    }

    [Fact]
    public async Task After_draining_every_event_that_was_written_before_is_counted()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        for (var round = 1; round <= 200; round++)
        {
            qemu.Send("""{"event":"STOP"}""", """{"event":"RESUME"}""");
            Assert.True(qmp.Drained(Limit));
            Assert.Equal((round, round), (qmp.Run.Stops, qmp.Run.Resumes));
        }
    }

    [Fact]
    public async Task An_event_that_is_still_being_handled_is_not_drained()
    {
        using var release = new SemaphoreSlim(0);
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync(_ => release.Wait());
        qemu.Send("""{"event":"STOP"}""");
        Assert.False(qmp.Drained(TimeSpan.FromMilliseconds(50)));
        release.Release();
        Assert.True(qmp.Drained(Limit));
    }

    [Fact]
    public async Task A_command_without_an_answer_ends_at_its_deadline_and_a_late_answer_harms_nobody()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var begun = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<QmpException>(() => qmp.StopAsync(TimeSpan.FromMilliseconds(50)));
        Assert.Equal(QmpFailure.TimedOut, failure.Failure);
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromMilliseconds(40), Limit);

        Assert.Equal("""{"execute":"stop","id":2}""", await qemu.NextCommandAsync());
        qemu.Send("""{"return":{},"id":2}""");
        var cont = qmp.ContAsync(Limit);
        qemu.Send("""{"return":{},"id":3}""");
        await cont;
    }

    [Fact]
    public async Task The_end_of_QEMU_fails_what_waits_and_what_comes()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var closed = new TaskCompletionSource<string>();
        qmp.Closed += closed.SetResult;
        var waiting = qmp.ContAsync(Limit);
        await qemu.NextCommandAsync();
        qemu.HangUp();
        Assert.Equal(QmpFailure.Closed, (await Assert.ThrowsAsync<QmpException>(() => waiting)).Failure);
        await closed.Task.WaitAsync(Limit);
        Assert.True(qmp.IsClosed);
        Assert.Equal(QmpFailure.Closed, (await Assert.ThrowsAsync<QmpException>(() => qmp.ContAsync(Limit))).Failure);
    }

    [Fact]
    public async Task No_socket_and_a_silent_one_are_told_apart()
    {
        var nobody = await Assert.ThrowsAsync<QmpException>(() => QmpClient.ConnectAsync("/nonexistent/qmp.sock", Limit));
        Assert.Equal(QmpFailure.Closed, nobody.Failure);
        using var qemu = new FakeQmp();
        var silent = await Assert.ThrowsAsync<QmpException>(() => QmpClient.ConnectAsync(qemu.Path, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(QmpFailure.TimedOut, silent.Failure);
    }

    [Fact]
    public async Task A_long_answer_and_the_numbers_of_a_migration_are_read()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var query = qmp.QueryMigrateAsync(Limit);
        qemu.Send("{\"return\":{\"blocked\":false,\"pad\":\"" + new string('x', 100_000) + "\",\"status\":\"active\",\"ram\":{\"total\":300,\"remaining\":100,\"transferred\":200,\"mbps\":1.6,\"dirty-sync-count\":3,\"dirty-pages-rate\":10,\"page-size\":4096},\"expected-downtime\":120,\"cpu-throttle-percentage\":20},\"id\":2}");
        Assert.Equal(new QmpMigration("active", new MoveProgress(200, 100, 300, 200_000, 40_960, 3, TimeSpan.FromMilliseconds(120), 0.2), 0, null), await query);
    }

    [Fact]
    public void A_line_that_is_not_JSON_is_no_message() =>
        Assert.ThrowsAny<System.Text.Json.JsonException>(() => { _ = QmpLine.Parse(Encoding.UTF8.GetBytes("{\"event\":")).Kind; });
}
