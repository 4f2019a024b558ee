using System.CommandLine;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabUpCommand : LabCommand
{
    private readonly Option<int> hosts = Inputs.NumberOption("--hosts", 3, 1, 32, "Number of hosts.");
    private readonly Option<string> profile = new("--profile") { Description = "Timing profile: fast, standard or san.", DefaultValueFactory = _ => "fast" };
    private readonly Option<bool> noFence = new("--no-fence") { Description = "The agents do not know the power switches." };
    private readonly Option<bool> powerStrip = new("--power-strip") { Description = "A power strip as the second fence device, asked when the power switch fails." };
    private readonly Option<bool> noFastShot = new("--no-fast-shot") { Description = "A host is fenced after ttl + stop, not after 'suspect'." };
    private readonly Option<bool> noWatchdog = new("--no-watchdog") { Description = "The guards get no watchdog." };
    private readonly Option<bool> noMigrationTls = new("--no-migration-tls") { Description = "What a migration sends is not encrypted." };
    private readonly Option<bool> redundant = new("--redundant") { Description = "Two switches, and of each link a cable into both, as a bond." };
    private readonly Option<bool> balancing = new("--balancing") { Description = "Each host counts one processor for machines, and relieves itself when they want more ('lab fault busy')." };
    private readonly Option<bool> faultPoints = new("--fault-points") { Description = "The agents hold steps of a migration when 'lab fault point' asks for it." };
    private readonly Option<bool> plain = new("--plain") { Description = "Hosts with libvirtd and the store only, without agents and guards." };
    private readonly Option<string?> acceleration = new("--acceleration") { Description = "kvm or tcg (default: what really works).", HelpName = "KIND" };

    public LabUpCommand(Context context)
        : base(context, "up", "Bring a lab up, or finish one that is half up.")
    {
        foreach (Option option in (Option[])[hosts, profile, noFence, powerStrip, noFastShot, noWatchdog, noMigrationTls, redundant, balancing, faultPoints, plain, acceleration])
        {
            Add(option);
        }

        profile.AcceptOnlyFromAmong("fast", "standard", "san");
        acceleration.AcceptOnlyFromAmong("kvm", "tcg");
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var name = parse.GetValue(LabName) ?? parse.GetValue(Context.Options.Lab) ?? LabOptions.DefaultName;
        if (NameRule.Refusal(name, "lab") is { } refusal)
        {
            throw new UsageException(refusal);
        }

        var options = new LabOptions
        {
            Name = name,
            Hosts = parse.GetValue(hosts),
            Profile = parse.GetValue(profile)!,
            Fence = !parse.GetValue(noFence),
            PowerStrip = parse.GetValue(powerStrip),
            FastShot = !parse.GetValue(noFence) && !parse.GetValue(noFastShot),
            Watchdog = !parse.GetValue(noWatchdog),
            MigrationTls = !parse.GetValue(noMigrationTls),
            Redundant = parse.GetValue(redundant),
            Balancing = parse.GetValue(balancing),
            FaultPoints = parse.GetValue(faultPoints),
            Product = !parse.GetValue(plain),
            Acceleration = parse.GetValue(acceleration),
        };
        LabStatus status;
        using (var progress = new Progress(Terminal, $"lab {name}"))
        {
            status = await LabCluster.Up(options, progress, cancel);
        }

        LabStatusCommand.Show(Context, parse, status);
        return ExitCode.Done;
    }
}
