using System.Net;
using System.Net.Http.Json;
using Holdfast.Api;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Http.Description;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Daemon.Tests.Http;

/// <summary>Whatever goes wrong is told in one form.</summary>
public sealed class ProblemTests : IAsyncLifetime
{
    private readonly string socket = Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.NewGuid():N}.sock");
    private string text = "one";
    private WebApplication app = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        app = ApiServer.Build(socket, "127.0.0.1:0", tls: null);
        app.Use(next => context =>
        {
            context.Response.Headers.AccessControlAllowOrigin = "http://h2";
            return next(context);
        });
        app.Use(next => context => Answers.GuardedAsync(context, next));
        app.UseRouting();
        app.MapGet("/refuses", _ => throw new ApiException(ErrorCode.NoRoom, "There is no room on h2."));
        app.MapGet("/breaks", _ => throw new InvalidOperationException("a cable"));
        app.MapPost("/takes", async c => await c.AnswerAsync((await c.BodyAsync(ApiJson.Default.StopMachine)).TimeoutSeconds is null ? [] : [], ApiJson.Default.DatastoreArray));
        app.MapGet("/tagged", c => c.TaggedAsync(new Caller(text, Role.Viewer, CallerKind.Token), ApiJson.Default.Caller));
        new DescriptionRoutes().Map(app);
        await app.StartAsync();
        http = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(a => a.StartsWith("http://127", StringComparison.Ordinal))) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        File.Delete(socket);
    }

    /// <summary>Without it a browser does not let the console of another host read why.</summary>
    [Fact]
    public async Task A_refusal_keeps_what_was_said_to_the_browser_before()
    {
        Assert.Equal(["http://h2"], (await http.GetAsync("/refuses")).Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_refusal_is_problem_details_with_our_code()
    {
        Assert.Equal(new("/docs#noRoom", "No host has room", 409, "There is no room on h2.", ErrorCode.NoRoom), await ProblemOf(await http.GetAsync("/refuses"), HttpStatusCode.Conflict));
    }

    [Theory]
    [InlineData("GET", "/breaks", HttpStatusCode.InternalServerError, ErrorCode.Failed, "GET /breaks failed: a cable")]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound, ErrorCode.NotFound, "This agent has no GET /nothing; its version may differ from yours.")]
    [InlineData("DELETE", "/takes", HttpStatusCode.NotFound, ErrorCode.NotFound, "This agent has no DELETE /takes; its version may differ from yours.")]
    public async Task What_fails_without_a_sentence_gets_one(string method, string path, HttpStatusCode status, ErrorCode code, string sentence)
    {
        var problem = await ProblemOf(await http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)), status);
        Assert.Equal((code, sentence), (problem.Code, problem.Detail));
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_or_too_long_is_refused_in_the_same_form()
    {
        Assert.Equal(ErrorCode.Usage, (await ProblemOf(await http.PostAsync("/takes", new StringContent("{")), HttpStatusCode.BadRequest)).Code);
        Assert.Equal(ErrorCode.TooLarge, (await ProblemOf(await http.PostAsync("/takes", new StringContent(new string(' ', (1 << 20) + 1))), HttpStatusCode.RequestEntityTooLarge)).Code);
    }

    [Fact]
    public async Task Who_has_an_answer_already_is_told_only_that_until_it_changes()
    {
        var first = await http.GetAsync("/tagged");
        http.DefaultRequestHeaders.IfNoneMatch.Add(new("\"other\""));
        http.DefaultRequestHeaders.IfNoneMatch.Add(first.Headers.ETag!);
        var again = await http.GetAsync("/tagged");
        Assert.Equal((HttpStatusCode.NotModified, "", first.Headers.ETag), (again.StatusCode, await again.Content.ReadAsStringAsync(), again.Headers.ETag));
        text = "two";
        Assert.Equal("two", (await http.GetFromJsonAsync("/tagged", ApiJson.Default.Caller))!.Name);
    }

    [Fact]
    public async Task The_client_shows_the_sentence()
    {
        using var client = HoldfastClient.Tcp(http.BaseAddress!.ToString());
        var refused = await Assert.ThrowsAsync<ApiException>(() => client.StatusAsync());
        Assert.Equal((ErrorCode.NotFound, "This agent has no GET /v1/status; its version may differ from yours."), (refused.Code, refused.Message));
    }

    [Fact]
    public async Task The_page_names_every_code_and_takes_nothing_from_elsewhere()
    {
        var page = await http.GetAsync("/docs");
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single());
        var text = await page.Content.ReadAsStringAsync() + await http.GetStringAsync("/docs/docs.js");
        Assert.DoesNotContain("://", text);
        Assert.Contains("\"noRoom\"", await http.GetStringAsync("/openapi.json"));
    }

    private static async Task<Problem> ProblemOf(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal((status, Problem.MediaType), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var problem = (await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem))!;
        Assert.Equal((int)status, problem.Status);
        return problem;
    }
}
