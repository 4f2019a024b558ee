using System.CommandLine;
using Holdfast.Certificates;
using Holdfast.Cli.Membership;

namespace Holdfast.Cli.Commands.Membership;

/// <summary>What 'init', 'invite', 'join' and 'leave' have in common: they work on this machine's own files.</summary>
internal abstract class MembershipCommand : Command
{
    private readonly Option<string> etc = new("--etc") { Description = "Folder of the host's configuration.", HelpName = "DIR", DefaultValueFactory = _ => HostFolder.Usual };
    private readonly Option<string> qemu = new("--qemu") { Description = "Where libvirt looks for QEMU's certificates.", HelpName = "DIR", DefaultValueFactory = _ => HostCertificate.QemuDirectory };

    protected MembershipCommand(Context context, string name, string description)
        : base(name, description)
    {
        Context = context;
        Add(etc);
        Add(qemu);
        SetAction(async (parse, cancel) =>
        {
            await RunAsync(parse, new(parse.GetRequiredValue(etc), parse.GetRequiredValue(qemu)), cancel);
            return ExitCode.Done;
        });
    }

    protected Context Context { get; }

    protected Terminal Terminal => Context.Terminal;

    protected abstract Task RunAsync(ParseResult parse, HostFolder folder, CancellationToken cancel);
}
