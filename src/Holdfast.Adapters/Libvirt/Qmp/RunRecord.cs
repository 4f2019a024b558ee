namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>What the events on one QMP socket have said about the CPUs: how often they stopped and resumed, and when last (Stopwatch readings, 0 = never).</summary>
/// <param name="StoppedLast">The last of these events was a STOP.</param>
public readonly record struct RunRecord(int Stops, int Resumes, long LastStop, long LastResume, bool StoppedLast);
