using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Recovery;

/// <summary>
/// Row 5 of the isolation table, the owner's side: a datastore is lost here and others have it. After <see cref="TimingPlan.StorageLossLimit"/> a machine that has a
/// place elsewhere is ended here, and once it is Gone this host gives its word for that; the others take the machine by it (<see cref="IsGone"/>).
/// </summary>
internal sealed class GiveOverDesk(AgentContext context)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>What another host could take so long ago it may not be able to take now, and an ended process does not come back.</summary>
    private static readonly TimeSpan AnswerHolds = TimeSpan.FromSeconds(2);
    private readonly Dictionary<Guid, (WouldTake Answer, Moment At)> takers = [];
    private Moment next;

    public void Said(WouldTake answer) => takers[answer.Machine] = (answer, context.Now);

    public void Look()
    {
        if (context.Now < next)
        {
            return;
        }

        next = context.Now + Every;
        var lost = false;
        foreach (var area in context.AreasInOrder.Where(a => a.IsLost))
        {
            lost = true;
            foreach (var entry in area.Table.HeldBy(area.Life))
            {
                Look(area, entry);
            }
        }

        if (!lost)
        {
            takers.Clear();
        }
    }

    private void Look(AreaKeeper area, MachineEntry entry)
    {
        var id = entry.Machine.Value;
        if (!context.Local.TryGetValue(id, out var local))
        {
            return;
        }

        var (datastore, incarnation, epoch) = (area.Name, area.Life.Incarnation.Value, entry.Epoch.Value);
        if (IsGone(local))
        {
            Tell(new IsGone(datastore, incarnation, epoch) { Machine = id, From = context.Settings.Slot });
        }
        else if (MayEnd(area, entry))
        {
            if (Taker(entry) is { } taker)
            {
                local.EndAsHopeless($"datastore {datastore} has been lost here for {area.LostFor.TotalSeconds:0} s, and {context.Settings.NameOf(taker)} has it and a place for the machine");
            }

            Tell(new OffersOver(datastore, incarnation, epoch) { Machine = id, From = context.Settings.Slot });
        }
    }

    /// <summary>Safety: the right has expired, so that no process of this epoch may execute here again; and none is left, nor anything that one had in flight.</summary>
    private bool IsGone(LocalMachine local)
    {
        if (context.Settings.Lacks(AgentFlaws.GivesOverBeforeGone))
        {
            return true;
        }

        return local is { IsIdle: true, IsGone: true, IsQuiet: true, Area.IsDry: true } && context.Guard is { } guard && guard.Machines.All(m => m.Machine != local.Id || m.Pid == 0);
    }

    /// <summary>A machine may be ended here some time. Where what is in flight may land at any time later, ending it proves nothing.</summary>
    internal static bool MayEver(IsolationRow row, TimeSpan drain) => row.GivesOver && drain != TimingPlan.Infinite;

    private bool MayEnd(AreaKeeper area, MachineEntry entry) =>
        entry.Wanted == WantedState.Run && MayEver(context.Situation.Row, area.Drain) && area.LostFor >= context.Plan.StorageLossLimit &&
        context.Situation.Held >= context.Plan.Hold;

    private int? Taker(MachineEntry entry) =>
        takers.TryGetValue(entry.Machine.Value, out var taker) && taker.Answer.Epoch == entry.Epoch.Value && context.Now - taker.At <= AnswerHolds ? taker.Answer.From : null;

    private void Tell(RightMessage message)
    {
        foreach (var slot in context.Settings.Hosts.Keys.Where(s => s != context.Settings.Slot))
        {
            context.Out.Peer(slot, message, _ => { });
        }
    }
}
