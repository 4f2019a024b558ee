using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>One try of a migration.</summary>
/// <param name="Id">Of this try: what is said late about an earlier one is not taken for this one.</param>
/// <param name="Since">When the migration was asked for; its stamps count from here.</param>
/// <param name="Avoid">Networks that broke under earlier tries.</param>
/// <param name="MostPause">How long the guest may stand still for the last pass, at most.</param>
internal sealed record MoveCourse(Guid Id, int Target, Moment Since, ImmutableArray<string> Avoid, TimeSpan MostPause);

/// <param name="Failure">Null: the machine was given to its target.</param>
/// <param name="Again">What may be tried now; anything but never only when the machine runs on at its source.</param>
internal sealed record MoveEnd(string? Failure, MoveAgain Again);
