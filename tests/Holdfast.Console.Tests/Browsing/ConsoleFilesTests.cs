using System.Net;

namespace Holdfast.Console.Tests.Browsing;

/// <summary>How an agent serves the console.</summary>
public sealed class ConsoleFilesTests
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    [Fact]
    public async Task The_root_leads_to_the_console_and_pages_of_its_own_are_the_same_file_with_a_policy_that_lets_nothing_foreign_in()
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster(), others: "http://10.1.0.2:7441");
        using var root = await Http.GetAsync(agent.Address + "/");
        Assert.Equal((HttpStatusCode.Redirect, "/console/"), (root.StatusCode, root.Headers.Location?.OriginalString));
        using var page = await Http.GetAsync(agent.Address + "/console/machines/web");
        Assert.Contains("blazor.webassembly.js", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' http://10.1.0.2:7441;", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("""["http://10.1.0.2:7441"]""", await Http.GetStringAsync(agent.Address + "/console/agents.json"));
    }

    [Theory]
    [InlineData("/console/_framework/none.js")]
    [InlineData("/console/none.css")]
    [InlineData("/console/../holdfastd")]
    [InlineData("/console/%2e%2e/holdfastd")]
    [InlineData("/console/..%2fholdfastd")]
    public async Task What_is_no_file_of_the_console_is_not_served(string path)
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster());
        using var answer = await Http.GetAsync(agent.Address + path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.NotFound || body.Contains("blazor.webassembly.js", StringComparison.Ordinal), body[..Math.Min(80, body.Length)]);
    }

    [Fact]
    public async Task A_file_is_sent_compressed_or_not_as_asked_for_and_not_again_when_the_browser_has_it()
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster());
        using var plain = await Http.GetAsync(agent.Address + "/console/console.css");
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.Contains(".rail-line", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var asked = new HttpRequestMessage(HttpMethod.Get, agent.Address + "/console/console.css");
        asked.Headers.Add("Accept-Encoding", "gzip");
        using var packed = await Http.SendAsync(asked);
        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        using var again = new HttpRequestMessage(HttpMethod.Get, agent.Address + "/console/console.css");
        again.Headers.TryAddWithoutValidation("If-None-Match", packed.Headers.ETag!.ToString());
        using var same = await Http.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task Only_the_cluster_s_own_consoles_may_ask_from_elsewhere()
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster(), others: "http://10.1.0.2:7441");
        Assert.Equal("http://10.1.0.2:7441", await AllowedAsync(agent, "http://10.1.0.2:7441"));
        Assert.Null(await AllowedAsync(agent, "http://10.1.0.9:7441"));
        Assert.Null(await AllowedAsync(agent, "null"));
    }

    [Fact]
    public async Task Without_the_folder_there_is_no_console_and_the_api_answers()
    {
        await using var agent = await FakeAgent.StartAsync(new FakeCluster(), folder: "/nowhere");
        using var page = await Http.GetAsync(agent.Address + "/console/");
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
        Assert.Contains("office", await Http.GetStringAsync(agent.Address + "/v1/status"), StringComparison.Ordinal);
    }

    private static async Task<string?> AllowedAsync(FakeAgent agent, string origin)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Options, agent.Address + "/v1/vms");
        ask.Headers.Add("Origin", origin);
        ask.Headers.Add("Access-Control-Request-Method", "POST");
        using var answer = await Http.SendAsync(ask);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }
}
