using Holdfast.Core.Agent;

namespace Holdfast.Simulation.World;

/// <summary>All chance of one run comes from one seed, so that the seed alone replays it.</summary>
internal sealed class Dice(ulong seed)
{
    private readonly IdSource numbers = new(seed);

    public ulong Number() => numbers.Number();

    /// <summary>0 … <paramref name="limit"/> − 1.</summary>
    public int Below(int limit) => (int)(((Number() >> 32) * (ulong)limit) >> 32);

    public double Fraction() => (Number() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => probability > 0 && Fraction() < probability;

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * Fraction());

    public TimeSpan Milliseconds(double least, double most) => TimeSpan.FromTicks((long)((least + ((most - least) * Fraction())) * TimeSpan.TicksPerMillisecond));

    public TimeSpan Seconds(double least, double most) => Milliseconds(least * 1000, most * 1000);

    public T Any<T>(IReadOnlyList<T> choices) => choices[Below(choices.Count)];

    public Guid Id() => numbers.Id();

    /// <summary>Dice of their own, so that what one part draws does not shift what another part gets.</summary>
    public Dice Apart() => new(Number());
}
