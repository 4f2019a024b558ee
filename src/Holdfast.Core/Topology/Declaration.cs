using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Core.Topology;

/// <summary>
/// What the cluster cannot see and people know, as a file (JSON, docs/operations/what-if.md): which switch carries which network or cable, what is fed by which power strip, what stands
/// where. Nothing has to be declared; what is not is inferred (<see cref="Layout"/>).
/// </summary>
public sealed record Declaration
{
    public static readonly Declaration Empty = new();

    public DeclaredSite[] Sites { get; set; } = [];

    public DeclaredStrip[] Strips { get; set; } = [];

    public DeclaredStack[] Stacks { get; set; } = [];

    public DeclaredSwitch[] Switches { get; set; } = [];

    public DeclaredTrunk[] Trunks { get; set; } = [];

    public DeclaredNetwork[] Networks { get; set; } = [];

    public DeclaredHost[] Hosts { get; set; } = [];

    public DeclaredLink[] Links { get; set; } = [];

    public DeclaredDatastore[] Datastores { get; set; } = [];

    public DeclaredFence[] Fences { get; set; } = [];

    public DeclaredAddress[] Addresses { get; set; } = [];

    /// <exception cref="TopologyException">It cannot be read, or does not fit the cluster: one sentence a mistake.</exception>
    public static Declaration Parse(string text, ClusterFacts facts)
    {
        Declaration declaration;
        try
        {
            declaration = JsonSerializer.Deserialize(text, DeclarationJson.Default.Declaration) ?? throw new TopologyException(["the file is empty."]);
        }
        catch (JsonException e)
        {
            throw new TopologyException([$"{(e.Path is { Length: > 2 } path ? path[2..] : "the file")} cannot be read (line {e.LineNumber + 1}): {e.Message.Split(" Path:")[0].TrimEnd('.')}."]);
        }

        return DeclarationRules.Problems(declaration, facts).ToImmutableArray() is { IsEmpty: false } problems ? throw new TopologyException(problems) : declaration;
    }
}

public sealed record DeclaredSite(string Name);

public sealed record DeclaredStrip(string Name, string? Site = null);

public sealed record DeclaredStack(string Name);

/// <param name="Strips">It runs as long as one of them does; none: its power is not known.</param>
/// <param name="Lldp">System name or chassis id that it gives of itself by LLDP, where that is not its name.</param>
public sealed record DeclaredSwitch(string Name, string? Stack = null, string[]? Strips = null, string? Site = null, string? Lldp = null);

/// <summary>It carries every network that both switches have.</summary>
public sealed record DeclaredTrunk(string One, string Other);

/// <param name="Switches">Where every host's and datastore's link to it is plugged in that <see cref="Declaration.Links"/> does not name; with several each has a bond with a member in each of them.</param>
public sealed record DeclaredNetwork(string Name, string[] Switches);

public sealed record DeclaredHost(string Name, string[]? Strips = null, string? Site = null);

/// <summary>One link of a host, or of a datastore's server.</summary>
/// <param name="Of">Name of the host or datastore.</param>
/// <param name="Members">One: a plain link. Several: a bond, which carries the network as long as one does.</param>
public sealed record DeclaredLink(string Of, string Network, DeclaredMember[] Members);

/// <param name="Card">What carries it besides others of the same host; null: not known.</param>
public sealed record DeclaredMember(string Nic, string Switch, string? Card = null);

/// <param name="Networks">Over which a host reaches it; empty: over none, as with a Fibre Channel path that is not in this model.</param>
public sealed record DeclaredDatastore(string Name, string[]? Networks = null, string[]? Strips = null, string? Site = null);

/// <param name="Device">Name of the level, as configured.</param>
/// <param name="Network">Over which it is asked; null: it is taken to be reached as long as it has power.</param>
/// <param name="Switch">Where it is plugged in on that network.</param>
public sealed record DeclaredFence(string Host, string Device, string? Network = null, string? Switch = null, string[]? Strips = null);

/// <param name="Address">One of <c>isolationAddresses</c>.</param>
public sealed record DeclaredAddress(string Address, string Switch);

/// <summary>The declared file is wrong. One sentence a mistake.</summary>
public sealed class TopologyException(ImmutableArray<string> problems) : Exception(string.Join(" ", problems))
{
    public ImmutableArray<string> Problems { get; } = problems;
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Declaration))]
internal sealed partial class DeclarationJson : JsonSerializerContext;
