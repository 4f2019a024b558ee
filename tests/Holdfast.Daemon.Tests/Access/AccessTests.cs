using System.Net;
using System.Net.Http.Json;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Tests.Http;

namespace Holdfast.Daemon.Tests.Access;

/// <summary>Who may what.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-access-").FullName;
    private GuardedServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await GuardedServer.StartAsync(folder);
        server.Has(("viewer", "viewer", null), ("operator", "operator", null), ("auditor", "auditor", null), ("admin", "admin", null), ("late", "admin", DateTimeOffset.UtcNow.AddSeconds(-1)), ("strange", "emperor", null));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Every_route_of_an_agent_says_who_may_use_it()
    {
        Assert.Equal([], (await ServedRoutes.AllAsync()).Where(r => r.Metadata.GetMetadata<Operation>() is null).Select(ServedRoutes.Name));
    }

    [Fact]
    public async Task Only_pages_that_tell_nothing_of_this_cluster_are_for_anyone_and_no_change_is_for_a_reader()
    {
        var routes = await ServedRoutes.AllAsync();
        Assert.Equal(["GET /docs", "GET /docs/docs.js", "GET /openapi.json"], routes.Where(r => NeedsOf(r) == Needs.Anyone).Select(ServedRoutes.Name).Order(StringComparer.Ordinal));
        Assert.Equal([], routes.Where(r => !ServedRoutes.Name(r).StartsWith("GET ", StringComparison.Ordinal) && NeedsOf(r) is Needs.Anyone or Needs.Viewer or Needs.Auditor).Select(ServedRoutes.Name).Where(n => !n.StartsWith("GET ", StringComparison.Ordinal)));

        static Needs NeedsOf(Microsoft.AspNetCore.Http.Endpoint route) => route.Metadata.GetMetadata<Operation>()!.Needs;
    }

    [Theory]
    [InlineData("viewer", "list")]
    [InlineData("operator", "list stop")]
    [InlineData("auditor", "list log")]
    [InlineData("admin", "list stop log tokens forgotten")]
    public async Task Each_role_may_what_it_is_for(string token, string may)
    {
        using var http = server.Client(token);
        foreach (var (word, answer) in new[]
        {
            ("list", await http.GetAsync("/v1/vms")), ("stop", await http.PostAsync("/v1/vms/a/stop", null)), ("log", await http.GetAsync("/v1/audit/log")),
            ("tokens", await http.PostAsync("/v1/tokens", null)), ("forgotten", await http.GetAsync("/forgotten")),
        })
        {
            Assert.Equal((word, may.Split(' ').Contains(word)), (word, answer.IsSuccessStatusCode));
            Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Forbidden, $"{token} {word}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task A_viewer_that_stops_a_machine_is_told_which_role_that_needs()
    {
        using var http = server.Client("viewer");
        var problem = await http.PostAsync("/v1/vms/a/stop", null);
        Assert.Equal(
            "POST /v1/vms/a/stop needs the role operator, and the token 'viewer' has viewer; ask an administrator for a token with that role.",
            (await problem.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Detail);
    }

    [Theory]
    [InlineData(null, "only to who shows a token")]
    [InlineData("guessed", "wrong, expired or revoked")]
    [InlineData("late", "wrong, expired or revoked")]
    [InlineData("strange", "wrong, expired or revoked")]
    public async Task On_the_network_nobody_gets_in_without_a_token_that_counts(string? token, string sentence)
    {
        using var http = server.Client(token);
        var answer = await http.GetAsync("/v1/vms");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.StartsWith("Bearer", answer.Headers.WwwAuthenticate.Single().ToString());
        Assert.Contains(sentence, (await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Detail);
    }

    [Fact]
    public async Task What_tells_nothing_is_read_by_anybody()
    {
        using var http = server.Client();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/docs")).StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_from_then_on()
    {
        using var http = server.Client("admin");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/vms")).StatusCode);
        server.Has(("viewer", "viewer", null));
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/vms")).StatusCode);
    }

    [Fact]
    public async Task A_host_without_quorum_knows_its_users_from_its_own_disk()
    {
        var book = new TokenBook(Path.Combine(folder, "tokens.json"));
        book.Load();
        book.Tell(Holdfast.Adapters.Etcd.IntentView.Empty);
        Assert.Equal(new("operator", Role.Operator, CallerKind.Token), book.Find("operator", DateTimeOffset.UtcNow));
        Assert.Null(book.Find("late", DateTimeOffset.UtcNow));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "tokens.json")));
        Assert.DoesNotContain(Secrets.Make()[..4], File.ReadAllText(Path.Combine(folder, "tokens.json")));
    }

    [Fact]
    public async Task On_the_socket_the_kernel_says_who_asks()
    {
        using var http = server.OnSocket();
        var me = await http.GetFromJsonAsync("/v1/vms", ApiJson.Default.Caller);
        Assert.Equal((Environment.UserName == "root" ? "root" : me!.Name, Role.Admin, CallerKind.Socket), (me!.Name, me.Role, me.Kind));
        http.DefaultRequestHeaders.Authorization = new("Bearer", "viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
    }

    [Fact]
    public async Task Anybody_may_read_and_only_that_where_the_configuration_says_so()
    {
        await using var open = await GuardedServer.StartAsync(folder, anonymous: "viewer");
        using var http = open.Client();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/v1/vms")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.PostAsync("/v1/vms/a/stop", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/audit/log")).StatusCode);
    }

    [Fact]
    public async Task Who_knocks_with_wrong_tokens_again_and_again_is_slowed_down()
    {
        using var http = server.Client("guessed");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/v1/vms")).StatusCode);
        HttpResponseMessage last;
        for (var n = 0; (last = await http.GetAsync("/v1/vms")).StatusCode == HttpStatusCode.Unauthorized; n++)
        {
            Assert.True(n < 200, "200 wrong tokens, and none was refused for being too many.");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last.StatusCode);
        Assert.NotNull(last.Headers.RetryAfter);
    }

    [Fact]
    public async Task Who_asks_too_often_is_slowed_down_and_others_are_not()
    {
        using var http = server.Client("viewer");
        var answers = await Task.WhenAll(Enumerable.Range(0, 900).Select(_ => http.GetAsync("/v1/vms")));
        var refused = answers.First(a => a.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(ErrorCode.TooMany, (await refused.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!.Code);
        using var other = server.Client("operator");
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/v1/vms")).StatusCode);
    }
}
