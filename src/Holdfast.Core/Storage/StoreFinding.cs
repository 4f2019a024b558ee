namespace Holdfast.Core.Storage;

/// <summary>What is wrong with how a datastore is mounted or timed.</summary>
/// <param name="Refuses">It breaks a promise, so that the store must not be used; else it is only worth knowing.</param>
/// <param name="Says">One sentence that names the option and the way out.</param>
public sealed record StoreFinding(bool Refuses, string Says);
