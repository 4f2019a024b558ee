using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Cli.Membership;

/// <summary>
/// What is said within TLS when a host joins: three JSON objects, each a line. First the inviting side shows its authority; the joining side says nothing before that has the fingerprint of its
/// token and has signed the other's certificate. Then it shows its secret and its public keys, and gets what makes it a host, or the reason why not.
/// </summary>
internal static class JoinWire
{
    public const int DefaultPort = 7442;
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private const int MostBytes = 256 << 10;

    public static async Task SayAsync<T>(Stream to, T value, JsonTypeInfo<T> type, CancellationToken limit)
    {
        await to.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'], limit);
        await to.FlushAsync(limit);
    }

    /// <exception cref="IOException">The other side ended, said too much, or nothing that can be read.</exception>
    public static async Task<T> HearAsync<T>(Stream from, JsonTypeInfo<T> type, CancellationToken limit)
    {
        var said = new MemoryStream();
        var one = new byte[4096];
        for (int n; (n = await from.ReadAsync(one, limit)) > 0;)
        {
            said.Write(one, 0, n);
            if (one[n - 1] == (byte)'\n')
            {
                return Parsed(said.ToArray(), type);
            }

            if (said.Length > MostBytes)
            {
                throw new IOException("the other side says too much");
            }
        }

        throw new IOException("the other side ended the connection");
    }

    private static T Parsed<T>(byte[] said, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(said, type) ?? throw new IOException("the other side says nothing");
        }
        catch (JsonException)
        {
            throw new IOException("what the other side says cannot be read; the two versions may differ");
        }
    }
}

/// <param name="Authority">PEM; public.</param>
internal sealed record JoinGreeting(string Authority);

/// <param name="AgentKey">Public keys, SubjectPublicKeyInfo: the private ones never leave the host.</param>
internal sealed record JoinRequest(byte[] Secret, byte[] AgentKey, byte[] QemuKey);

/// <param name="Refusal">Why not; the rest is empty then.</param>
/// <param name="Agent">Certificate, PEM.</param>
/// <param name="Secret">The content of <c>secretFile</c>.</param>
/// <param name="Configuration">The content of holdfastd.json.</param>
internal sealed record JoinAnswer(string? Refusal, string Host = "", string Agent = "", string Qemu = "", string Secret = "", string Configuration = "");

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JoinGreeting))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
internal sealed partial class JoinJson : JsonSerializerContext;
