using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Options;
using Microsoft.AspNetCore.Connections.Features;

namespace Holdfast.Daemon.Access;

/// <summary>Who asks, and whether they may: before every route, by what the route says of itself (<see cref="Operation"/>).</summary>
/// <param name="seals">Null: agents are known by their certificates.</param>
internal sealed class AccessControl(DaemonOptions options, TokenBook tokens, Seals? seals)
{
    private const string Bearer = "Bearer";
    private static readonly Caller Anonymous = new("anonymous", Role.Viewer, CallerKind.Anonymous);

    // Nobody guesses 256 bits; but a client that knocks with a dead token again and again is not to fill the audit log, or to cost more than it must.
    private readonly PartitionedRateLimiter<IPAddress> wrong = PartitionedRateLimiter.Create<IPAddress, IPAddress>(from => RateLimitPartition.GetTokenBucketLimiter(
        from, _ => new() { TokenLimit = 10, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(3), QueueLimit = 0 }));

    /// <summary>Finds out who asks, and goes on also with nobody known; a credential that is given and wrong ends it.</summary>
    public async Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        var given = context.Request.Headers.Authorization.ToString();
        context.Items[typeof(Caller)] = given switch
        {
            "" => Agent(context) ?? Unnamed(context),
            _ when given.StartsWith(Bearer + " ", StringComparison.OrdinalIgnoreCase) => ByToken(context, given[(Bearer.Length + 1)..].Trim()),
            _ when seals is not null && given.StartsWith(Seal.Scheme + " ", StringComparison.Ordinal) => await BySealAsync(seals, context, given[(Seal.Scheme.Length + 1)..]),
            _ => throw Wrong(context, "The request's Authorization is of no kind that this agent knows; send 'Bearer TOKEN'."),
        };
        await next(context);
    }

    public Task AuthorizeAsync(HttpContext context, RequestDelegate next)
    {
        // What is no route (no such path, no such method) is told so by the router.
        if (context.GetEndpoint() is RouteEndpoint route)
        {
            Require(context, route.Metadata.GetMetadata<Operation>()?.Needs ?? Needs.Admin);
        }

        return next(context);
    }

    public static bool Allows(Role role, Needs needs) => needs switch
    {
        Needs.Anyone or Needs.Viewer => true,
        Needs.Operator => role is Role.Operator or Role.Admin,
        Needs.Auditor => role is Role.Auditor or Role.Admin,
        _ => role is Role.Admin,
    };

    private static void Require(HttpContext context, Needs needs)
    {
        if (needs == Needs.Anyone)
        {
            return;
        }

        if (context.Caller() is not { } caller)
        {
            context.Response.OnStarting(Challenge, context);
            throw new ApiException(ErrorCode.Unauthorized, "This agent answers over the network only to who shows a token; give one with HOLDFAST_TOKEN or --token ('holdfast token create' on a host makes one).");
        }

        if (!Allows(caller.Role, needs))
        {
            throw new ApiException(
                ErrorCode.Forbidden,
                $"{context.Request.Method} {context.Request.Path} needs the role {needs.ToString().ToLowerInvariant()}, and {caller} has {TokenBook.Word(caller.Role)}; ask an administrator for a token with that role.");
        }
    }

    /// <summary>Who showed an agent's certificate, which the handshake has judged (<see cref="HostTls"/>); null: nobody did.</summary>
    private Caller? Agent(HttpContext context) => context.Connection.ClientCertificate is not { } shown ? null
        : OnBehalf.Of(context.Request.Headers[OnBehalf.Header].ToString(), AgentCertificate.HostOf(shown)!)
            ?? throw Wrong(context, "The request says for whom it is passed on, and cannot be read: the two agents' versions may differ.");

    /// <summary>On the socket the kernel's word; on the network nobody, or a reader where the configuration says so.</summary>
    private Caller? Unnamed(HttpContext context) =>
        PeerCredentials.UidOf(context.Features.Get<IConnectionSocketFeature>()?.Socket) is { } uid ? new(uid == 0 ? "root" : string.Create(CultureInfo.InvariantCulture, $"uid {uid}"), Role.Admin, CallerKind.Socket)
        : options.Anonymous is null ? null
        : Anonymous;

    private Caller ByToken(HttpContext context, string secret)
    {
        Slow(context);
        return tokens.Find(secret, DateTimeOffset.UtcNow) ?? throw Wrong(context, "The token is wrong, expired or revoked; 'holdfast token list' shows those there are, 'holdfast token create' makes another.");
    }

    private async Task<Caller> BySealAsync(Seals seals, HttpContext context, string credential)
    {
        Slow(context);
        var (caller, fault) = await seals.OpenAsync(credential, context.Request);
        if (caller is not null)
        {
            return caller;
        }

        switch (fault)
        {
            case SealFault.OldName:
                // How agents meet after a start, and nothing that anybody did.
                context.Unaudited();
                context.Response.OnStarting(() => NameLife(seals, context));
                throw new ApiException(ErrorCode.Unauthorized, "The request does not name this agent's present process; an agent sends it again by itself.");
            case SealFault.Repeated:
                throw Wrong(context, "The request was taken before: somebody sends what an agent has sent.");
            default:
                throw Wrong(context, "The request claims to be of another agent and is not: the hosts' secret differs (secretFile), or it was changed on its way.");
        }
    }

    private void Slow(HttpContext context)
    {
        // Not AttemptAcquire(from, 0): that takes a hundredth of a token for one.
        if (context.Connection.RemoteIpAddress is { } from && wrong.GetStatistics(from) is { CurrentAvailablePermits: < 1 })
        {
            context.Response.OnStarting(RetryLater, context);
            throw new ApiException(ErrorCode.TooMany, $"Too many wrong tokens came from {from}; it is heard again in a few seconds.");
        }
    }

    private ApiException Wrong(HttpContext context, string sentence)
    {
        if (context.Connection.RemoteIpAddress is { } from)
        {
            using var lease = wrong.AttemptAcquire(from);
        }

        context.Response.OnStarting(Challenge, context);
        return new ApiException(ErrorCode.Unauthorized, sentence);
    }

    // At the start of the answer, as a problem's answer is begun anew and empty.
    private static Task Challenge(object context)
    {
        ((HttpContext)context).Response.Headers.WWWAuthenticate = "Bearer realm=\"holdfast\"";
        return Task.CompletedTask;
    }

    private static Task RetryLater(object context)
    {
        ((HttpContext)context).Response.Headers.RetryAfter = "3";
        return Task.CompletedTask;
    }

    private static Task NameLife(Seals seals, HttpContext context)
    {
        context.Response.Headers[Seal.LifeHeader] = seals.Life;
        return Task.CompletedTask;
    }
}

internal static class Callers
{
    /// <summary>Null: nobody known.</summary>
    public static Caller? Caller(this HttpContext context) => context.Items.TryGetValue(typeof(Caller), out var caller) ? (Caller?)caller : null;
}
