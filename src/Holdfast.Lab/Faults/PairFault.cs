namespace Holdfast.Lab.Faults;

/// <summary>Nothing passes between two hosts' links to one network, in either direction.</summary>
internal sealed record PairFault(string Host, string Other, string Network);
