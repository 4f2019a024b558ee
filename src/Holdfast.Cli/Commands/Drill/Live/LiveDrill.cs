using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Holdfast.Api;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>What <c>drill run --live</c> takes, asks and keeps.</summary>
internal sealed class LiveDrill
{
    private static readonly TimeSpan FilterLimit = TimeSpan.FromSeconds(10);
    private const int Shortest = 20, Longest = 300, Usual = 60;
    private readonly Context context;
    private readonly Option<bool> live = new("--live") { Description = "Strike this host of a live cluster, and no lab; as root, and only drills that cost no machine anything." };
    private readonly Option<int> seconds = new("--for") { Description = $"The kernel heals it after so many seconds at the latest, whatever has become of this command ({Shortest} to {Longest}).", HelpName = "SECONDS", DefaultValueFactory = _ => Usual };
    private readonly Option<string?> yes = new("--yes", "-y") { Description = "This host's name, instead of typing it when asked; required where nobody can be asked.", HelpName = "HOST" };
    private readonly Option<string> config = new("--config") { Description = "The configuration of this host's agent.", HelpName = "FILE", DefaultValueFactory = _ => LiveHost.DefaultPath };

    public LiveDrill(Context context, Command command)
    {
        this.context = context;
        command.Add(live);
        command.Add(seconds);
        command.Add(yes);
        command.Add(config);
    }

    public bool Asked(ParseResult parse) => parse.GetValue(live);

    public async Task<DrillReport> RunAsync(ParseResult parse, Drill drill, IProgress<string> progress, CancellationToken cancel)
    {
        if (parse.GetValue(seconds) is var limit && limit is < Shortest or > Longest)
        {
            throw new UsageException($"{limit} s is no time for a drill on a live cluster; give from {Shortest} to {Longest}.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new UsageException("A drill on a live cluster changes this host's packet filter, which only root may; run it with sudo.");
        }

        var host = LiveHost.Read(parse.GetRequiredValue(config));
        var plan = LivePlan.Of(drill, host);
        using var client = context.Connector.Connect(parse);
        var run = new LiveRun(plan, host, client, TimeSpan.FromSeconds(limit), FilterAsync, progress);
        var machines = await run.PreflightAsync(cancel);
        Confirm(parse, host, plan, limit);
        var report = await run.RunAsync(machines, cancel);
        new DrillRecords(host.Records).Add(report);
        await TellAsync(client, report, progress, cancel);
        return report;
    }

    /// <summary>So that the cluster itself knows when a protection was seen at work ('holdfast audit bsi').</summary>
    public static async Task TellAsync(HoldfastClient client, DrillReport report, IProgress<string> progress, CancellationToken cancel)
    {
        try
        {
            await client.DrillDoneAsync(new(report.Name, report.Summary), cancel);
        }
        catch (ApiException e)
        {
            progress.Report($"the cluster's events do not tell of this drill: {e.Message}");
        }
    }

    private void Confirm(ParseResult parse, LiveHost host, LivePlan plan, int limit)
    {
        var means = $"This hurts {host.Host}'s packets from and to the other hosts of {host.Cluster} on {plan.Network} for at most {limit} s ({plan.Drill.Title.TrimEnd('.')})";
        switch (parse.GetValue(yes))
        {
            case null:
                TypedConfirmation.Ask(context.Terminal, host.Host, $"{means}.", $"{means}; say --yes {host.Host} to do it.", "Nothing was done.");
                break;
            case var said when said != host.Host:
                throw new UsageException($"--yes says '{said}' and this host is '{host.Host}': nothing was done.");
        }
    }

    /// <exception cref="ApiException">It is not in effect.</exception>
    private static async Task FilterAsync(string text)
    {
        try
        {
            using var nft = Process.Start(new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true })!;
            using var limit = new CancellationTokenSource(FilterLimit);
            await nft.StandardInput.WriteAsync(text.AsMemory(), limit.Token);
            nft.StandardInput.Close();
            var error = await nft.StandardError.ReadToEndAsync(limit.Token);
            await nft.WaitForExitAsync(limit.Token);
            if (nft.ExitCode != 0)
            {
                throw new ApiException(ErrorCode.Failed, $"nft refuses the packet filter: {error.Split('\n')[0].Trim()}.");
            }
        }
        catch (Exception e) when (e is Win32Exception or OperationCanceledException or IOException)
        {
            throw new ApiException(ErrorCode.Failed, $"The packet filter of this host cannot be changed with nft ({e.Message.TrimEnd('.')}).", e);
        }
    }
}
