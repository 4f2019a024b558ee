using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Linux;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Intents;

namespace Holdfast.Daemon.Http;

/// <summary>Who may what, and who did what.</summary>
internal sealed partial class AccessRoutes(HostParts parts)
{
    private const int MostTokens = 1000, MostRecords = 10_000, UsualRecords = 200;
    private static readonly TimeSpan MostLife = TimeSpan.FromDays(3660);

    /// <summary>For reading the log's files, when another host waits for it (<see cref="Views.PeerAgents.Patience"/>), and else.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.WhoAmI, c => c.AnswerAsync(c.Caller()!, ApiJson.Default.Caller)).Is(Operation.Reads("Who asks, as this agent sees it.", ApiJson.Default.Caller));
        app.MapPost(Routes.Tokens, CreateAsync).Is(new(Needs.Admin, "Make a token; its secret is told here and never again.") { Body = ApiJson.Default.CreateToken, Answer = ApiJson.Default.NewToken });
        app.MapGet(Routes.Tokens, c => c.AnswerAsync([.. parts.Tokens.All.Select(Row)], ApiJson.Default.AccessTokenArray))
            .Is(new(Needs.Admin, "All tokens, without their secrets.") { Answer = ApiJson.Default.AccessTokenArray });
        app.MapDelete(Routes.Tokens + "/{name}", RevokeAsync).Is(new(Needs.Admin, "Revoke a token.") { Answer = ApiJson.Default.AccessToken });
        app.MapGet(Routes.AuditLog, LogAsync).Is(new(Needs.Auditor, "Who did what, on all hosts that answer.")
        {
            Answer = ApiJson.Default.AuditReport,
            Query = [new("limit", $"So many of the newest ({UsualRecords}; at most {MostRecords}).", "integer"), new("since", "Not older than this (RFC 3339).")],
        });
    }

    private async Task CreateAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.CreateToken);
        Check(request);
        context.Audited($"'{request.Name}', {TokenBook.Word(request.Role)}");
        var (secret, now) = (Secrets.Make(), DateTimeOffset.UtcNow);
        var token = new IntentToken(
            request.Name, TokenBook.Word(request.Role), Convert.ToBase64String(Secrets.Hash(secret)), context.Caller()!.Name, now,
            request.ExpiresSeconds is { } seconds ? now + TimeSpan.FromSeconds(seconds) : null);
        Refusals.Throw(await parts.Intent.AddTokenAsync(token, context.RequestAborted));
        await context.AnswerAsync(new NewToken(secret, Row(token)), ApiJson.Default.NewToken);
    }

    private void Check(CreateToken request)
    {
        if (!Name().IsMatch(request.Name))
        {
            throw new ApiException(ErrorCode.Usage, $"'{request.Name}' is no name for a token; take small letters, digits, '.', '_', '@' and '-', at most 63.");
        }

        if (request.ExpiresSeconds is { } seconds && !(seconds > 0 && seconds <= MostLife.TotalSeconds))
        {
            throw new ApiException(ErrorCode.Usage, FormattableString.Invariant($"A token cannot expire after {seconds} s; give more than nothing and at most {MostLife.TotalDays} days, or leave it out."));
        }

        if (parts.Tokens.All.Count() >= MostTokens)
        {
            throw new ApiException(ErrorCode.Conflict, $"There are {MostTokens} tokens already; revoke some first ('holdfast token list').");
        }
    }

    private async Task RevokeAsync(HttpContext context)
    {
        var (view, refusal) = await parts.Intent.FreshAsync(context.RequestAborted);
        Refusals.Throw(refusal);
        var token = view.Tokens.GetValueOrDefault(context.Name()) ?? throw new ApiException(ErrorCode.NotFound, $"No token is named '{context.Name()}'; 'holdfast token list' shows all.");
        Refusals.Throw(await parts.Intent.RemoveTokenAsync(token.Name, context.RequestAborted));
        await context.AnswerAsync(Row(token), ApiJson.Default.AccessToken);
    }

    private async Task LogAsync(HttpContext context)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? Math.Clamp(n, 1, MostRecords) : UsualRecords;
        var since = DateTimeOffset.TryParse(context.Request.Query["since"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var s) ? s : (DateTimeOffset?)null;
        var theirs = parts.Peers.AskAsync(context.IsLocal() ? [] : parts.Peers.Hosts, (c, t) => c.AuditLogAsync(limit, since, t), context.RequestAborted);
        var own = await BlockingWork.RunAsync("reading the audit log", ReadLimit, () => parts.Audit.Read(limit, since));
        var told = await theirs;
        await context.AnswerAsync(
            new AuditReport(
                [.. own.Concat(told.SelectMany(t => t.Answer.Records)).OrderBy(r => r.At).TakeLast(limit)],
                context.IsLocal() ? [] : [.. parts.Peers.Hosts.Except(told.Select(t => t.Host))]),
            ApiJson.Default.AuditReport);
    }

    private static AccessToken Row(IntentToken t) => new(t.Name, TokenBook.RoleOf(t.Role) ?? Role.Viewer, t.By, t.Created, t.Expires, t.Expires <= DateTimeOffset.UtcNow);

    [GeneratedRegex("^[a-z0-9][a-z0-9._@-]{0,62}$")]
    private static partial Regex Name();
}
