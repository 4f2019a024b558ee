namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>Looks whether the watchdog is there. It does not open it: that would set it counting.</summary>
/// <param name="exists">Of a path.</param>
/// <param name="identity">What the kernel calls the device; null: it does not say.</param>
internal sealed class WatchdogCheck(string? device, bool fenced, Func<string, bool> exists, Func<string, string?> identity) : ICheck
{
    private const string Mend = "load the board's driver (ipmi_watchdog, iTCO_wdt, sp5100_tco), or softdog where there is none, and name /dev/watchdog in the configuration";

    public string Name => "watchdog";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>([device switch
    {
        null when fenced => Finding.Warning("no watchdog is configured: this host's silence proves nothing, and only its fence device lets others take its machines", Mend),
        null => Finding.Failed("neither a watchdog nor a fence device is configured for this host, so that its machines wait for a person when it dies", Mend),
        _ when !exists(device) => Finding.Failed($"the watchdog {device} is not there", Mend),
        _ => Finding.Ok($"the watchdog {device} is there{(identity(device) is { } name ? $" ({name})" : "")}"),
    }]);

    /// <summary>/sys/class/watchdog/NAME/identity, where /dev/watchdog is the first of them.</summary>
    public static string? Identity(string device)
    {
        var name = Path.GetFileName(device) is "watchdog" ? "watchdog0" : Path.GetFileName(device);
        try
        {
            return File.ReadAllText($"/sys/class/watchdog/{name}/identity").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
