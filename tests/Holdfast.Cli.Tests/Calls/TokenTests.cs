using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class TokenTests
{
    [Fact]
    public async Task A_token_is_printed_alone_so_that_a_script_can_take_it()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("POST /v1/tokens", """{"secret":"hft_abc","token":{"name":"ci","role":"operator","by":"root","created":"2026-11-30T16:00:00Z","expires":"2026-12-30T16:00:00Z","expired":false}}""");
        var call = await agent.CallAsync("token", "create", "--name", "ci", "--role", "operator", "--expires", "30d");
        Assert.Equal((0, "hft_abc\n"), (call.Exit, call.Out));
        Assert.Contains("shown once", call.Error);
        Assert.Equal(["""POST /v1/tokens {"name":"ci","role":"operator","expiresSeconds":2592000}"""], agent.Requests);
    }

    [Theory]
    [InlineData("--role", "king", "--expires", "1d", "'king'")]
    [InlineData("--role", "admin", "--expires", "soon", "'soon' is no time")]
    public async Task A_wrong_role_or_time_is_refused_before_anybody_is_asked(string a, string b, string c, string d, string part)
    {
        await using var agent = await FakeAgent.StartAsync();
        (await agent.CallAsync("token", "create", "--name", "ci", a, b, c, d)).IsOneSentence(2, part);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public async Task Tokens_are_listed_and_revoked()
    {
        await using var agent = await FakeAgent.StartAsync();
        const string row = """{"name":"ci","role":"viewer","by":"root","created":"2026-11-30T16:00:00Z","expires":null,"expired":false}""";
        agent.On("GET /v1/tokens", $"[{row}]").On("DELETE /v1/tokens/ci", row);
        Assert.Matches("ci +viewer +never", (await agent.CallAsync("token", "list")).Out);
        Assert.Contains("ci is revoked", (await agent.CallAsync("token", "revoke", "ci")).Out);
    }

    [Theory]
    [InlineData("hft_env", null, "Bearer hft_env")]
    [InlineData("hft_env", "hft_said", "Bearer hft_said")]
    [InlineData(null, null, "")]
    public async Task The_token_of_the_environment_goes_with_each_request_and_the_option_goes_first(string? environment, string? option, string sent)
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/tokens", "[]");
        string[] words = ["token", "list", "--socket", agent.Socket, .. option is null ? Array.Empty<string>() : ["--token", option]];
        Assert.Equal(0, (await Call.RunAsync(words, name => name == "HOLDFAST_TOKEN" ? environment : null)).Exit);
        Assert.Equal([sent], agent.Credentials);
    }

    [Fact]
    public async Task A_token_that_cannot_be_one_is_refused_here()
    {
        await using var agent = await FakeAgent.StartAsync();
        (await agent.CallAsync("token", "list", "--token", "a\nX-Evil: 1")).IsOneSentence(2, "has characters that no token has");
    }

    [Fact]
    public async Task The_audit_log_is_told_with_who_what_and_what_came_of_it()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/audit/log", """
            {"records":[{"at":"2026-11-30T16:00:00Z","host":"h1","who":"ann","kind":"token","role":"viewer","via":"h2","what":"POST /v1/vms/web/stop","outcome":"refused","why":"No."}],"silent":["h3"]}
            """);
        var call = await agent.CallAsync("audit", "log", "--limit", "5");
        Assert.Contains("h1        ann via h2        refused   POST /v1/vms/web/stop: No.", call.Out);
        Assert.Contains("h3", call.Error);
        Assert.Equal(["GET /v1/audit/log?limit=5"], agent.Requests);
    }
}
