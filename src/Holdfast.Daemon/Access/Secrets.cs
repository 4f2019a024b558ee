using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Daemon.Access;

/// <summary>Tokens are random, 256 bits, so that a plain hash is enough to keep: there is nothing to guess as there is with passwords.</summary>
internal static class Secrets
{
    /// <summary>So that a secret that was lost somewhere is known for what it is.</summary>
    private const string Prefix = "hft_";

    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
