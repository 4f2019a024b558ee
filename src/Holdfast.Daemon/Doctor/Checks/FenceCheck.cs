namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>Asks each fence device of the other hosts for its plug's state, as this host would have to switch it.</summary>
/// <param name="devices">Host, level, and the device's name.</param>
/// <param name="test">Null: it has said the state; else why not.</param>
internal sealed class FenceCheck(IReadOnlyList<(string Host, int Level, string Device)> devices, Func<string, int, Task<string?>> test) : ICheck
{
    public string Name => "fencing";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => devices.Count == 0
        ? [Finding.Warning("no fence device is configured for another host: a dead host's machines wait for its silence, if that proves anything", "configure fence; see docs/operations/fencing.md")]
        : await Task.WhenAll(devices.Select(async d => await test(d.Host, d.Level) is not { } why ? Finding.Ok($"{d.Device} says the state of {d.Host}")
            : Finding.Failed($"{d.Device} of {d.Host}: {why.TrimEnd('.')}", "look at the device's address, user and password in fence, and whether this host reaches it")));
}
