using System.Globalization;

namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>The wall clock. No lease hangs on it (DESIGN §4); certificates, tokens' ends, and the order of events in people's eyes do.</summary>
/// <param name="clock">The kernel's word; null: it does not say.</param>
internal sealed class TimeCheck(Func<(bool Synchronized, TimeSpan MaxError)?> clock) : ICheck
{
    private const string Mend = "install and start chrony, or another NTP client; leases do not hang on this clock, certificates and tokens do";
    private static readonly TimeSpan Much = TimeSpan.FromSeconds(1);

    public string Name => "time";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>([clock() switch
    {
        null => Finding.Unknown("the kernel does not say whether its clock is synchronised", "see 'chronyc tracking' or 'timedatectl'"),
        (false, _) => Finding.Warning("the wall clock is not synchronised", Mend),
        (true, var error) when error > Much => Finding.Warning(string.Create(CultureInfo.InvariantCulture, $"the wall clock may be wrong by {error.TotalSeconds:0.0} s"), Mend),
        (true, var error) => Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"the wall clock is synchronised (wrong by at most {error.TotalMilliseconds:0} ms)")),
    }]);
}
