using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Cli.Membership;

/// <summary>
/// What lets one host join, once and soon: a secret, the fingerprint by which the other side must prove itself first, and its end. <c>hfj_</c> and, in base64url:
/// version u8, end in seconds since 1970 u32 (big endian), SHA-256 of the authority's certificate 32 bytes, secret 32 bytes.
/// </summary>
/// <param name="Pin">SHA-256 of the authority's certificate (DER).</param>
internal sealed record JoinToken(DateTimeOffset Ends, byte[] Pin, byte[] Secret)
{
    private const string Prefix = "hfj_";
    private const byte Version = 1;
    private const int SecretBytes = 32;
    private const int Head = 1 + sizeof(uint);

    public static JoinToken Make(X509Certificate2 authority, DateTimeOffset ends) => new(DateTimeOffset.FromUnixTimeSeconds(ends.ToUnixTimeSeconds()), PinOf(authority), RandomNumberGenerator.GetBytes(SecretBytes));

    public static byte[] PinOf(X509Certificate2 authority) => SHA256.HashData(authority.RawDataMemory.Span);

    /// <summary>Null: it is none, or not whole.</summary>
    public static JoinToken? Parse(string text)
    {
        try
        {
            var bytes = text.StartsWith(Prefix, StringComparison.Ordinal) ? Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length)) : [];
            return bytes.Length == Head + SHA256.HashSizeInBytes + SecretBytes && bytes[0] == Version
                ? new(DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1))), bytes[Head..(Head + SHA256.HashSizeInBytes)], bytes[(Head + SHA256.HashSizeInBytes)..])
                : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    public override string ToString()
    {
        var head = new byte[Head];
        head[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(1), (uint)Ends.ToUnixTimeSeconds());
        return Prefix + Base64Url.EncodeToString([.. head, .. Pin, .. Secret]);
    }
}
