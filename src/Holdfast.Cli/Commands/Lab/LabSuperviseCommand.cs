using System.CommandLine;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

/// <summary>The lab's own long-running part, started by <c>lab up</c>; nobody types it.</summary>
internal sealed class LabSuperviseCommand : LabCommand
{
    public LabSuperviseCommand(Context context)
        : base(context, "supervise", "Serve a lab's power switches and watchdogs.") => Hidden = true;

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancel) =>
        LabCluster.Supervise(parse.GetValue(LabName) ?? LabOptions.DefaultName, cancel);
}
