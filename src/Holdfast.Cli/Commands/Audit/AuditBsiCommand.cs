using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Audit;

internal sealed class AuditBsiCommand : ClusterCommand
{
    /// <summary>As long as the agent may take for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly Option<string> format = new("--format") { Description = "'text', 'html' for a page to keep, 'oscal' for the NIST's assessment results (JSON).", HelpName = "text|html|oscal", DefaultValueFactory = _ => "text" };
    private readonly Option<bool> open = new("--open") { Description = "Only what is not met or was never seen at work." };

    public AuditBsiCommand(Context context)
        : base(context, "bsi", "What a program can say of this cluster by the BSI's IT-Grundschutz: G 4.75, SYS.1.5, SYS.1.8, NET.1.1 and DER.4, each with evidence, when it was last seen at work, and who must look where no program can.")
    {
        format.AcceptOnlyFromAmong("text", "html", "oscal");
        Add(format);
        Add(open);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        client.Patience = Patience;
        var report = await client.BsiAuditAsync(cancel);
        if (parse.GetValue(open))
        {
            report.Findings = [.. report.Findings.Where(f => f.State == "not-met" || Unproven(f))];
        }

        return Show(parse, report, ApiJson.Readable.BsiReport, parse.GetRequiredValue(format) switch
        {
            "html" => r => Terminal.Out.Write(BsiHtml.Of(r)),
            "oscal" => r => Terminal.Out.WriteLine(BsiOscal.Of(r, Guid.NewGuid)),
            _ => Write,
        });
    }

    /// <summary>It can be seen at work, is there, and never was seen.</summary>
    private static bool Unproven(BsiFinding finding) => finding is { State: "met", Exercisable: true, Exercised: null };

    private void Write(BsiReport report)
    {
        foreach (var finding in report.Findings)
        {
            Terminal.Out.WriteLine($"{finding.Requirement}  {Word(finding)}  {finding.Title}");
            Terminal.Out.WriteLine($"    {finding.Evidence}");
            if (finding.Exercisable)
            {
                Terminal.Out.WriteLine(finding.Exercised is { } seen
                    ? string.Create(CultureInfo.InvariantCulture, $"    Last seen at work {seen.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC on {seen.Host}: {seen.What}")
                    : "    Never seen at work: unproven.");
            }
        }

        int Count(string state) => report.Findings.Count(f => f.State == state);
        Terminal.Out.WriteLine();
        Terminal.Out.WriteLine(
            $"{Count("met")} met ({report.Findings.Count(Unproven)} of them unproven), {Count("not-met")} not met, {Count("cannot-be-checked")} cannot be checked by a program.");
        if (report.Silent.Length > 0)
        {
            Terminal.Out.WriteLine($"What {string.Join(", ", report.Silent)} saw at work is missing: no answer.");
        }
    }

    private static string Word(BsiFinding finding) => finding.State switch
    {
        "met" => Unproven(finding) ? "met, unproven" : "met",
        "not-met" => "NOT MET",
        _ => "cannot be checked",
    };
}
