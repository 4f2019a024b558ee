using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Api;

namespace Holdfast.Daemon.Access;

/// <summary>
/// How one agent makes itself known to another: <c>Authorization: Holdfast-Agent FROM.LIFE.NUMBER.TO.TAG</c>. The tag is over all of it, the request with its body,
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

    /// <summary>Who asked the agent that passes this on: <c>token;operator;alice</c>.</summary>
    public const string ForHeader = "Holdfast-For";

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

    public static string Behalf(Caller? caller) => caller is null ? "" : $"{caller.Kind};{TokenBook.Word(caller.Role)};{caller.Name}";

    /// <summary>Null: nobody's, or not readable.</summary>
    public static Caller? BehalfOf(string text, string via) => text.Split(';', 3) is [var kind, var role, var name] && Enum.TryParse<CallerKind>(kind, out var k) && TokenBook.RoleOf(role) is { } r
        ? new(name, r, k, via)
        : null;
}
