using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Access;

/// <summary>
/// The tokens that etcd names, kept in a file as well: a host without quorum, and one that starts without it, still knows who may what. Such a host
/// learns of a revocation when it reaches a quorum again (docs/adr/0020).
/// </summary>
internal sealed class TokenBook(string file)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Lock changing = new();
    private ImmutableSortedDictionary<string, IntentToken>? told;
    private volatile Known[] known = [];

    public IEnumerable<IntentToken> All => known.Select(k => k.Token);

    public void Load()
    {
        try
        {
            Take(JsonSerializer.Deserialize(File.ReadAllBytes(file), TokenJson.Default.IntentTokenArray) ?? []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // The first start, or a torn file: nobody is known until etcd tells.
        }
    }

    /// <param name="view">Of revision 0 nothing is taken: it is what nobody with a quorum has said.</param>
    public void Tell(IntentView view)
    {
        lock (changing)
        {
            if (view.Revision == 0 || ReferenceEquals(told, view.Tokens))
            {
                return;
            }

            told = view.Tokens;
            Take(view.Tokens.Values);
            Keep();
        }
    }

    /// <summary>Null when no token has this secret now. Each is compared, and each in constant time, so that the time tells nothing.</summary>
    public Caller? Find(string secret, DateTimeOffset now)
    {
        var hash = Secrets.Hash(secret);
        Known? found = null;
        foreach (var one in known)
        {
            found = CryptographicOperations.FixedTimeEquals(hash, one.Hash) ? one : found;
        }

        return found is { Role: { } role } && !(found.Token.Expires <= now) ? new(found.Token.Name, role, CallerKind.Token) : null;
    }

    private void Take(IEnumerable<IntentToken> tokens) => known = [.. tokens.Select(t => new Known(t, Hash(t.Hash), RoleOf(t.Role)))];

    private void Keep()
    {
        try
        {
            StateFile.Write(file, JsonSerializer.SerializeToUtf8Bytes([.. All], TokenJson.Default.IntentTokenArray), Private);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk: the next change writes it again, and until a restart memory has it.
        }
    }

    private static byte[] Hash(string text)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(text, bytes, out var n) && n == bytes.Length ? bytes : [];
    }

    public static Role? RoleOf(string word) => Enum.GetValues<Role>().Cast<Role?>().FirstOrDefault(r => Word(r!.Value) == word);

    public static string Word(Role role) => JsonNamingPolicy.CamelCase.ConvertName(role.ToString());

    /// <param name="Role">Null: another version's, which gives no right here.</param>
    private sealed record Known(IntentToken Token, byte[] Hash, Role? Role);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(IntentToken[]))]
internal sealed partial class TokenJson : JsonSerializerContext;
