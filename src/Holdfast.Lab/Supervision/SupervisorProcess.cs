using System.Diagnostics;
using System.Net.Sockets;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Supervision;

/// <summary>Starts a lab's supervisor and finds out whether it answers.</summary>
internal static class SupervisorProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Tests, which have no built command line, serve the lab themselves.</summary>
    internal static Func<LabState, Task>? InProcess { get; set; }

    internal static async Task Ensure(LabState lab, CancellationToken cancel)
    {
        if (await Answers(lab, cancel))
        {
            return;
        }

        if (InProcess is { } serve)
        {
            await serve(lab);
        }
        else
        {
            var program = Path.GetFileName(Environment.ProcessPath) == "holdfast" ? Environment.ProcessPath! : $"{lab.Bin}/holdfast";
            await Shell.Detach(lab.Paths.SupervisorLog, [program, "lab", "supervise", "--name", lab.Options.Name], cancel);
        }

        for (var since = Stopwatch.StartNew(); !await Answers(lab, cancel); await Task.Delay(10, cancel))
        {
            if (since.Elapsed > Limit)
            {
                throw new LabException($"The lab's supervisor does not start; see {lab.Paths.SupervisorLog}.");
            }
        }
    }

    internal static async Task<bool> Answers(LabState lab, CancellationToken cancel)
    {
        try
        {
            return await LineServer.Ask(lab.Paths.Control, "ping", TimeSpan.FromSeconds(2), cancel) == "ok";
        }
        catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
