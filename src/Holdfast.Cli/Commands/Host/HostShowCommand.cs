using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Host;

internal sealed class HostShowCommand : ClusterCommand
{
    private readonly Argument<string> host = new("host") { Description = "Name of the host." };

    public HostShowCommand(Context context)
        : base(context, "show", "Show one host.") => Add(host);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.HostAsync(parse.GetRequiredValue(host), cancel), ApiJson.Readable.HostDetail, Write);

    private void Write(HostDetail h)
    {
        var table = new Table("FIELD", "VALUE")
            .Row("name", h.Name)
            .Row("state", Words.Of(h.State))
            .Row("verdict", h.Verdict)
            .Row("isolation table", h.Row is { } row ? $"row {row.ToString(System.Globalization.CultureInfo.InvariantCulture)}: it {h.Does}" : null)
            .Row("address", h.Address)
            .Row("slot", h.Slot?.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Row("incarnation", h.Incarnation)
            .Row("boot", h.BootId)
            .Row("cpus", h.Cpus?.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Row("memory", h.MemoryMiB is { } all ? $"{Words.Size(all)}, {(h.MemoryFreeMiB is { } free ? Words.Size(free) : "?")} free" : null)
            .Row("cpu use", Words.Cpus(h.Load))
            .Row("pressure", Words.Pressure(h.Load))
            .Row("memory use", Words.Memory(h.Load))
            .Row("watchdog", h.Watchdog)
            .Row("machines", string.Join(", ", h.Machines));
        if (h.Drain is { } drain)
        {
            table.Row(Words.Of(drain), h.DrainedBy is { } by ? $"by {by}" : "its agent does not say by whom");
        }

        foreach (var machine in h.Remaining)
        {
            table.Row(machine.Stays ? "cannot leave yet" : "leaves", $"{machine.Machine}: {machine.Why}");
        }

        if (h.FenceDevices is [])
        {
            table.Row("fence device", null);
        }

        foreach (var device in h.FenceDevices)
        {
            var text = Text(device);
            table.Row("fence device", device.State == DeviceState.Proven ? text : Terminal.Red(text));
        }

        foreach (var link in h.Networks)
        {
            table.Row($"network {link.Name}", Text(link));
        }

        foreach (var link in h.Datastores)
        {
            table.Row($"datastore {link.Name}", Text(link));
        }

        foreach (var lease in h.Leases)
        {
            table.Row($"right on {lease.Datastore}", lease.Expired ? "expired" : $"{Words.Seconds(lease.RemainingSeconds)} left unless renewed");
        }

        table.Write(Terminal);
        foreach (var line in h.Evidence)
        {
            Terminal.Out.WriteLine($"  - {line}");
        }
    }

    private static string Text(FenceDevice device)
    {
        var since = device.Since.ToLocalTime().ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        return $"{device.Name}: {device.State switch
        {
            DeviceState.Proven => $"proven since {since}",
            DeviceState.Failed => $"failed since {since}: {device.Reason}",
            _ => $"unproven since {since}",
        }}";
    }

    private static string Text(Link link) => link.Reason is null ? Words.Of(link.State) : $"{Words.Of(link.State)}: {link.Reason}";
}
