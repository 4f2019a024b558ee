namespace Holdfast.Core.Evidence;

/// <summary>One of this host's own links, as its kernel says.</summary>
/// <param name="Mtu">Largest IP packet that it takes.</param>
/// <param name="Bond">Null: it is no bond.</param>
public sealed record OwnLink(bool Carrier, int Mtu, BondState? Bond = null);

/// <param name="Mode">"active-backup", "802.3ad" …</param>
/// <param name="Up">How many of its members carry it.</param>
public sealed record BondState(string Mode, int Up, int Members);
