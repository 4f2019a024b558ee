namespace Holdfast.Core.Guarding.Deciding;

/// <summary>Protections of the guard left out on purpose, so that the simulator can show that its checkers notice each omission.</summary>
[Flags]
internal enum GuardFlaws
{
    None = 0,
}
