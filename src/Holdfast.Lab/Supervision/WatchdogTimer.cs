namespace Holdfast.Lab.Supervision;

/// <summary>One watchdog stand-in's deadline. Times are readings of one monotonic clock, given by the caller.</summary>
internal sealed class WatchdogTimer
{
    private TimeSpan timeout;
    private TimeSpan petted;

    internal bool Armed { get; private set; }

    /// <summary>Whether the host must be reset now.</summary>
    internal bool Expired(TimeSpan now) => Armed && now - petted > timeout;

    /// <summary>Obeys one line of the guard; the answer, if it gets one.</summary>
    internal string? Obey(string line, TimeSpan now)
    {
        switch (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["arm", var text] when int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var ms) && ms is > 0 and <= 3_600_000:
                (Armed, timeout, petted) = (true, TimeSpan.FromMilliseconds(ms), now);
                return "ok";
            case ["pet"]:
                petted = now;
                return null;
            case ["disarm"]:
                Armed = false;
                return null;
            default:
                return $"error '{line}' is not one of: arm MILLISECONDS, pet, disarm";
        }
    }

    internal void Disarm() => Armed = false;

    /// <summary>The one who looks was late himself: a pet may lie unread, so the deadline starts anew.</summary>
    internal void Forgive(TimeSpan now) => petted = now;
}
