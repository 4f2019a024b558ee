namespace Holdfast.Core.Evidence;

/// <summary>
/// Judges one machine's signs of life, pulse by pulse. It is hung only while every signal says so for the whole <paramref name="limit"/>: its guest agent, which has
/// answered before and has its channel still open, does not answer; its disks complete nothing, and not because the storage keeps it waiting; each of its virtual CPUs
/// stands still or never rests. Whatever speaks against it, a pulse that could not be taken too, lets the limit begin anew.
/// </summary>
/// <param name="limit">It must be silent for so long.</param>
/// <param name="longestGap">Pulses that are further apart than this say nothing of what was between them: the host itself may have stood still.</param>
/// <param name="believesSilence">One question without an answer is enough; only to show that the simulator notices.</param>
internal sealed class GuestWatch(TimeSpan limit, TimeSpan longestGap, bool believesSilence = false)
{
    /// <summary>A guest that idles wakes up many times a second; one whose CPUs are halted for good uses nothing at all.</summary>
    private const double Still = 0.0001;

    /// <summary>With what it waited for while the host's processors were busy.</summary>
    private const double AtFull = 0.9;

    private GuestPulse? last;
    private TimeSpan? silentSince;
    private bool hasAnswered;

    /// <summary>Questions in a row that its guest agent has left unanswered while nothing else moved either.</summary>
    public int Unanswered { get; private set; }

    public GuestAgentSign Agent => last?.Agent ?? GuestAgentSign.Unknown;

    /// <summary>What its CPUs did between the last two pulses; null until there are two.</summary>
    public CpuSign? Cpu { get; private set; }

    /// <summary>Whether its disks completed anything between the last two pulses; null until there are two.</summary>
    public bool? DiskMoves { get; private set; }

    /// <summary>Every signal has been missing for so long.</summary>
    public TimeSpan SilentFor => silentSince is { } since ? last!.At - since : TimeSpan.Zero;

    public bool IsHung => believesSilence ? hasAnswered && Agent == GuestAgentSign.Silent : SilentFor >= limit;

    public void Take(GuestPulse pulse)
    {
        var before = last is { } known && pulse.At - known.At <= longestGap ? known : null;
        (last, hasAnswered) = (pulse, hasAnswered || pulse.Agent == GuestAgentSign.Answers);
        Cpu = before is null ? null : CpuOf(before, pulse);
        DiskMoves = before is null ? null : pulse.DiskRequests != before.DiskRequests;
        if (before is null || !IsSilent(pulse))
        {
            BeginAnew();
            return;
        }

        // What is known to have been silent begins with the pulse before: nothing has moved since then.
        silentSince ??= before.At;
        Unanswered++;
    }

    /// <summary>What was seen says nothing of what comes: a pulse could not be taken.</summary>
    public void Void()
    {
        last = null;
        BeginAnew();
    }

    private bool IsSilent(GuestPulse pulse) =>
        hasAnswered && pulse is { Agent: GuestAgentSign.Silent, WaitsForStorage: false } && DiskMoves == false && Cpu is CpuSign.Still or CpuSign.AtFull;

    private void BeginAnew() => (silentSince, Unanswered) = (null, 0);

    private static CpuSign CpuOf(GuestPulse before, GuestPulse pulse)
    {
        if (before.Cpus.Length != pulse.Cpus.Length || pulse.Cpus.IsEmpty || pulse.At <= before.At)
        {
            return CpuSign.Works;
        }

        var (still, full) = (0, 0);
        for (var n = 0; n < pulse.Cpus.Length; n++)
        {
            var share = (pulse.Cpus[n] - before.Cpus[n]) / (pulse.At - before.At);
            still += share < Still ? 1 : 0;
            full += share >= AtFull ? 1 : 0;
        }

        // A kernel that has panicked turns on one CPU and has stopped the others; one that works has always some in between.
        return still == pulse.Cpus.Length ? CpuSign.Still : still + full == pulse.Cpus.Length ? CpuSign.AtFull : CpuSign.Works;
    }
}

/// <summary>What a machine's virtual CPUs do, all together.</summary>
internal enum CpuSign
{
    /// <summary>They run and rest, as a living guest's do.</summary>
    Works,

    /// <summary>None has done anything.</summary>
    Still,

    /// <summary>Each either never rests or does nothing: as in an endless loop, or in a computation.</summary>
    AtFull,
}
