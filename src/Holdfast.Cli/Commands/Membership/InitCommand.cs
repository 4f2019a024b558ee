using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Holdfast.Certificates;
using Holdfast.Cli.Membership;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Membership;

internal sealed class InitCommand : MembershipCommand
{
    private readonly Argument<string> cluster = Inputs.NewName("cluster");
    private readonly Option<string[]> hosts = new("--member")
    {
        Description = "A host and its address on each network (cluster, migration, storage, guest); once for each host that the cluster will have, this one first.", HelpName = "NAME,NETWORK=IP,…", Required = true,
    };

    private readonly Option<string> profile = new("--profile") { Description = "Timing profile (default standard).", HelpName = "fast|standard|san", DefaultValueFactory = _ => "standard" };

    public InitCommand(Context context)
        : base(context, "init", "Make a cluster, and this machine its first host.")
    {
        profile.AcceptOnlyFromAmong("fast", "standard", "san");
        Add(cluster);
        Add(hosts);
        Add(profile);
    }

    protected override Task RunAsync(ParseResult parse, HostFolder folder, CancellationToken cancel)
    {
        PlannedHost[] planned = [.. parse.GetRequiredValue(hosts).Select(PlannedHost.Parse)];
        if (planned.GroupBy(h => h.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new UsageException($"--member names {twice.Key} twice; each host needs a name of its own.");
        }

        folder.MustBeNew();
        var (name, now) = (parse.GetRequiredValue(cluster), DateTimeOffset.UtcNow);
        var plan = ClusterPlan.Of(name, Guid.NewGuid(), planned, parse.GetRequiredValue(profile));
        var own = ClusterPlan.For(planned[0].Name, plan, "--member");
        using var authority = ClusterAuthority.Create(name, now);
        authority.Save(folder.Authority);
        IPAddress[] addresses = ClusterPlan.Addresses(planned[0].Name, plan);
        folder.Write(new(
            authority.Issue(planned[0].Name, addresses, now, agent: true), authority.Issue(planned[0].Name, addresses, now, agent: false), RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n", ClusterPlan.Text(own)));
        Terminal.Out.WriteLine($"The cluster {name} has its first host, {planned[0].Name}. Its authority is in {folder.Authority}: who has {ClusterAuthority.KeyFile} can make hosts, so keep a copy elsewhere, and move it off this host when all have joined.");
        Terminal.Out.WriteLine($"Next: see whether {folder.Configuration} says what this host is like (bridge, watchdog, fence), start holdfastd; then 'holdfast token create --name admin --role admin' for use from elsewhere.");
        foreach (var other in planned.Skip(1))
        {
            Terminal.Out.WriteLine($"      holdfast invite {other.Name}");
        }

        return Task.CompletedTask;
    }
}
