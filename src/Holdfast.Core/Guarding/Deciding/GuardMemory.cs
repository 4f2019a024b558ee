using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>What a restarted guard must know. <paramref name="BootId"/> is the kernel's: of another boot nothing is kept.</summary>
internal sealed record GuardMemory(
    string BootId, bool HandOverOpen, SlotNote Note, RememberedArea[] Areas, Grant[] Grants, EpochMark[] Epochs, StoppedProcess[] Stopped, StoppedProcess[] Paused);

internal sealed record RememberedArea(OpenArea Opened, Guid Incarnation, long RenewedBoot, long RenewedRaw, bool Expired);

/// <summary>The newest epoch that was ever granted or revoked for a machine.</summary>
internal sealed record EpochMark(Guid Machine, ulong Epoch);

/// <summary>A process that the guard itself has stopped (SIGSTOP) or whose guest it has paused (QMP); the start time tells it from a later one with its pid.</summary>
internal sealed record StoppedProcess(int Pid, ulong StartTime);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GuardMemory))]
internal sealed partial class MemoryCodec : JsonSerializerContext;
