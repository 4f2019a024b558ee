using System.CommandLine;
using Holdfast.Cli.Commands.Audit;
using Holdfast.Cli.Commands.Ca;
using Holdfast.Cli.Commands.Datastore;
using Holdfast.Cli.Commands.Demo;
using Holdfast.Cli.Commands.Drill;
using Holdfast.Cli.Commands.Explore;
using Holdfast.Cli.Commands.Ha;
using Holdfast.Cli.Commands.Host;
using Holdfast.Cli.Commands.Lab;
using Holdfast.Cli.Commands.Membership;
using Holdfast.Cli.Commands.Network;
using Holdfast.Cli.Commands.Recover;
using Holdfast.Cli.Commands.Simulate;
using Holdfast.Cli.Commands.Snapshot;
using Holdfast.Cli.Commands.Token;
using Holdfast.Cli.Commands.Topology;
using Holdfast.Cli.Commands.Vm;
using Holdfast.Cli.Connecting;

namespace Holdfast.Cli.Commands;

/// <summary>The tree of commands.</summary>
internal static class Root
{
    public static RootCommand Build(Terminal terminal, Func<string, string?> environment)
    {
        var options = new GlobalOptions();
        var context = new Context(terminal, options, new Connector(options, environment));
        var root = new RootCommand("Virtual machines on a few hosts: placed, live-migrated and restarted, and right when the networks between the hosts fail.")
        {
            Group("vm", "Machines.",
                new VmListCommand(context), new VmShowCommand(context), new VmCreateCommand(context), new VmSetCommand(context), new VmStartCommand(context), new VmStopCommand(context),
                new VmKillCommand(context), new VmDeleteCommand(context), new VmMigrateCommand(context), new VmCancelMigrationCommand(context), new VmRelocateCommand(context), new VmConsoleCommand(context)),
            Group("snapshot", "Snapshots of machines' disks.",
                new SnapshotCreateCommand(context), new SnapshotListCommand(context), new SnapshotShowCommand(context), new SnapshotRevertCommand(context), new SnapshotDeleteCommand(context), new SnapshotCompactCommand(context)),
            Group("host", "Hosts.", new HostListCommand(context), new HostShowCommand(context), new HostDrainCommand(context), new HostResumeCommand(context), new HostFenceCommand(context), new HostConfirmDeadCommand(context)),
            Group("network", "Networks.", new NetworkShowCommand(context)),
            Group("datastore", "Datastores.", new DatastoreListCommand(context), new DatastoreShowCommand(context), new DatastoreAddCommand(context)),
            Group("recover", "After a black-out.", new RecoverPlanCommand(context)),
            Group("topology", "What the cluster consists of.", new TopologyShowCommand(context)),
            new BalanceCommand(context),
            new WhatIfCommand(context),
            Group("audit", "What would go wrong, before it does; and who did what.", new AuditSpofCommand(context), new AuditBsiCommand(context), new AuditLogCommand(context)),
            Group("ha", "High availability: what happens by itself.", new HaDisarmCommand(context), new HaArmCommand(context)),
            Group("token", "Who may use the API, and for what.", new TokenCreateCommand(context), new TokenListCommand(context), new TokenRevokeCommand(context)),
            new EventsCommand(context),
            new ExplainCommand(context),
            new TimersCommand(context),
            new StatusCommand(context),
            new DoctorCommand(context, environment),
            Group("lab", "A cluster of namespaces on this machine: try it, break it, watch it.",
                new LabUpCommand(context), new LabDownCommand(context), new LabStatusCommand(context), new LabFaultCommand(context), new LabTruthCommand(context),
                new LabObserveCommand(context), new LabExecCommand(context), new LabSuperviseCommand(context)),
            Group("drill", "Disturbances with what each may cost: run in the lab, watched from outside.", new DrillListCommand(context), new DrillRunCommand(context), new DrillReportCommand(context)),
            new InitCommand(context),
            new InviteCommand(context),
            new JoinCommand(context),
            new LeaveCommand(context),
            Group("ca", "The cluster's certificate authority.", new CaCreateCommand(context), new CaIssueCommand(context)),
            new DemoCommand(context),
            new ExploreCommand(context),
            new SimulateCommand(context),
        };
        options.AddTo(root);
        return root;
    }

    private static Command Group(string name, string description, params Command[] commands)
    {
        var group = new Command(name, description);
        foreach (var command in commands)
        {
            group.Subcommands.Add(command);
        }

        return group;
    }
}
