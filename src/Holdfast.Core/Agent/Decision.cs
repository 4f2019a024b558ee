namespace Holdfast.Core.Agent;

/// <summary>One decision with its reason: the line that <c>holdfast explain</c> and <c>events</c> print. The driver adds the wall clock.</summary>
/// <param name="Kind">A short fixed word: claimed, started, released, suspected, fencing, fenced, taken-over, frozen, thawed, moved, kept, refused, alarm …</param>
/// <param name="Text">One sentence for a person.</param>
public sealed record Decision(string Kind, Guid? Machine, string? Host, string? Datastore, string Text);
