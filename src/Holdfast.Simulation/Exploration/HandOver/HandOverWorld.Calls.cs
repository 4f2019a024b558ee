using Holdfast.Core.Agent;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>What libvirt and QEMU do, as measured in the spikes.</summary>
internal sealed partial class HandOverWorld
{
    private bool DoCall(Move move)
    {
        var host = hosts[move.Host];
        if (move.Name.StartsWith("source was looked at", StringComparison.Ordinal))
        {
            // The flaw: what was seen before the freeze is what counts. Until the call ends, the copy is neither frozen nor looked at again.
            host.Calls[host.Calls.FindIndex(c => c is FreezeAndLook)] = new FreezeSeen(host.Calls.OfType<FreezeAndLook>().First().Op, Vm, StillSent(host));
            return true;
        }

        var call = host.Calls.FirstOrDefault(c => move.Name.StartsWith(Word(c) + " ", StringComparison.Ordinal) || move.Name == $"agent dies when {Word(c)} is done");
        if (call is null)
        {
            return false;
        }

        host.Calls.Remove(call);
        if (move.Name.EndsWith(" ends", StringComparison.Ordinal))
        {
            Answer(host, call, Execute(host, call), unknown: false);
            return true;
        }

        faults++;
        if (move.Name.StartsWith("agent dies", StringComparison.Ordinal))
        {
            Execute(host, call);
            Die(host);
        }
        else if (move.Name.EndsWith(" fails", StringComparison.Ordinal))
        {
            touched |= call is Continue or CreatePaused;
            Answer(host, call, "it failed", unknown: false);
        }
        else if (move.Name.StartsWith("PerformMove breaks", StringComparison.Ordinal))
        {
            Arrive();
            Answer(host, call, "the return path broke", unknown: false);
        }
        else
        {
            Execute(host, call);
            Answer(host, call, "no answer", unknown: true);
        }

        return true;
    }

    private static void Answer(HandOverHost host, HypervisorCall call, string? failure, bool unknown) =>
        host.Inbox.Enqueue(new HypervisorEnded(new(call.Op, call.Machine, failure, unknown, Xml: "", Uri: "tcp:b", Found: [])));

    /// <summary>The target holds the whole machine; the source runs on unless the caller stops it.</summary>
    private bool Arrive()
    {
        if (hosts[0].Copy is not { } source || hosts[1] is not { Off: false, Copy: { State: CopyState.Incoming } target })
        {
            return false;
        }

        (target.State, target.Fresh) = (CopyState.Paused, source.Fresh);
        Happens(hosts[1], MachineEventKind.MigrationCompleted);
        return true;
    }

    private static bool StillSent(HandOverHost host) => host.Copy is { State: CopyState.Sent };

    /// <summary>Null, or why it failed.</summary>
    private string? Execute(HandOverHost host, HypervisorCall call)
    {
        switch (call)
        {
            case CreatePaused:
                return Create(host);
            case PrepareMove:
                host.Copy ??= new(CopyState.Incoming, fresh: false) { Tied = true };
                return null;
            case PerformMove:
                return Perform(host);
            case FreezeAndLook:
                if (host.Copy is { } source)
                {
                    source.Frozen = true;
                }

                return StillSent(host) ? null : "it has run since";
            case FreezeSeen seen:
                if (host.Copy is { } late)
                {
                    late.Frozen = true;
                }

                return seen.Still ? null : "it has run since";
            case FinishMove { Cancelled: false }:
                if (host.Copy is not { State: CopyState.Paused } whole)
                {
                    return "the copy is not whole";
                }

                whole.Tied = false;
                return null;
            case Thaw:
                if (host.Copy is { } frozen)
                {
                    frozen.Frozen = false;
                }

                return null;
            case End or FinishMove:
                host.Copy = null;
                return null;
            case ConfirmMove { Cancelled: false }:
                host.Copy = host.Copy is { State: CopyState.Sent } ? null : host.Copy;
                return null;
            case ConfirmMove:
                return host.Copy is { State: CopyState.Sent, Frozen: false } ? Run(host) : null;
            case Continue:
                return Run(host);
            default:
                return null;
        }
    }

    private string? Create(HandOverHost host)
    {
        if (host.Copy is not null)
        {
            return "it exists already";
        }

        if (!touched)
        {
            Violation ??= $"the machine is started from disk on {Names[host.Slot]} although nothing had happened to it";
        }

        host.Copy = new(CopyState.Paused, fresh: true);
        return null;
    }

    private string? Perform(HandOverHost host)
    {
        if (!Arrive())
        {
            return "the target does not listen";
        }

        host.Copy!.State = CopyState.Sent;
        Happens(host, MachineEventKind.Stopped);
        Happens(host, MachineEventKind.MigrationCompleted);
        return null;
    }

    private string? Run(HandOverHost host)
    {
        if (host.Copy is not { Frozen: false, State: not CopyState.Incoming } || !host.Guard.Allows)
        {
            return "QEMU does not answer";
        }

        host.Copy.State = CopyState.Running;
        Happens(host, MachineEventKind.Resumed);
        return null;
    }

    /// <summary>A freeze whose look was taken before it.</summary>
    private sealed record FreezeSeen(long Op, Guid Machine, bool Still) : HypervisorCall(Op, Machine);
}
