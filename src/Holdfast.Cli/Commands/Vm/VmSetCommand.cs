using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmSetCommand : TaskCommand
{
    private readonly Argument<string> machine = Inputs.Machine();
    private readonly Option<string[]> ip = Inputs.AddressesOption("--ip", "IPv4 address that its guest uses; no other machine can be given it. May be repeated.");
    private readonly Option<string[]> removeIp = Inputs.AddressesOption("--remove-ip", "Address that its guest uses no more. May be repeated.");

    public VmSetCommand(Context context)
        : base(context, "set", "Change what is known of a machine, also while it runs: its IP addresses.")
    {
        Add(machine);
        Add(ip);
        Add(removeIp);
    }

    protected override string Title(ParseResult parse) => $"set {parse.GetValue(machine)}";

    protected override Task<TaskReport> BeginAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var request = new SetMachine { AddIps = parse.GetValue(ip) ?? [], RemoveIps = parse.GetValue(removeIp) ?? [] };
        return request is { AddIps: [], RemoveIps: [] }
            ? throw new UsageException("Nothing is said that is to be set; give --ip A.B.C.D or --remove-ip A.B.C.D.")
            : client.SetAsync(parse.GetRequiredValue(machine), request, cancel);
    }

    protected override string Done(TaskReport task) =>
        task.Result?.Ips is [_, ..] ips ? $"{task.Machine} has the IP address{(ips.Length == 1 ? "" : "es")} {string.Join(", ", ips)}." : $"{task.Machine} has no known IP address.";
}
