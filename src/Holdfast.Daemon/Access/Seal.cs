using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Daemon.Access;

/// <summary>
/// How one agent makes itself known to another where there is no TLS: <c>Authorization: Holdfast-Agent FROM.LIFE.NUMBER.TO.TAG</c>. The tag is over all of it, the request with its body,
/// and for whom it is passed on, under a key of the cluster's secret.
/// </summary>
/// <param name="From">The sender's host.</param>
/// <param name="Life">The sender's process, random.</param>
/// <param name="Number">Grows with each request of that process.</param>
/// <param name="To">The receiver's process, random: a request to one that has ended is of no use to anybody.</param>
internal sealed record Seal(string From, string Life, ulong Number, string To)
{
    public const string Scheme = "Holdfast-Agent";

    /// <summary>What the receiver's process calls itself, in an answer that refuses a seal.</summary>
    public const string LifeHeader = "Holdfast-Life";

    public static string NewLife() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>What the tag is over. A line break cannot stand in any part but the last, which is of fixed length.</summary>
    public byte[] Text(string method, string target, string onBehalf, byte[] bodyHash) =>
        Encoding.UTF8.GetBytes($"holdfast call 1\n{From}\n{Life}\n{Number}\n{To}\n{method}\n{target}\n{onBehalf}\n{Convert.ToHexStringLower(bodyHash)}");

    public string Credential(byte[] tag) => string.Create(CultureInfo.InvariantCulture, $"{From}.{Life}.{Number}.{To}.{Convert.ToHexStringLower(tag)}");

    public static (Seal Seal, byte[] Tag)? Parse(string credential)
    {
        try
        {
            return credential.Split('.') is [var from, var life, var number, var to, var tag] && life.Length == 32 && ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                ? (new(from, life, n, to), Convert.FromHexString(tag))
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
