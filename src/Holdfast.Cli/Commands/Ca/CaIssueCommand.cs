using System.CommandLine;
using System.Net;
using Holdfast.Certificates;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Ca;

internal sealed class CaIssueCommand : CaCommand
{
    private readonly Argument<string> host = new("host") { Description = "Name of the host." };
    private readonly Option<string[]> addresses = new("--address") { Description = "An IP address of the host; again for each network on which it is asked or that may carry migrations.", HelpName = "IP", Required = true };
    private readonly Option<string> output = new("--out") { Description = "Directory for the host's files.", HelpName = "DIR", Required = true };

    public CaIssueCommand(Context context)
        : base(context, "issue", "Make a host's certificates: its agent's and QEMU's.")
    {
        Add(host);
        Add(addresses);
        Add(output);
    }

    protected override void Work(ParseResult parse)
    {
        var (name, folder) = (Good(parse.GetRequiredValue(host), "host"), parse.GetRequiredValue(output));
        IPAddress[] own = [.. parse.GetRequiredValue(addresses).Select(Parsed)];
        using var authority = ClusterAuthority.Open(parse.GetRequiredValue(Place));
        var certificate = authority.Issue(name, own, DateTimeOffset.UtcNow, agent: true);
        certificate.SaveForAgent(Path.Combine(folder, "tls"));
        authority.Issue(name, own, DateTimeOffset.UtcNow, agent: false).SaveForQemu(Path.Combine(folder, "qemu"));
        Terminal.Out.WriteLine(
            $"The files of {name} are in {folder}, good until {certificate.NotAfter:yyyy-MM-dd}. On {name}, those of tls belong in {HostCertificate.AgentDirectory}, readable for root alone, those of qemu in {HostCertificate.QemuDirectory}, readable for QEMU's user.");
    }

    private static IPAddress Parsed(string text) => HostAddress.Parse(text) ?? throw new UsageException($"'{text}' is no IP address; give --address like 10.0.2.11.");
}
