using System.Security.Cryptography;
using Holdfast.Adapters.Network;
using Holdfast.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Daemon.Access;

/// <summary>
/// This agent's life as a receiver: which sealed requests it has taken. Each is taken once, without a clock: it names this very process and a number that its sender's process
/// uses once, so what was recorded on the network is worth nothing, neither to this process nor to the next.
/// </summary>
internal sealed class Seals(ClusterKey key, IEnumerable<string> hosts)
{
    /// <summary>Far more than the other agents are started anew within one life of this one; then this one takes another name, and all begin again.</summary>
    private const int MostLives = 4096;

    private readonly HashSet<string> hosts = [.. hosts];
    private readonly Lock taking = new();
    private readonly Dictionary<string, Numbers> lives = new(StringComparer.Ordinal);
    private string life = Seal.NewLife();

    public string Life
    {
        get
        {
            lock (taking)
            {
                return life;
            }
        }
    }

    /// <summary>Who asks, or what is wrong with the seal.</summary>
    public async Task<(Caller? Caller, SealFault Fault)> OpenAsync(string credential, HttpRequest request)
    {
        var behalf = request.Headers[OnBehalf.Header].ToString();
        if (Seal.Parse(credential) is not var (seal, tag) || !hosts.Contains(seal.From))
        {
            return (null, SealFault.Foreign);
        }

        var body = await SHA256.HashDataAsync(request.Body, request.HttpContext.RequestAborted);
        request.Body.Position = 0;
        if (!key.VerifyCall(seal.Text(request.Method, Target(request), behalf, body), tag))
        {
            return (null, SealFault.Foreign);
        }

        if (Take(seal) is { } fault)
        {
            return (null, fault);
        }

        return (OnBehalf.Of(behalf, seal.From), SealFault.Foreign);
    }

    /// <summary>As the sender wrote it: ASP.NET's parts are decoded.</summary>
    private static string Target(HttpRequest request) => request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>Null: taken.</summary>
    private SealFault? Take(Seal seal)
    {
        lock (taking)
        {
            if (seal.To != life)
            {
                return SealFault.OldName;
            }

            var sender = $"{seal.From}.{seal.Life}";
            if (!lives.TryGetValue(sender, out var numbers))
            {
                if (lives.Count == MostLives)
                {
                    lives.Clear();
                    life = Seal.NewLife();
                    return SealFault.OldName;
                }

                lives[sender] = numbers = new();
            }

            return numbers.Take(seal.Number) ? null : SealFault.Repeated;
        }
    }

    /// <summary>The numbers of one sender that were taken, as in IPsec (RFC 4303, 3.4.3): all up to the highest, but for the last so many each by itself, as requests overtake each other.</summary>
    internal sealed class Numbers
    {
        public const int Width = 1024;
        private readonly bool[] taken = new bool[Width];
        private ulong highest;

        public bool Take(ulong number)
        {
            if (number == 0 || number + Width <= highest)
            {
                return false;
            }

            for (; highest < number; highest++)
            {
                if (number - highest > Width)
                {
                    highest = number - Width;
                }

                taken[(highest + 1) % Width] = false;
            }

            var fresh = !taken[number % Width];
            taken[number % Width] = true;
            return fresh;
        }
    }
}

internal enum SealFault
{
    /// <summary>Not by an agent of this cluster, or changed on its way.</summary>
    Foreign,

    /// <summary>It was taken before.</summary>
    Repeated,

    /// <summary>It is meant for another process than this one, mostly the one before it: its sender need only learn this one's name.</summary>
    OldName,
}
