using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Migration;

namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>QEMU's run state: its word ("running", "paused", "postmigrate", "inmigrate" …) and whether the CPUs run.</summary>
public readonly record struct QmpRunState(string Status, bool Running);

/// <summary>query-migrate; zeros where QEMU says nothing yet.</summary>
public readonly record struct QmpMigration(string Status, MoveProgress Progress, long DowntimeMilliseconds, string? Error);

/// <summary>query-dirty-rate: "unstarted", "measuring" or "measured", and then whole MiB/s.</summary>
public readonly record struct QmpDirtyRate(string Status, long MiBPerSecond);

/// <summary>The commands Holdfast sends, typed. Each throws <see cref="QmpException"/> when it is refused, gets no answer, or the socket ends.</summary>
public static class QmpCommands
{
    public static async Task StopAsync(this QmpClient qmp, TimeSpan deadline) => await Done(qmp, "stop", deadline).ConfigureAwait(false);

    /// <summary>Lets the CPUs run. The answer says that QEMU took it; RESUME says that they run.</summary>
    public static async Task ContAsync(this QmpClient qmp, TimeSpan deadline) => await Done(qmp, "cont", deadline).ConfigureAwait(false);

    public static async Task MigrateCancelAsync(this QmpClient qmp, TimeSpan deadline) => await Done(qmp, "migrate_cancel", deadline).ConfigureAwait(false);

    /// <summary>
    /// Shuts the migration's socket down out of band: the way out when the guest has stopped and the path is dead, where every other
    /// abort waits behind QEMU's blocked main loop (measured: 12 ms). QEMU then fails the migration and resumes by itself.
    /// </summary>
    public static async Task YankMigrationAsync(this QmpClient qmp, TimeSpan deadline) =>
        (await qmp.ExecuteAsync("yank", deadline, """{"instances":[{"type":"migration"}]}""", outOfBand: true).ConfigureAwait(false)).OrThrow("yank");

    /// <summary>Makes the machine's addresses known to the switches: a few announcements over half a second.</summary>
    public static async Task AnnounceSelfAsync(this QmpClient qmp, TimeSpan deadline) =>
        (await qmp.ExecuteAsync("announce-self", deadline, """{"initial":20,"max":200,"rounds":5,"step":40}""").ConfigureAwait(false)).OrThrow("announce-self");

    /// <summary>The longest pause that a migration may plan for, before it begins or while it copies.</summary>
    public static async Task SetDowntimeLimitAsync(this QmpClient qmp, TimeSpan limit, TimeSpan deadline) => (await qmp.ExecuteAsync(
        "migrate-set-parameters", deadline,
        string.Create(CultureInfo.InvariantCulture, $"{{\"downtime-limit\":{(long)limit.TotalMilliseconds}}}")).ConfigureAwait(false)).OrThrow("migrate-set-parameters");

    public static async Task<QmpRunState> QueryStatusAsync(this QmpClient qmp, TimeSpan deadline)
    {
        var reply = (await qmp.ExecuteAsync("query-status", deadline).ConfigureAwait(false)).OrThrow("query-status");
        return new QmpRunState(QmpLine.Text(reply.Return.Span, "status"u8) ?? "", QmpLine.Text(reply.Return.Span, "running"u8) == "true");
    }

    public static async Task<QmpMigration> QueryMigrateAsync(this QmpClient qmp, TimeSpan deadline)
    {
        using var reply = JsonDocument.Parse((await qmp.ExecuteAsync("query-migrate", deadline).ConfigureAwait(false)).OrThrow("query-migrate").Return);
        var all = reply.RootElement;
        var ram = all.TryGetProperty("ram", out var said) ? said : default;
        var progress = new MoveProgress(
            (long)Number(ram, "transferred"), (long)Number(ram, "remaining"), (long)Number(ram, "total"),
            Rate: Number(ram, "mbps") * 1e6 / 8, Dirtied: Number(ram, "dirty-pages-rate") * Number(ram, "page-size"), Pass: (int)Number(ram, "dirty-sync-count"),
            Pause: TimeSpan.FromMilliseconds(Number(all, "expected-downtime")), Throttled: Number(all, "cpu-throttle-percentage") / 100);
        return new(Text(all, "status") ?? "none", progress, (long)Number(all, "downtime"), Text(all, "error-desc"));
    }

