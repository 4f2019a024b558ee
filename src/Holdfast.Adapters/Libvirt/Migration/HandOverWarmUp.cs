using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.Adapters.Libvirt.Interop;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>
/// Runs the code of the hand-over once before it counts: compiling it on first use was measured at 50 ms and more, within a machine's pause. It touches
/// no machine: a child process "sleep", a QMP server of its own, and libvirt calls without a connection, which libvirt refuses.
/// </summary>
internal static class HandOverWarmUp
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    internal static async Task RunAsync(CallThreads threads)
    {
        using var directory = new ScratchDirectory();
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var path = Path.Combine(directory.Path, "qmp.sock");
        server.Bind(new UnixDomainSocketEndPoint(path));
        server.Listen(1);
        new Thread(() => Serve(server)) { IsBackground = true, Name = "warm-up" }.Start();

        using var qmp = await QmpClient.ConnectAsync(path, Limit).ConfigureAwait(false);
        await FreezeAsync(qmp, threads).ConfigureAwait(false);
        await StepsAsync(threads).ConfigureAwait(false);
    }

    private static async Task FreezeAsync(QmpClient qmp, CallThreads threads)
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", "60"))!;
        try
        {
            if (ProcessIdentity.Of(child.Id) is { } identity && SourceFreeze.Arm(identity, qmp, new StepTimes()) is { } freeze)
            {
                using (freeze)
                {
                    await qmp.ContAsync(Limit).ConfigureAwait(false);
                    await qmp.QueryStatusAsync(Limit).ConfigureAwait(false);
                    await qmp.AnnounceSelfAsync(Limit).ConfigureAwait(false);
                    await threads.Run("warming up", Limit, () => freeze.Freeze(Limit)).ConfigureAwait(false);
                    freeze.Thaw();
                    freeze.Kill(Limit);
                }
            }
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    private static async Task StepsAsync(CallThreads threads)
    {
        await using var source = MigrationSource.Unconnected(threads);
        await using var target = MigrationTarget.Unconnected(threads);
        await Refused(source.PerformAsync("tcp://127.0.0.1", [], 0, Limit)).ConfigureAwait(false);
        await Refused(source.ConfirmAsync(cancelled: true, Limit)).ConfigureAwait(false);
        await Refused(target.FinishAsync("nobody", cancelled: false, Limit)).ConfigureAwait(false);
        await Refused(threads.Run("warming up", Limit, static () =>
        {
            using var none = new DomainHandle();
            using var parameters = new TypedParameters();
            MigrationCalls.Confirm(none, parameters, 0, cancelled: true);
            return 0;
        })).ConfigureAwait(false);
        await Refused(threads.Run("warming up", Limit, static () =>
        {
            using var none = new DomainHandle();
            using var parameters = new TypedParameters().Add("migrate_uri", "tcp://127.0.0.1");
            return MigrationCalls.Perform(none, parameters, [], 0).Length;
        })).ConfigureAwait(false);
    }

    private static async Task Refused(Task call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            // As meant: there is no connection.
        }
    }

    private static void Serve(Socket server)
    {
        try
        {
            using var client = server.Accept();
            client.Send("{\"QMP\":{\"capabilities\":[\"oob\"]}}\r\n"u8);
            var buffer = new byte[4096];
            for (var id = 1; client.Receive(buffer) > 0; id++)
            {
                client.Send("{\"event\":\"STOP\",\"timestamp\":{\"seconds\":1}}\r\n{\"event\":\"MIGRATION\",\"data\":{\"status\":\"device\"}}\r\n"u8);
                client.Send("{\"event\":\"MIGRATION\",\"data\":{\"status\":\"completed\"}}\r\n"u8);
                client.Send(System.Text.Encoding.UTF8.GetBytes($"{{\"return\":{{\"status\":\"postmigrate\",\"running\":false}},\"id\":{id}}}\r\n"));
            }
        }
        catch (SocketException)
        {
            // The client has gone; so does the warm-up.
        }
    }

    private sealed class ScratchDirectory : IDisposable
    {
        internal string Path { get; } = Directory.CreateTempSubdirectory("holdfast-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
