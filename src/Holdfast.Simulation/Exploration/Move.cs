namespace Holdfast.Simulation.Exploration;

/// <summary>One thing that may happen next. <paramref name="Host"/> and <paramref name="Other"/> are slots, or what the name says.</summary>
public readonly record struct Move(string Name, int Host, int Other = -1)
{
    public override string ToString() => Other < 0 ? $"{Word(Host)}: {Name}" : $"{Word(Host)}: {Name} {Word(Other)}";

    private static string Word(int host) => host is >= 0 and < 26 ? ((char)('a' + host)).ToString() : host.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
