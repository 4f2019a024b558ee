using Holdfast.Api;
using Holdfast.Core.Audit;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Views;

/// <summary>An audit's findings, as the API says them.</summary>
internal static class BsiRows
{
    public static BsiReport Of(IEnumerable<Finding> findings, DaemonOptions options, string[] silent, DateTimeOffset at) => new()
    {
        Host = options.Host,
        Cluster = options.Cluster,
        Version = typeof(BsiRows).Assembly.GetName().Version?.ToString(3) ?? "",
        At = at,
        Silent = silent,
        Findings = [.. findings.Select(Of)],
    };

    private static BsiFinding Of(Finding finding) => new(
        finding.Requirement.Id, finding.Requirement.Title, finding.Requirement.Level, Word(finding.Compliance), finding.Evidence, finding.Proofs.Count > 0,
        finding.Exercised is { } seen ? new(seen.At, seen.Host, seen.What) : null);

    private static string Word(Compliance compliance) => compliance switch
    {
        Compliance.Met => "met",
        Compliance.NotMet => "not-met",
        _ => "cannot-be-checked",
    };
}
