using Holdfast.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>An agent's API on a unix socket with answers that a test sets: what the command line makes of them is what is tested.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Dictionary<string, (int Status, Func<string> Body)> answers = [];

    private FakeAgent(string socket)
    {
        Socket = socket;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        app = builder.Build();
        app.Run(AnswerAsync);
    }

    public string Socket { get; }

    /// <summary>"GET /v1/vms?local=1" and so on, in order, with bodies where there were any.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>What each request said of who asks.</summary>
    public List<string> Credentials { get; } = [];

    public static async Task<FakeAgent> StartAsync()
    {
        var agent = new FakeAgent(Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.NewGuid():N}.sock"));
        await agent.app.StartAsync();
        return agent;
    }

    public FakeAgent On(string request, string body, int status = 200) => On(request, () => body, status);

    public FakeAgent On(string request, Func<string> body, int status = 200)
    {
        answers[request] = (status, body);
        return this;
    }

    public FakeAgent Refuse(string request, ErrorCode code, string sentence)
    {
        var error = new ApiError(sentence, code);
        return On(request, System.Text.Json.JsonSerializer.Serialize(Problem.Of(error), ApiJson.Default.Problem), error.HttpStatus);
    }

    /// <summary>Runs the command line against this agent.</summary>
    public Task<Call> CallAsync(params string[] words) => Call.RunAsync([.. words, "--socket", Socket]);

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        File.Delete(Socket);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var request = $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}";
        Credentials.Add(http.Request.Headers.Authorization.ToString());
        Requests.Add(body.Length == 0 ? request : $"{request} {body}");
        if (answers.TryGetValue(request, out var answer) || answers.TryGetValue($"{http.Request.Method} {http.Request.Path}", out answer))
        {
            http.Response.StatusCode = answer.Status;
            await http.Response.WriteAsync(answer.Body());
            return;
        }

        http.Response.StatusCode = 418;
    }
}
