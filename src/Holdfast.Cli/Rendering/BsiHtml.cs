using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Api;

namespace Holdfast.Cli.Rendering;

/// <summary>An audit by IT-Grundschutz as one page that needs nothing else: to print, to keep, to hand over.</summary>
internal static class BsiHtml
{
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Holdfast: IT-Grundschutz</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 1rem/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { border-bottom: 1px solid #8886; padding: .4rem .6rem; text-align: left; vertical-align: top; }
        td:first-child { white-space: nowrap; }
        .met { color: #1a7f37; } .not-met { color: #cf222e; font-weight: bold; } .cannot-be-checked { color: #777; }
        small { color: #777; display: block; }
        </style>
        </head>
        <body>

        """;

    public static string Of(BsiReport report)
    {
        var page = new StringBuilder(Head);
        page.Append(CultureInfo.InvariantCulture, $"<h1>IT-Grundschutz: cluster {Text(report.Cluster)}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>As {Text(report.Host)} saw it at {Time(report.At)} (Holdfast {Text(report.Version)}). What a program can say; a person has to judge the rest.</p>\n");
        if (report.Silent.Length > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p>What {Text(string.Join(", ", report.Silent))} saw at work is missing: no answer.</p>\n");
        }

        page.Append("<table>\n<tr><th>Requirement</th><th>State</th><th>Evidence</th></tr>\n");
        foreach (var finding in report.Findings)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{Text(finding.Requirement)}<small>{Text(finding.Level)}</small></td><td class=\"{Text(finding.State)}\">{Text(finding.State.Replace('-', ' '))}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td><strong>{Text(finding.Title)}</strong><br>{Text(finding.Evidence)}{Seen(finding)}</td></tr>\n");
        }

        return page.Append("</table>\n</body>\n</html>\n").ToString();
    }

    private static string Seen(BsiFinding finding) => !finding.Exercisable ? ""
        : finding.Exercised is { } seen ? $"<small>Last seen at work {Time(seen.At)} on {Text(seen.Host)}: {Text(seen.What)}</small>" : "<small>Never seen at work: unproven.</small>";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
