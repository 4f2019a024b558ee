using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands;

/// <summary>How evenly the hosts are loaded, and which moves would help, with what each costs. It moves nothing.</summary>
internal sealed class BalanceCommand : ClusterCommand
{
    /// <summary>The first moves are the ones that count, and each is measured for some seconds.</summary>
    private const int MostPriced = 8;
    private static readonly TimeSpan PriceLimit = TimeSpan.FromSeconds(20);

    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Show what would be moved; move nothing." };
    private readonly Option<bool> noPrice = new("--no-price") { Description = "Do not measure what the moves would cost; answers at once." };

    public BalanceCommand(Context context)
        : base(context, "balance", "How evenly the hosts are loaded, and which moves would help: why, at what price, with which gain.")
    {
        Add(dryRun);
        Add(noPrice);
    }

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        if (!parse.GetValue(dryRun))
        {
            throw new UsageException("Each host moves its own machines, when balancing.mode in its configuration is automatic; give --dry-run to see what would be moved.");
        }

        var report = await client.BalanceAsync(cancel);
        if (Unknown(report) is { } sentence)
        {
            throw new ApiException(ErrorCode.Conflict, sentence);
        }

        var priced = parse.GetValue(noPrice) ? report : report with { Moves = await Task.WhenAll(report.Moves.Select((move, n) => n < MostPriced ? PricedAsync(client, move, cancel) : Task.FromResult(move))) };
        return Show(parse, priced, ApiJson.Readable.BalanceReport, Write);
    }

    private static string? Unknown(BalanceReport report) =>
        report.Hosts.Length < 2 ? "The cluster has only one host, so there is nowhere to move a machine to."
        : report.Hosts.All(h => h.Load is null) ? "No host has measured its load yet; ask again in some seconds."
        : null;

    /// <summary>What cannot be measured in time has no price; why, 'vm migrate --dry-run' tells.</summary>
    private static async Task<BalanceMoveReport> PricedAsync(HoldfastClient client, BalanceMoveReport move, CancellationToken cancel)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(PriceLimit);
            return move with { Price = (await client.PreflightAsync(move.Machine, new MigrateMachine(move.To), limit.Token)).Estimate };
        }
        catch (Exception e) when (e is ApiException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return move;
        }
    }

    private void Write(BalanceReport report)
    {
        var shares = report.Hosts.Select(h => h.Load).OfType<HostLoadReport>().Select(l => 100 * l.UsedCpus / Math.Max(1, l.Cpus)).ToList();
        Terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Balancing is {report.Mode}. Between the hosts' processors lie {shares.Max() - shares.Min():0} % (from {shares.Min():0} % to {shares.Max():0} %, {shares.Average():0} % on average); a host is hot above {report.HotPercent:0} %."));
        var hosts = new Table("HOST", "CPU", "PRESSURE", "MEMORY", "STATE");
        foreach (var host in report.Hosts)
        {
            hosts.Row(host.Host, Words.Cpus(host.Load), Words.Pressure(host.Load), Words.Memory(host.Load), host.Hot ? "hot" : host.Load is null ? "unknown" : "ok");
        }

        hosts.Write(Terminal);
        WriteMoves(report.Moves);
        foreach (var host in report.Hosts.Where(h => h.Hot || h.Load is null))
        {
            Say(host.Shortage);
            Say(host.Holds is { } holds ? $"{host.Host} moves nothing by itself now: {holds}" : null);
        }
    }

    private void WriteMoves(BalanceMoveReport[] moves)
    {
        Terminal.Out.WriteLine();
        if (moves is [])
        {
            Terminal.Out.WriteLine("No move pays now.");
            return;
        }

        var table = new Table("MACHINE", "FROM", "TO", "PRICE", "WHY");
        foreach (var move in moves)
        {
            table.Row(move.Machine, move.From, move.To, Price(move), move.Reason);
        }

        table.Write(Terminal);
    }

    private static string Price(BalanceMoveReport move) => move.Price is { TotalSeconds: { } total, PauseMs: { } pause }
        ? string.Create(CultureInfo.InvariantCulture, $"{total:0.0} s, pause {pause:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{move.CopyMiB} MiB to copy{(move.Price is { Converges: false } ? ", may not converge" : "")}");

    private void Say(string? sentence)
    {
        if (sentence is not null)
        {
            Terminal.Out.WriteLine($"{sentence.TrimEnd('.')}.");
        }
    }
}