    /// <summary>Begins to compare samples of the guest's memory with themselves a second later. Refused while QEMU still does so.</summary>
    /// <param name="samples">Pages for each GiB, 128 to 16384.</param>
    public static async Task CalcDirtyRateAsync(this QmpClient qmp, int samples, TimeSpan deadline) => (await qmp.ExecuteAsync(
        "calc-dirty-rate", deadline, string.Create(CultureInfo.InvariantCulture, $"{{\"calc-time\":1,\"sample-pages\":{samples}}}")).ConfigureAwait(false)).OrThrow("calc-dirty-rate");

    public static async Task<QmpDirtyRate> QueryDirtyRateAsync(this QmpClient qmp, TimeSpan deadline)
    {
        using var reply = JsonDocument.Parse((await qmp.ExecuteAsync("query-dirty-rate", deadline).ConfigureAwait(false)).OrThrow("query-dirty-rate").Return);
        return new QmpDirtyRate(Text(reply.RootElement, "status") ?? "", (long)Number(reply.RootElement, "dirty-rate"));
    }

    /// <summary>Requests of all disks that QEMU has completed since its process began.</summary>
    public static async Task<long> QueryDiskRequestsAsync(this QmpClient qmp, TimeSpan deadline)
    {
        using var disks = JsonDocument.Parse((await qmp.ExecuteAsync("query-blockstats", deadline).ConfigureAwait(false)).OrThrow("query-blockstats").Return);
        return disks.RootElement.EnumerateArray().Sum(static disk => Requests(disk.GetProperty("stats")));
    }

    /// <summary>The paths of the files that the virtio disks write to now, by libvirt's numbers of them: what is so, whatever libvirt knows of it.</summary>
    public static async Task<ImmutableSortedDictionary<int, string>> QueryDiskFilesAsync(this QmpClient qmp, TimeSpan deadline)
    {
        using var disks = JsonDocument.Parse((await qmp.ExecuteAsync("query-block", deadline).ConfigureAwait(false)).OrThrow("query-block").Return);
        var files = ImmutableSortedDictionary.CreateBuilder<int, string>();
        foreach (var disk in disks.RootElement.EnumerateArray())
        {
            if (PlaceOf(Text(disk, "qdev")) is { } place && disk.TryGetProperty("inserted", out var inserted) && inserted.TryGetProperty("image", out var image) && FileOf(Text(image, "filename")) is { } file)
            {
                files[place] = file;
            }
        }

        return files.ToImmutable();
    }

    /// <summary>"/machine/peripheral/virtio-disk1/virtio-backend" is 1.</summary>
    internal static int? PlaceOf(string? device) =>
        device?.Split('/').FirstOrDefault(static part => part.StartsWith("virtio-disk", StringComparison.Ordinal)) is { } name
        && int.TryParse(name["virtio-disk".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : null;

    /// <summary>QEMU names a file by its path or, where what lies below it was given to QEMU apart, by "json:" and the whole tree.</summary>
    internal static string? FileOf(string? name)
    {
        if (name?.StartsWith("json:", StringComparison.Ordinal) != true)
        {
            return name;
        }

        using var tree = JsonDocument.Parse(name["json:".Length..]);
        var at = tree.RootElement;
        while (Text(at, "filename") is null && at.ValueKind == JsonValueKind.Object && at.TryGetProperty("file", out var below))
        {
            at = below;
        }

        return Text(at, "filename");
    }

    /// <summary>Whether what a character device leads to has been opened at the guest's end. A device that QEMU does not have is not open.</summary>
    /// <param name="label">QEMU's name of the device.</param>
    public static async Task<bool> QueryGuestOpenAsync(this QmpClient qmp, string label, TimeSpan deadline)
    {
        using var devices = JsonDocument.Parse((await qmp.ExecuteAsync("query-chardev", deadline).ConfigureAwait(false)).OrThrow("query-chardev").Return);
        return devices.RootElement.EnumerateArray().Any(device => device.GetProperty("label").ValueEquals(label) && device.GetProperty("frontend-open").GetBoolean());
    }

    private static long Requests(JsonElement stats) =>
        stats.GetProperty("rd_operations").GetInt64() + stats.GetProperty("wr_operations").GetInt64() + stats.GetProperty("flush_operations").GetInt64();

    private static async Task Done(QmpClient qmp, string command, TimeSpan deadline) =>
        (await qmp.ExecuteAsync(command, deadline).ConfigureAwait(false)).OrThrow(command);

    private static double Number(JsonElement json, string member) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) ? value.GetDouble() : 0;

    private static string? Text(JsonElement json, string member) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
