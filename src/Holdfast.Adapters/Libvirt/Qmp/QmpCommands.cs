using System.Globalization;
using System.Text.Json;

namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>QEMU's run state: its word ("running", "paused", "postmigrate", "inmigrate" …) and whether the CPUs run.</summary>
public readonly record struct QmpRunState(string Status, bool Running);

/// <summary>query-migrate: status and bytes; zeros where QEMU says nothing yet.</summary>
public readonly record struct QmpMigration(string Status, long Transferred, long Remaining, long Total, long DowntimeMilliseconds, string? Error);

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

    /// <summary>The longest pause that a migration may plan for; set it before the migration begins.</summary>
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
        var json = (await qmp.ExecuteAsync("query-migrate", deadline).ConfigureAwait(false)).OrThrow("query-migrate").Return.Span;
        var ram = QmpLine.Text(json, "ram"u8) is { } text ? System.Text.Encoding.UTF8.GetBytes(text) : [];
        return new QmpMigration(
            QmpLine.Text(json, "status"u8) ?? "none",
            Number(ram, "transferred"u8), Number(ram, "remaining"u8), Number(ram, "total"u8), Number(json, "downtime"u8), QmpLine.Text(json, "error-desc"u8));
    }

    /// <summary>query-blockstats as QEMU's JSON: the caller picks what it shows.</summary>
    public static async Task<JsonDocument> QueryBlockStatsAsync(this QmpClient qmp, TimeSpan deadline) =>
        JsonDocument.Parse((await qmp.ExecuteAsync("query-blockstats", deadline).ConfigureAwait(false)).OrThrow("query-blockstats").Return);

    private static async Task Done(QmpClient qmp, string command, TimeSpan deadline) =>
        (await qmp.ExecuteAsync(command, deadline).ConfigureAwait(false)).OrThrow(command);

    private static long Number(ReadOnlySpan<byte> json, ReadOnlySpan<byte> member) =>
        long.TryParse(QmpLine.Text(json, member), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;
}
