using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

/// <summary>What a migration would come to, for people.</summary>
internal static class PreflightReport
{
    public static void Write(Terminal terminal, MigrationPreflight preflight)
    {
        var way = preflight.To is { } to ? $"from {preflight.From} to {to}" : $"away from {preflight.From}";
        terminal.Out.WriteLine($"{preflight.Machine} {way}: nothing is moved by this.");
        var table = new Table("CHECK", "RESULT", "WHY");
        foreach (var check in preflight.Checks)
        {
            table.Row(check.Name, check.State == CheckState.Passes ? "ok" : Words.Of(check.State), check.Says);
        }

        table.Write(terminal);
        foreach (var other in preflight.Others)
        {
            terminal.Out.WriteLine($"Not to {other.Host}: {other.Says}.");
        }

        if (preflight.Estimate is { } estimate)
        {
            terminal.Out.WriteLine($"It would begin: {estimate.Says}.");
        }
    }
}
