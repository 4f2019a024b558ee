using Holdfast.Api;

namespace Holdfast.Daemon.Doctor;

/// <summary>What a check of this host has found.</summary>
/// <param name="State">A word of <see cref="DoctorStates"/>.</param>
/// <param name="Says">One sentence.</param>
/// <param name="Mend">One sentence; null when there is nothing to mend.</param>
internal sealed record Finding(string State, string Says, string? Mend)
{
    public static Finding Ok(string says) => new(DoctorStates.Ok, says, null);

    public static Finding Warning(string says, string mend) => new(DoctorStates.Warning, says, mend);

    public static Finding Failed(string says, string mend) => new(DoctorStates.Failed, says, mend);

    /// <param name="mend">How it could be checked.</param>
    public static Finding Unknown(string says, string mend) => new(DoctorStates.Unknown, says, mend);
}
