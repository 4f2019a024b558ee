using System.Diagnostics;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Views;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Intents;

/// <summary>Start, stop, kill, delete, migrate, cancel that, and relocate: intent first, then the lease table, then wait for what the owner makes of it.</summary>
internal sealed class MachineOrders(DaemonOptions options, IAgent agent, EtcdIntentStore intent, ClusterViews views, PeerAgents peers, AddressCheck addresses)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(60);

    /// <param name="host">Where it is to start; null lets the cluster choose. One that runs elsewhere is moved there.</param>
    /// <param name="asked">The network has just been asked for its addresses.</param>
    public async Task<TaskResult?> StartAsync(string name, string? host, TaskBoard.Work task, bool asked = false)
    {
        var row = await views.MachineAsync(name, local: false, CancellationToken.None);
        if (row.Host is null && host is not null && host != options.Host)
        {
            task.Step($"starting on {host}");
            await peers.With(host, async client => await client.WaitAsync(await client.StartAsync(name, new StartMachine(host)), StartLimit));
            return Result(await views.MachineAsync(name, local: false, CancellationToken.None));
        }

        var here = row.Host is null && host is not null;
        if (row.Host is null)
        {
            Room.Check(name, row.MemoryMiB, agent.Snapshot, host);
        }

        if (row.Host is null && !asked)
        {
            await addresses.ThrowIfTakenAsync(name, "started", row.Mac, row.Ips, task);
        }

        await IntendAsync(row, run: true);
        task.Step("wanted");
        Refusals.Throw(await agent.Order(here ? new StartHere(row.Id) : new WantMachine(row.Id, Run: true)));
        row = await UntilAsync(name, r => r.State == MachineState.Running, StartLimit, task, $"{name} does not run");
        if (host is not null && row.Host is { } owner && owner != host)
        {
            task.Step($"moving to {host}");
            await MoveFromAsync(owner, name, host, task);
            row = await views.MachineAsync(name, local: false, CancellationToken.None);
        }

        return Result(row);
    }

    public async Task<TaskResult?> StopAsync(MachineDetail row, TimeSpan? limit, TaskBoard.Work task)
    {
        await IntendAsync(row, run: false);
        task.Step("wanted");
        Refusals.Throw(await agent.Order(new WantMachine(row.Id, Run: false)));
        var patience = limit ?? StopLimit;
        return Result(await UntilAsync(
            row.Name, r => r.Host is null && r.State == MachineState.Stopped, patience, task,
            $"{row.Name} has not shut down; end it with 'holdfast vm kill {row.Name}'. It"));
    }

    /// <summary>Only on the owner's own agent.</summary>
    public async Task<TaskResult?> KillAsync(MachineDetail row, TaskBoard.Work task)
    {
        // The administrator's word is kept where there is a quorum; a kill must also work without one, and the lease table has it too.
        await intent.ChangeMachineAsync(row.Id, m => m with { Run = false });
        task.Step("wanted");
        Refusals.Throw(await agent.Order(new KillMachine(row.Id)), ErrorCode.Conflict);
        return Result(await UntilAsync(row.Name, r => r.Host is null && r.State == MachineState.Stopped, KillLimit, task, $"{row.Name} is not gone"));
    }

    public async Task<TaskResult?> DeleteAsync(MachineDetail row, TaskBoard.Work task)
    {
        var (view, refusal) = await intent.FreshAsync();
        Refusals.Throw(refusal);
        var intended = view.Machines.GetValueOrDefault(row.Id);
        if (row.Epoch > 0)
        {
            task.Step("lease");
            Refusals.Throw(await agent.Order(new RemoveMachine(row.Id)), ErrorCode.Conflict);
        }

        if (intended is null)
        {
            return new TaskResult();
        }

        task.Step("folder");
        if (view.Datastores.TryGetValue(intended.Definition.Datastore, out var store))
        {
            Refusals.Throw(await MachineFolder.DeleteAsync(store.Path, intended.Definition));
        }

        Refusals.Throw(await intent.RemoveMachineAsync(row.Id));
        return new TaskResult();
    }

    /// <summary>What an order to migrate would come to. Only on the owner's own agent.</summary>
    public async Task<MigrationPreflight> PreflightAsync(MachineDetail row, string? target, TimeSpan? pause)
    {
        var check = Guid.NewGuid();
        Refusals.Throw(await agent.Order(new CheckMove(row.Id, SlotOf(target), check, pause)), ErrorCode.Conflict);
        var snapshot = agent.Snapshot;
        return PreflightRows.Of(snapshot, snapshot.Preflights.First(p => p.Check == check), row.Name);
    }

    /// <summary>Only on the owner's own agent.</summary>
    /// <param name="pause">How long the guest may stand still for the last pass, at most; null: the core's own.</param>
    public async Task<TaskResult?> MigrateAsync(MachineDetail row, string? target, TimeSpan? pause, TaskBoard.Work task)
    {
        var move = Guid.NewGuid();
        var order = agent.Order(new MoveMachine(row.Id, SlotOf(target), move, pause));
        while (!order.IsCompleted)
        {
            await Task.WhenAny(order, Task.Delay(Look));
            if (Move(move) is { } now && MoveRows.Step(now) is { } step)
            {
                task.Step(step);
                task.Copied(MoveRows.Progress(now));
            }
        }

        var refusal = await order;
        var view = Move(move);
        Refusals.Throw(refusal, view is null ? ErrorCode.Conflict : ErrorCode.Failed);
        if (view is { State: "failed" })
        {
            throw new ApiException(ErrorCode.Failed, $"{row.Name} stays on {options.Host}: {view.Reason}");
        }

        var snapshot = agent.Snapshot;
        return new TaskResult
        {
            Host = view is null ? target : HostNames.Of(snapshot, view.Target),
            Epoch = snapshot.Machines.FirstOrDefault(m => m.Id == row.Id)?.Epoch,
            Migration = view is null ? null : MoveRows.Of(snapshot, view, task.At) with { TotalMs = Math.Round(task.ElapsedMs, 3) },
        };
    }

    /// <summary>Only on the owner's own agent. What is wanted of the machine is not touched: it is to run all the time.</summary>
    public async Task<TaskResult?> RelocateAsync(MachineDetail row, string? target, TimeSpan? limit, TaskBoard.Work task)
    {
        task.Step("shutting down");
        Refusals.Throw(await agent.Order(new Core.Agent.RelocateMachine(row.Id, SlotOf(target), limit ?? StopLimit)), ErrorCode.Conflict);
        task.Step("given");

        // A reason beside "running": only the table says so yet, and its new owner not.
        return Result(await UntilAsync(
            row.Name, r => r is { State: MachineState.Running, Reason: null } && r.Epoch > row.Epoch, StartLimit, task, $"{row.Name} was shut down on {options.Host} and given to another host; it"));
    }

    /// <summary>Only on the owner's own agent.</summary>
    public async Task<TaskResult?> CancelMigrationAsync(MachineDetail row, TaskBoard.Work task)
    {
        task.Step("ending the migration");
        Refusals.Throw(await agent.Order(new CancelMigration(row.Id)), ErrorCode.Conflict);
        var snapshot = agent.Snapshot;
        return new TaskResult
        {
            Host = options.Host,
            Epoch = snapshot.Machines.FirstOrDefault(m => m.Id == row.Id)?.Epoch,
            Migration = MoveRows.Last(snapshot, row.Id),
        };
    }

    public static TimeSpan? Pause(int? ms) =>
        ms is < 1 or > 10_000 ? throw new ApiException(ErrorCode.Usage, $"A pause of {ms} ms cannot be asked for; --max-downtime is 1 to 10000 (milliseconds).")
        : ms is { } asked ? TimeSpan.FromMilliseconds(asked)
        : null;

    public void CheckKnown(string? target)
    {
        if (target is not null && options.Hosts.All(h => h.Name != target))
        {
            throw MachineCreation.UnknownHost(options, target);
        }
    }

    /// <summary>Only the owner's own agent knows this for certain; what the others know of its last move may be older.</summary>
    public void CheckElsewhere(MachineDetail row, string? target)
    {
        if (row.Host == target)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} runs on {target} already.");
        }
    }

    private int? SlotOf(string? host) => host is null ? null : options.Hosts.First(h => h.Name == host).Slot;

    private static TaskResult Result(MachineDetail row) => new() { Host = row.Host, Epoch = row.Epoch };

    private MoveView? Move(Guid move) => agent.Snapshot.Moves.IsDefault ? null : agent.Snapshot.Moves.LastOrDefault(m => m.Move == move);

    private async Task IntendAsync(MachineDetail row, bool run)
    {
        var refusal = await intent.ChangeMachineAsync(row.Id, m => m with { Run = run, Complete = true });

        // A machine that only the datastore knows (etcd was set up anew) can still be started and stopped.
        if (refusal is not { Problem: IntentProblem.NotFound })
        {
            Refusals.Throw(refusal);
        }
    }

    private async Task<MachineDetail> UntilAsync(string name, Func<MachineDetail, bool> reached, TimeSpan limit, TaskBoard.Work task, string otherwise)
    {
        MachineDetail? row = null;
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < limit; await Task.Delay(Look))
        {
            try
            {
                row = await views.MachineAsync(name, local: false, CancellationToken.None);
            }
            catch (ApiException e) when (e.Code == ErrorCode.NotFound)
            {
                throw new ApiException(ErrorCode.Conflict, $"{name} was deleted meanwhile.");
            }

            if (reached(row))
            {
                return row;
            }

            task.Step(row.State.ToString().ToLowerInvariant());
            if (row.State == MachineState.Error)
            {
                break;
            }
        }

        throw new ApiException(ErrorCode.Failed, $"{otherwise} is {row?.State.ToString().ToLowerInvariant()}{(row?.Reason is { } reason ? $": {reason}" : "")} (waited {limit.TotalSeconds:0} s).");
    }

    private async Task MoveFromAsync(string owner, string name, string host, TaskBoard.Work task)
    {
        if (owner == options.Host)
        {
            await MigrateAsync(await views.MachineAsync(name, local: true, CancellationToken.None), host, null, task);
            return;
        }

        await peers.With(owner, async client => await client.WaitAsync(await client.MigrateAsync(name, new MigrateMachine(host)), StartLimit));
    }
}
