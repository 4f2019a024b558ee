using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmSetCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<string[]> ip = Inputs.AddressesOption("--ip", "IPv4 address that its guest uses; no other machine can be given it. May be repeated.");
    private readonly Option<string[]> removeIp = Inputs.AddressesOption("--remove-ip", "Address that its guest uses no more. May be repeated.");

    private readonly Option<HungResponse?> onHung = Inputs.OnHungOption();

    private readonly Option<string?> apartGroup = ApartGroupOption();
    private readonly Option<bool> noApartGroup = new("--no-apart-group") { Description = "It may share a host with any machine." };

    public VmSetCommand(Context context)
        : base(context, "set", "Change what is known of a machine, also while it runs: its IP addresses, what is done when its guest is hung, and which machines it stays apart from.")
    {
        Add(machine);
        Add(ip);
        Add(removeIp);
        Add(onHung);
        Add(apartGroup);
        Add(noApartGroup);
    }

    protected override string Title(ParseResult parse) => $"set {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var (group, none) = (parse.GetValue(apartGroup), parse.GetValue(noApartGroup));
        if (none && group is not null)
        {
            throw new UsageException("--apart-group and --no-apart-group say the opposite of each other; give one of them.");
        }

        var request = new SetMachine { AddIps = parse.GetValue(ip) ?? [], RemoveIps = parse.GetValue(removeIp) ?? [], OnHung = parse.GetValue(onHung), ApartGroup = none ? "" : group };
        return request is { AddIps: [], RemoveIps: [], OnHung: null, ApartGroup: null }
            ? throw new UsageException("Nothing is said that is to be set; give --ip A.B.C.D, --remove-ip A.B.C.D, --on-hung ignore|restart, --apart-group GROUP or --no-apart-group.")
            : client.SetAsync(parse.GetRequiredValue(machine), request, cancel);
    }

    protected override string Done(TaskReport task) => string.Join('\n', Sentences(task));

    private static IEnumerable<string> Sentences(TaskReport task)
    {
        if (task.Result?.Ips is { } ips)
        {
            yield return ips is [] ? $"{task.Machine} has no known IP address." : $"{task.Machine} has the IP address{(ips.Length == 1 ? "" : "es")} {string.Join(", ", ips)}.";
        }

        if (task.Result?.OnHung is { } hung)
        {
            yield return hung == HungResponse.Restart ? $"{task.Machine} is started anew on its host when its guest is hung." : $"{task.Machine} is left alone when its guest is hung; it is told.";
        }

        if (task.Result?.ApartGroup is { } group)
        {
            yield return group.Length == 0 ? $"{task.Machine} may share a host with any machine." : $"{task.Machine} is not moved any more to a host on which another machine of the group {group} is.";
        }
    }

    private static Option<string?> ApartGroupOption()
    {
        var option = new Option<string?>("--apart-group") { Description = "Never moved to a host on which another machine of this group is.", HelpName = "GROUP" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && NameRule.Refusal(text, "group") is { } refusal)
            {
                result.AddError(refusal);
            }
        });
        return option;
    }
}
