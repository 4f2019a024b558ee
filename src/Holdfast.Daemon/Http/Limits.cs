using System.Globalization;
using System.Threading.RateLimiting;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Daemon.Http;

/// <summary>What one client may cost. Everything has a limit, also where it is Kestrel's own: what the agent relies on stands here.</summary>
internal static class Limits
{
    /// <summary>A person's tools poll a few times a second, a console's page loads some dozens of files at once.</summary>
    private static readonly TokenBucketRateLimiterOptions PerClient = new() { TokenLimit = 300, TokensPerPeriod = 50, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0 };

    public static void Set(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = 1 << 20;
        limits.MaxRequestHeadersTotalSize = 16 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 8 << 10;
        limits.MaxConcurrentConnections = 1000;
        limits.MaxConcurrentUpgradedConnections = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        // Events and consoles are followed: an answer may be silent for long.
        limits.MinResponseDataRate = null;
    }

    public static void Set(RateLimiterOptions options)
    {
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Client);
        options.OnRejected = (rejected, _) =>
        {
            rejected.HttpContext.Response.OnStarting(RetryLater, rejected.HttpContext);
            throw new ApiException(ErrorCode.TooMany, $"{rejected.HttpContext.Caller()?.ToString() ?? "This address"} asks more than {PerClient.TokensPerPeriod} times a second; wait a second and ask less often.");
        };
    }

    /// <summary>Agents have work to do, and who is root on the host has other ways.</summary>
    private static RateLimitPartition<string> Client(HttpContext context) => context.Caller() switch
    {
        { Kind: CallerKind.Socket } or { Via: not null } => RateLimitPartition.GetNoLimiter(""),
        { Kind: CallerKind.Token } token => RateLimitPartition.GetTokenBucketLimiter($"token {token.Name}", _ => PerClient),
        _ => RateLimitPartition.GetTokenBucketLimiter(string.Create(CultureInfo.InvariantCulture, $"address {context.Connection.RemoteIpAddress}"), _ => PerClient),
    };

    private static Task RetryLater(object context)
    {
        ((HttpContext)context).Response.Headers.RetryAfter = "1";
        return Task.CompletedTask;
    }
}
