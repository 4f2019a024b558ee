namespace Holdfast.Core.Guarding.Deciding;

/// <summary>Protections of the guard left out on purpose, so that the simulator can show that its checkers notice each omission.</summary>
[Flags]
internal enum GuardFlaws
{
    None = 0,

    /// <summary>Nothing is ever frozen.</summary>
    NeverFreezes = 1 << 0,

    /// <summary>A renewal that ends after the expiry takes it back.</summary>
    LateRenewalCounts = 1 << 1,

    /// <summary>The watchdog is petted whatever runs.</summary>
    PetsAlways = 1 << 2,

    /// <summary>The right counts from the end of a renewal instead of its start.</summary>
    RightFromWriteEnd = 1 << 3,
}
