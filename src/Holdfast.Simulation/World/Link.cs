namespace Holdfast.Simulation.World;

/// <summary>One direction between two ends of one network. Faults add to it and take away again what they added, so that several may overlap.</summary>
internal sealed class Link
{
    private int cuts;

    public bool IsCut => cuts > 0;

    /// <summary>Messages lost, in percent.</summary>
    public int LossPercent { get; set; }

    public int DoubledPercent { get; set; }

    /// <summary>Larger packets do not pass.</summary>
    public int LargestPacket { get; set; } = int.MaxValue;

    public TimeSpan ExtraDelay { get; set; }

    public void Cut() => cuts++;

    public void Heal() => cuts--;

    /// <summary>One message or request gets through now.</summary>
    public bool Passes(Dice dice) => !IsCut && (LossPercent == 0 || !dice.Chance(LossPercent / 100.0));
}
