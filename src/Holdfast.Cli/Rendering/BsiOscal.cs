using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Rendering;

/// <summary>
/// An audit by IT-Grundschutz as OSCAL assessment results 1.1.2 (https://pages.nist.gov/OSCAL/reference/1.1.2/assessment-results/): each requirement that could be checked is a finding, satisfied or not, with its evidence as an
/// observation; what could not be checked is an observation only.
/// </summary>
internal static class BsiOscal
{
    /// <param name="id">Gives the identifiers that OSCAL wants for everything.</param>
    public static string Of(BsiReport report, Func<Guid> id)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("assessment-results");
            json.WriteString("uuid", id());
            Metadata(json, report);
            json.WriteStartObject("import-ap");
            json.WriteString("href", "#");
            json.WriteString("remarks", "There is no assessment plan: 'holdfast audit bsi' looks at the same requirements each time.");
            json.WriteEndObject();
            json.WriteStartArray("results");
            Result(json, report, id);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static void Metadata(Utf8JsonWriter json, BsiReport report)
    {
        json.WriteStartObject("metadata");
        json.WriteString("title", $"IT-Grundschutz, as far as a program can check it: cluster {report.Cluster}");
        json.WriteString("last-modified", report.At);
        json.WriteString("version", report.Version);
        json.WriteString("oscal-version", "1.1.2");
        json.WriteEndObject();
    }

    private static void Result(Utf8JsonWriter json, BsiReport report, Func<Guid> id)
    {
        var observations = report.Findings.Select(f => (Finding: f, Id: id())).ToArray();
        json.WriteStartObject();
        json.WriteString("uuid", id());
        json.WriteString("title", "G 4.75, SYS.1.5, SYS.1.8, NET.1.1 and DER.4");
        json.WriteString("description", $"As {report.Host} saw the cluster{(report.Silent.Length > 0 ? $"; what {string.Join(", ", report.Silent)} saw at work is missing" : "")}.");
        json.WriteString("start", report.At);
        Controls(json, report);
        json.WriteStartArray("observations");
        foreach (var (finding, observation) in observations)
        {
            Observation(json, report, finding, observation);
        }

        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var (finding, observation) in observations.Where(o => o.Finding.State != "cannot-be-checked"))
        {
            Finding(json, finding, observation, id());
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Controls(Utf8JsonWriter json, BsiReport report)
    {
        json.WriteStartObject("reviewed-controls");
        json.WriteStartArray("control-selections");
        json.WriteStartObject();
        json.WriteStartArray("include-controls");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("control-id", Control(finding));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Observation(Utf8JsonWriter json, BsiReport report, BsiFinding finding, Guid id)
    {
        json.WriteStartObject();
        json.WriteString("uuid", id);
        json.WriteString("title", $"{finding.Requirement} {finding.Title}");
        json.WriteString("description", finding.Evidence);
        json.WriteStartArray("methods");
        json.WriteStringValue(finding.State == "cannot-be-checked" ? "UNKNOWN" : "EXAMINE");
        if (finding.Exercised is not null)
        {
            json.WriteStringValue("TEST");
        }

        json.WriteEndArray();
        json.WriteString("collected", report.At);
        if (finding.Exercisable)
        {
            json.WriteString("remarks", finding.Exercised is { } seen ? $"Last seen at work {seen.At.UtcDateTime:O} on {seen.Host}: {seen.What}" : "Never seen at work: unproven.");
        }

        json.WriteEndObject();
    }

    private static void Finding(Utf8JsonWriter json, BsiFinding finding, Guid observation, Guid id)
    {
        json.WriteStartObject();
        json.WriteString("uuid", id);
        json.WriteString("title", finding.Requirement);
        json.WriteString("description", finding.Evidence);
        json.WriteStartObject("target");
        json.WriteString("type", "objective-id");
        json.WriteString("target-id", Control(finding));
        json.WriteStartObject("status");
        json.WriteString("state", finding.State == "met" ? "satisfied" : "not-satisfied");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("related-observations");
        json.WriteStartObject();
        json.WriteString("observation-uuid", observation);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>An OSCAL token: letters, digits, '.', '-' and '_', the first a letter.</summary>
    private static string Control(BsiFinding finding) => finding.Requirement.ToLowerInvariant().Replace(" (", ".", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal).Replace(' ', '-');
}
