using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Agent;

/// <summary>
/// What one agent tells another about a machine. Messages may be lost, doubled or late: the receiver checks its state before it believes one. Nothing that is
/// safe only because a message arrived may be added here (DESIGN §2: rights live on the storage), but for <see cref="IsGone"/>, which stays true for ever.
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
[JsonDerivedType(typeof(AskCpu), "ask-cpu")]
[JsonDerivedType(typeof(CpuAnswer), "cpu-answer")]
[JsonDerivedType(typeof(OffersOver), "offers-over")]
[JsonDerivedType(typeof(WouldTake), "would-take")]
[JsonDerivedType(typeof(IsGone), "is-gone")]
public abstract record PeerMessage
{
    public required Guid Machine { get; init; }

    /// <summary>Slot of the sender.</summary>
    public required int From { get; init; }
}

public abstract record MoveMessage : PeerMessage
{
    /// <summary>The move that this is about; random, made by the source.</summary>
    public required Guid Move { get; init; }
}

/// <summary>Source → target: the table says Moving(A→B) in <paramref name="Epoch"/>; prepare with libvirt's Begin cookie and XML.</summary>
/// <param name="Definition">The machine's definition, so that the target need not read it.</param>
/// <param name="Avoid">Networks that are not to carry it: they look broken from the source, or have just broken under it.</param>
public sealed record MoveAsk(string Datastore, ulong Epoch, string Xml, byte[]? Cookie, Model.MachineDefinition Definition, ImmutableArray<string> Avoid = default) : MoveMessage;

/// <summary>Target → source: Prepare has returned; perform to <paramref name="Uri"/>, which is on <paramref name="Network"/>.</summary>
public sealed record MoveReady(byte[]? Cookie, string Uri, string Network) : MoveMessage;

/// <summary>Target → source: not here, and why.</summary>
public sealed record MoveRefused(string Reason) : MoveMessage;

/// <summary>Source → target: Perform has returned; call Finish if it was not called yet.</summary>
public sealed record MovePerformed : MoveMessage;

/// <summary>Target → source: Finish has returned; the copy here is complete and paused.</summary>
public sealed record MoveComplete : MoveMessage;

/// <summary>Source → target: the table holds Held(B) with <paramref name="Epoch"/>; resume.</summary>
public sealed record MoveCommitted(ulong Epoch) : MoveMessage;

/// <summary>Target → source: it runs here.</summary>
public sealed record MoveResumed : MoveMessage;

/// <summary>Either way: the move is off. To the target: destroy the copy unless the table says Held(B).</summary>
public sealed record MoveCancelled(string Reason) : MoveMessage;

/// <summary>Owner → another host: could you give this machine its CPU? Nothing is moved by it.</summary>
/// <param name="Check">Of the order that wants to know.</param>
/// <param name="Xml">The machine's domain as it runs.</param>
public sealed record AskCpu(Guid Check, string Xml) : PeerMessage;

/// <summary>Answer to it.</summary>
/// <param name="Fits">Null: it could not be compared, and <paramref name="Why"/> says why.</param>
/// <param name="Why">What is missing.</param>
public sealed record CpuAnswer(Guid Check, bool? Fits, string Why) : PeerMessage;

/// <summary>One machine's right, as its owner had it when it lost the datastore; another incarnation or epoch is another right.</summary>
public abstract record RightMessage(string Datastore, Guid Incarnation, ulong Epoch) : PeerMessage
{
    /// <summary>The entry still is the very right that this names.</summary>
    public bool IsAbout(MachineEntry entry) =>
        entry.Machine.Value == Machine && entry.Owner is { } owner && owner.Slot.Value == From && owner.Incarnation.Value == Incarnation && entry.Epoch.Value == Epoch;
}

/// <summary>Owner → everybody: the datastore is lost here, the machine is frozen; would it have a place with you, who have the datastore?</summary>
public sealed record OffersOver(string Datastore, Guid Incarnation, ulong Epoch) : RightMessage(Datastore, Incarnation, Epoch);

/// <summary>Answer to it: the datastore is well here, and there is a host with room.</summary>
public sealed record WouldTake(string Datastore, Guid Incarnation, ulong Epoch) : RightMessage(Datastore, Incarnation, Epoch);

/// <summary>
/// Owner → everybody: no process of the machine is left here, nothing of one is on its way to the datastore, and under this right there will be none again, as
/// the right has expired, which is final. It is a proof (DESIGN §4, proof of death, c): the line between agents is authenticated by the cluster's secret.
/// </summary>
public sealed record IsGone(string Datastore, Guid Incarnation, ulong Epoch) : RightMessage(Datastore, Incarnation, Epoch);

/// <summary>JSON of the messages between agents, generated at build time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PeerMessage))]
public sealed partial class PeerCodec : JsonSerializerContext;
