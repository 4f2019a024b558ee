namespace Holdfast.Console.Map;

/// <summary>How a line of the map is drawn and called; the order is from good to bad.</summary>
public enum LinkState
{
    Fine,

    /// <summary>Its host is off: nothing is to be said of its links.</summary>
    Off,
    Unknown,

    /// <summary>It carries something, and not well.</summary>
    Impaired,
    Broken,
}
