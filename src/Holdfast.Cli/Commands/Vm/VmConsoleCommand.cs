using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmConsoleCommand : ClusterCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<bool> follow = new("--follow", "-f") { Description = "Go on with what it writes from now on." };

    public VmConsoleCommand(Context context)
        : base(context, "console", "Print what a machine has written to its serial console; with -o json, where it is.")
    {
        Add(machine);
        Add(follow);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var name = parse.GetRequiredValue(machine);
        if (Context.Json(parse))
        {
            Context.Write(await client.ConsoleAsync(name, cancel), ApiJson.Readable.ConsolePlace);
            return ExitCode.Done;
        }

        await Terminal.Out.FlushAsync(cancel);
        await client.CopyConsoleAsync(name, parse.GetValue(follow), Terminal.RawOut, cancel);
        return ExitCode.Done;
    }
}
