using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'audit bsi' makes of the agent's answer.</summary>
public sealed class AuditBsiTests
{
    private const string Answer = """
        {"host":"h1","cluster":"office","version":"0.1.0","at":"2026-11-30T12:00:00+00:00","silent":["h3"],"findings":[
          {"requirement":"G 4.75 (1)","title":"Migrations end","level":"threat","state":"met","evidence":"a & b may carry them.","exercisable":true,"exercised":{"at":"2026-11-29T10:30:00+00:00","host":"h2","what":"web moved from h1 to h2"}},
          {"requirement":"G 4.75 (2)","title":"The fail-over","level":"threat","state":"met","evidence":"They are started on others.","exercisable":true},
          {"requirement":"SYS.1.5.A12","title":"Rechte- und Rollenkonzept","level":"standard","state":"not-met","evidence":"There are no users.","exercisable":false},
          {"requirement":"SYS.1.5.A8","title":"Planung","level":"standard","state":"cannot-be-checked","evidence":"A matter of planning.","exercisable":false}]}
        """;

    [Fact]
    public async Task Each_requirement_has_its_evidence_and_what_was_never_seen_at_work_is_unproven()
    {
        var call = await CallAsync();
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Equal(
            """
            G 4.75 (1)  met  Migrations end
                a & b may carry them.
                Last seen at work 2026-11-29 10:30 UTC on h2: web moved from h1 to h2
            G 4.75 (2)  met, unproven  The fail-over
                They are started on others.
                Never seen at work: unproven.
            SYS.1.5.A12  NOT MET  Rechte- und Rollenkonzept
                There are no users.
            SYS.1.5.A8  cannot be checked  Planung
                A matter of planning.

            2 met (1 of them unproven), 1 not met, 1 cannot be checked by a program.
            What h3 saw at work is missing: no answer.

            """, call.Out);
        var open = (await CallAsync("--open")).Out;
        Assert.DoesNotContain("G 4.75 (1)", open, StringComparison.Ordinal);
        Assert.DoesNotContain("SYS.1.5.A8", open, StringComparison.Ordinal);
        Assert.Contains("G 4.75 (2)", open, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_is_whole_and_takes_nothing_as_markup()
    {
        var page = (await CallAsync("--format", "html")).Out;
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
        Assert.Contains("a &amp; b may carry them.", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"not-met\">not met</td>", page, StringComparison.Ordinal);
        Assert.Contains("Never seen at work: unproven.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Oscal_has_a_finding_for_what_was_checked_and_an_observation_for_everything()
    {
        using var oscal = JsonDocument.Parse((await CallAsync("--format", "oscal")).Out);
        var result = oscal.RootElement.GetProperty("assessment-results").GetProperty("results")[0];
        Assert.Equal(
            ["g-4.75.1 satisfied", "g-4.75.2 satisfied", "sys.1.5.a12 not-satisfied"],
            result.GetProperty("findings").EnumerateArray().Select(f => $"{f.GetProperty("target").GetProperty("target-id")} {f.GetProperty("target").GetProperty("status").GetProperty("state")}"));
        var observations = result.GetProperty("observations").EnumerateArray().ToArray();
        Assert.Equal(4, observations.Length);
        Assert.Equal(["EXAMINE", "TEST"], observations[0].GetProperty("methods").EnumerateArray().Select(m => m.GetString()!));
        Assert.All(
            result.GetProperty("findings").EnumerateArray(),
            f => Assert.Contains(observations, o => o.GetProperty("uuid").GetGuid() == f.GetProperty("related-observations")[0].GetProperty("observation-uuid").GetGuid()));
    }

    [Fact]
    public async Task An_unknown_format_is_named_with_those_there_are() =>
        (await CallAsync("--format", "pdf")).IsOneSentence(ExitCode.Usage, "'pdf'");

    private static async Task<Call> CallAsync(params string[] more)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/audit/bsi", Answer);
        return await agent.CallAsync(["audit", "bsi", .. more]);
    }
}
