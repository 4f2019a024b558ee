using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Core.Agent;

/// <summary>
/// What one agent tells another about a move. Messages may be lost, doubled or late: every one names the move, and the receiver checks its
/// state before it believes one. Nothing that is safe only because a message arrived may be added here (DESIGN §2: rights live on the storage).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "say")]
[JsonDerivedType(typeof(MoveAsk), "move-ask")]
[JsonDerivedType(typeof(MoveReady), "move-ready")]
[JsonDerivedType(typeof(MoveRefused), "move-refused")]
[JsonDerivedType(typeof(MovePerformed), "move-performed")]
[JsonDerivedType(typeof(MoveComplete), "move-complete")]
[JsonDerivedType(typeof(MoveCommitted), "move-committed")]
[JsonDerivedType(typeof(MoveResumed), "move-resumed")]
[JsonDerivedType(typeof(MoveCancelled), "move-cancelled")]
public abstract record PeerMessage
{
    /// <summary>The move that this is about; random, made by the source.</summary>
    public required Guid Move { get; init; }

    public required Guid Machine { get; init; }

    /// <summary>Slot of the sender.</summary>
    public required int From { get; init; }
}

/// <summary>Source → target: the table says Moving(A→B) in <paramref name="Epoch"/>; prepare with libvirt's Begin cookie and XML.</summary>
/// <param name="Definition">The machine's definition, so that the target need not read it.</param>
public sealed record MoveAsk(string Datastore, ulong Epoch, string Xml, byte[]? Cookie, Model.MachineDefinition Definition) : PeerMessage;

/// <summary>Target → source: Prepare has returned; perform to <paramref name="Uri"/>.</summary>
public sealed record MoveReady(byte[]? Cookie, string Uri) : PeerMessage;

/// <summary>Target → source: not here, and why.</summary>
public sealed record MoveRefused(string Reason) : PeerMessage;

/// <summary>Source → target: Perform has returned; call Finish if it was not called yet.</summary>
public sealed record MovePerformed : PeerMessage;

/// <summary>Target → source: Finish has returned; the copy here is complete and paused.</summary>
public sealed record MoveComplete : PeerMessage;

/// <summary>Source → target: the table holds Held(B) with <paramref name="Epoch"/>; resume.</summary>
public sealed record MoveCommitted(ulong Epoch) : PeerMessage;

/// <summary>Target → source: it runs here.</summary>
public sealed record MoveResumed : PeerMessage;

/// <summary>Either way: the move is off. To the target: destroy the copy unless the table says Held(B).</summary>
public sealed record MoveCancelled(string Reason) : PeerMessage;

/// <summary>JSON of the messages between agents, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PeerMessage))]
public sealed partial class PeerCodec : JsonSerializerContext;
