using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Etcd;

/// <summary>What the cluster's administrators want, at one revision of etcd. Cached on every host, so it can be read without a quorum.</summary>
public sealed record IntentView(
    long Revision,
    ImmutableSortedDictionary<Guid, IntentMachine> Machines,
    ImmutableSortedDictionary<string, Guid> Names,
    ImmutableSortedDictionary<string, IntentDatastore> Datastores)
{
    public static readonly IntentView Empty = new(
        0,
        ImmutableSortedDictionary<Guid, IntentMachine>.Empty,
        ImmutableSortedDictionary.Create<string, Guid>(StringComparer.Ordinal),
        ImmutableSortedDictionary.Create<string, IntentDatastore>(StringComparer.Ordinal));

    /// <summary>Who may use the API, by the tokens' names.</summary>
    public ImmutableSortedDictionary<string, IntentToken> Tokens { get; init; } = ImmutableSortedDictionary.Create<string, IntentToken>(StringComparer.Ordinal);

    public IntentMachine? Find(string name) => Names.TryGetValue(name, out var id) && Machines.TryGetValue(id, out var machine) ? machine : null;

    /// <summary>The view after one key was written (or deleted, with null). A value that this version cannot read is left out, not guessed.</summary>
    internal IntentView With(string key, byte[]? value)
    {
        var parts = key.Split('/', 2);
        if (parts.Length != 2)
        {
            return this;
        }

        var (kind, name) = (parts[0], parts[1]);
        return kind switch
        {
            IntentKeys.MachineKind when Guid.TryParse(name, out var id) => this with { Machines = Set(Machines, id, Parsed(value, IntentJson.Default.IntentMachine)) },
            IntentKeys.NameKind => this with { Names = value is not null && Guid.TryParse(value.AsSpan(), out var id) ? Names.SetItem(name, id) : Names.Remove(name) },
            IntentKeys.DatastoreKind => this with { Datastores = Set(Datastores, name, Parsed(value, IntentJson.Default.IntentDatastore)) },
            IntentKeys.TokenKind => this with { Tokens = Set(Tokens, name, Parsed(value, IntentJson.Default.IntentToken)) },
            _ => this,
        };
    }

    private static ImmutableSortedDictionary<TKey, T> Set<TKey, T>(ImmutableSortedDictionary<TKey, T> all, TKey key, T? value)
        where TKey : notnull
        where T : class => value is null ? all.Remove(key) : all.SetItem(key, value);

    private static T? Parsed<T>(byte[]? value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return value is null ? null : JsonSerializer.Deserialize(value, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A machine as intended. Its folder on the datastore holds the same definition.</summary>
/// <param name="Complete">False while it is being created: its folder or its lease entry may not exist yet.</param>
public sealed record IntentMachine(MachineDefinition Definition, bool Run, bool Complete = true);

/// <param name="DrainSeconds">Null: infinite.</param>
/// <param name="AreaId">The lease area's id; another store with the same id is a copy and refused.</param>
public sealed record IntentDatastore(string Name, string Path, double? DrainSeconds, Guid AreaId, string Profile)
{
    /// <summary>How long the store answers nothing while it fails over; null: nobody has said.</summary>
    public double? FailoverSeconds { get; init; }
}

/// <summary>Somebody who may use the API. The secret itself is nowhere.</summary>
/// <param name="Role">As the API names it; one that this version does not know gives no right.</param>
/// <param name="Hash">SHA-256 of the secret, base64.</param>
/// <param name="By">Who made it.</param>
public sealed record IntentToken(string Name, string Role, string Hash, string By, DateTimeOffset Created, DateTimeOffset? Expires);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(IntentMachine))]
[JsonSerializable(typeof(IntentDatastore))]
[JsonSerializable(typeof(IntentToken))]
internal sealed partial class IntentJson : JsonSerializerContext;
