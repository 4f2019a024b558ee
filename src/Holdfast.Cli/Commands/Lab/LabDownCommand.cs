using System.CommandLine;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabDownCommand : LabCommand
{
    private readonly Option<bool> all = new("--all") { Description = "Every lab of this machine." };

    public LabDownCommand(Context context)
        : base(context, "down", "Take a lab down, also a half broken one; nothing of it is left.") => Add(all);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var names = parse.GetValue(all)
            ? LabCluster.Names()
            : [parse.GetValue(LabName) ?? parse.GetValue(Context.Options.Lab) ?? LabOptions.DefaultName];
        foreach (var name in names)
        {
            using var progress = new Progress(Terminal, $"lab {name}");
            await LabCluster.Down(name, progress, cancel);
        }

        return ExitCode.Done;
    }
}
