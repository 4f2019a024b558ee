using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Network;

internal sealed class NetworkShowCommand : ClusterCommand
{
    private readonly Argument<string?> network = new("network") { Description = "Only this network.", Arity = ArgumentArity.ZeroOrOne };

    public NetworkShowCommand(Context context)
        : base(context, "show", "Who hears whom over which network, how well, in which direction, and what is most likely broken.") => Add(network);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var report = await client.NetworksAsync(cancel);
        if (parse.GetValue(network) is { } name)
        {
            report.Networks = report.Networks.FirstOrDefault(n => n.Name == name) is { } only
                ? [only]
                : throw new ApiException(ErrorCode.NotFound, $"No network is named '{name}'; there is {string.Join(", ", report.Networks.Select(n => n.Name))}.");
        }

        return Show(parse, report, ApiJson.Readable.NetworkReport, Write);
    }

    private void Write(NetworkReport report)
    {
        Terminal.Out.WriteLine(report.Culprits.Length == 0
            ? $"Seen by {report.Host}: every network carries every direction between the living hosts."
            : $"Seen by {report.Host}, most likely broken: {string.Join("; ", report.Culprits)}.");
        foreach (var matrix in report.Networks)
        {
            Terminal.Out.WriteLine();
            Write(matrix);
        }

        Write(report.Addresses ?? []);
    }

    /// <summary>A row an isolation address, a column a host that pings it.</summary>
    private void Write(AddressAnswer[] addresses)
    {
        if (addresses.Length == 0)
        {
            return;
        }

        var hosts = addresses.Select(a => a.Host).Distinct().Order(StringComparer.Ordinal).ToArray();
        var table = new Table(["ISOLATION ADDRESS", .. hosts.Select(h => $"ANSWERS {h}")]);
        foreach (var address in addresses.GroupBy(a => a.Address))
        {
            table.Row([address.Key, .. hosts.Select(h => address.FirstOrDefault(a => a.Host == h)?.Answers switch { true => "yes", false => "no", null => "unknown" })]);
        }

        Terminal.Out.WriteLine();
        table.Write(Terminal);
    }

    /// <summary>A row a sender, a column a listener.</summary>
    private void Write(NetworkMatrix matrix)
    {
        var hosts = matrix.Directions.Select(d => d.From).Distinct().Order(StringComparer.Ordinal).ToArray();
        var title = matrix.Roles is [var role] && role == matrix.Name ? matrix.Name : $"{matrix.Name} ({string.Join(", ", matrix.Roles)})";
        var table = new Table([$"{title}: FROM", .. hosts.Select(h => $"TO {h}")]);
        foreach (var from in hosts)
        {
            table.Row([from, .. hosts.Select(to => Cell(matrix.Directions.FirstOrDefault(d => d.From == from && d.To == to)))]);
        }

        table.Write(Terminal);
        foreach (var link in (matrix.Links ?? []).Where(l => !l.Carrier || l.Bond is { } bond && bond.Up < bond.Members))
        {
            Terminal.Out.WriteLine(link.Carrier
                ? $"{link.Host}: {link.Bond!.Up.ToString(CultureInfo.InvariantCulture)} of {link.Bond.Members.ToString(CultureInfo.InvariantCulture)} links of the bond ({link.Bond.Mode}) carry it"
                : $"{link.Host}: no carrier");
        }
    }

    private static string Cell(Direction? direction) => direction?.State switch
    {
        null => "",
        Health.Lost => "down",
        Health.Unknown => "unknown",
        _ => string.Join(", ", new[] { Hole(direction.HoleBytes), Loss(direction.LossPercent), Delay(direction) }.OfType<string>()) is { Length: > 0 } measured ? measured : "ok",
    };

    private static string? Hole(int? bytes) => bytes is { } size ? string.Create(CultureInfo.InvariantCulture, $"no {size}-byte packets") : null;

    private static string? Loss(double? percent) => percent is > 0 ? string.Create(CultureInfo.InvariantCulture, $"{percent:0.#} % lost") : null;

    private static string? Delay(Direction d) => d.DelayMs is { } ms ? string.Create(CultureInfo.InvariantCulture, $"{ms:0.00} ms ±{d.SpreadMs ?? 0:0.00}") : null;
}
