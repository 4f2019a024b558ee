namespace Holdfast.Core.Guarding.Deciding;

/// <summary>Protections of the guard left out on purpose, so that the simulator can show that its checkers notice each omission.</summary>
[Flags]
internal enum GuardFlaws
{
    None = 0,

    /// <summary>Nothing is ever frozen.</summary>
    NeverFreezes = 1 << 0,

    /// <summary>After an expiry it renews on, and the first renewal that succeeds takes the expiry back.</summary>
    RenewsAfterExpiry = 1 << 1,

    /// <summary>The watchdog is petted whatever runs.</summary>
    PetsAlways = 1 << 2,
}
