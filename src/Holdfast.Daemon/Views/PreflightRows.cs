using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Views;

/// <summary>Migrations that were looked at before they are begun, as the API says them.</summary>
internal static class PreflightRows
{
    public static MigrationPreflight Of(HostSnapshot snapshot, PreflightView view, string machine) => new()
    {
        Machine = machine,
        From = HostNames.Of(snapshot, view.Source),
        To = view.Target is { } target ? HostNames.Of(snapshot, target) : null,
        Begins = view.Refusal is null,
        Refusal = view.Refusal,
        Checks = [.. view.Checks.Select(c => new PreflightCheck(c.Name, State(c.Verdict), c.Says))],
        Others = [.. view.Others.Select(o => new PreflightHost(HostNames.Of(snapshot, o.Slot), o.Possible, o.Says))],
        Estimate = view.Forecast is { } forecast ? Estimate(forecast) : null,
    };

    private static CheckState State(CheckVerdict verdict) => verdict switch
    {
        CheckVerdict.Passes => CheckState.Passes,
        CheckVerdict.Refuses => CheckState.Refuses,
        _ => CheckState.Unknown,
    };

    private static PreflightEstimate Estimate(MoveForecast forecast) => new()
    {
        Converges = forecast.Estimate?.Converges,
        TotalSeconds = Rounded(forecast.Estimate?.Total?.TotalSeconds),
        PauseMs = Rounded(forecast.Estimate?.Pause?.TotalMilliseconds),
        Passes = forecast.Estimate?.Passes,
        MemoryMiB = forecast.MemoryMiB,
        PathMiBPerSecond = Rounded(forecast.MiBPerSecond),
        DirtyMiBPerSecond = Rounded(forecast.DirtyMiBPerSecond),
        Says = forecast.Says,
    };

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 3) : null;
}
