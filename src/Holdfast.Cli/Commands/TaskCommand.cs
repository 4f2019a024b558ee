using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands;

/// <summary>A command that asks for long work and follows it to its end, so that the exit code tells how it ended.</summary>
internal abstract class TaskCommand : ClusterCommand
{
    private readonly Option<bool> noWait = new("--no-wait") { Description = "Return as soon as the work is accepted." };

    protected TaskCommand(Context context, string name, string description)
        : base(context, name, description)
    {
        Options.Add(Wait);
        Options.Add(noWait);
    }

    protected Option<bool> Wait { get; } = new("--wait") { Description = "Wait for the end of the work (the default), and for a started machine to run." };

    /// <summary>Longer than any such work may take.</summary>
    protected virtual TimeSpan Limit => TimeSpan.FromMinutes(10);

    protected abstract Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel);

    /// <summary>What the progress line is about: "migrate mover".</summary>
    protected abstract string Title(ParseResult parse);

    /// <summary>One sentence for people about what has been done.</summary>
    protected abstract string Done(TaskReport task);

    /// <summary>What the call ends with when the work was done.</summary>
    protected virtual int Exit(TaskReport task) => ExitCode.Done;

    /// <summary>What else <c>--wait</c> waits for.</summary>
    protected virtual Task SettleAsync(ParseResult parse, HoldfastClient client, Progress progress, CancellationToken cancel) => Task.CompletedTask;

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var task = await BeginAsync(parse, client, cancel);
        if (parse.GetValue(noWait))
        {
            return Show(parse, task, ApiJson.Readable.TaskReport, t => Terminal.Out.WriteLine($"Accepted as task {t.Id}."));
        }

        using (var progress = new Progress(Terminal, Title(parse)))
        {
            task = await client.WaitAsync(task, Limit, progress.Report, cancel);
            if (parse.GetValue(Wait))
            {
                await SettleAsync(parse, client, progress, cancel);
            }
        }

        Show(parse, task, ApiJson.Readable.TaskReport, t => Terminal.Out.WriteLine(Done(t)));
        return Exit(task);
    }

    /// <summary>Waits until the cluster says that a machine runs.</summary>
    protected static async Task UntilRunningAsync(HoldfastClient client, string name, Progress progress, CancellationToken cancel)
    {
        var limit = TimeSpan.FromMinutes(2);
        var since = System.Diagnostics.Stopwatch.StartNew();
        for (var machine = await client.MachineAsync(name, cancel); machine.State != MachineState.Running; machine = await client.MachineAsync(name, cancel))
        {
            if (since.Elapsed > limit || machine.State == MachineState.Error)
            {
                throw new ApiException(ErrorCode.Failed, $"{name} is {Words.Of(machine.State)} and does not run{(machine.Reason is null ? "" : $": {machine.Reason.TrimEnd('.')}")}; see 'holdfast explain {name}'.");
            }

            progress.Report(machine.Reason ?? Words.Of(machine.State));
            await Task.Delay(100, cancel);
        }
    }
}
