using Holdfast.Core.Leases;
using Holdfast.Core.Storage;

namespace Holdfast.Core.Agent;

/// <summary>
/// Orders to work on the files of a machine's disks. Safety: a running machine's files are changed on its own host alone; for a stopped one its right is taken first, so that nobody
/// starts it meanwhile, and given back by the ordinary way of a machine that is held and not wanted.
/// </summary>
internal sealed class DiskDesk(AgentContext context)
{
    public void Given(long order, WorkOnDisks what, MachineEntry entry)
    {
        var area = context.Areas.Values.First(a => a.Table.Machine(entry.Machine) is not null);
        if (Refusal(what, entry, area) is { } why)
        {
            End(order, why);
            return;
        }

        var machine = context.LocalOf(area, what.Machine);
        machine.DiskWork = what.Work.Words;
        if (entry.State == LeaseState.Free)
        {
            Claim(order, what, machine);
        }
        else
        {
            Call(order, what, machine, machine.Epoch, runs: true);
        }
    }

    private string? Refusal(WorkOnDisks what, MachineEntry entry, AreaKeeper area)
    {
        var (name, host) = (context.NameOf(what.Machine), context.Settings.Host);
        var local = context.Local.GetValueOrDefault(what.Machine);
        return !context.Definitions.TryGetValue(what.Machine, out var definition) ? $"the definition of {name} cannot be read on {host}; look into its folder on datastore {area.Name}"
            : local?.DiskWork is { } other ? $"{name} is being worked on: {other}; try again when that has ended"
            : !area.RenewsWell ? $"the disks of {name} are left alone: {host} does not renew well on datastore {area.Name} now; see 'holdfast datastore show {area.Name}'"
            : entry.State == LeaseState.Free ? StoppedRefusal(name, entry, local, definition.MemoryMiB)
            : entry.State == LeaseState.Moving ? $"the disks of {name} are left alone while it moves; try again when it has arrived"
            : entry.Owner != area.Life ? $"{name} runs on {context.NameOf(entry.Owner!.Value.Slot)}; only that host can work on its disks"
            : !what.Work.WhileRunning ? $"{name} runs, and its disks cannot be changed like that under it; stop it first with 'holdfast vm stop {name}'"
            : local is not { RunsUndisturbed: true } ? $"the disks of {name} are left alone: it is held by {host} and does not simply run there; see 'holdfast explain {name}'"
            : !local.IsQuiet ? $"a write to the disk of {name} has failed and may still land for some seconds; try again then"
            : null;
    }

    private string? StoppedRefusal(string name, MachineEntry entry, LocalMachine? local, int memory) =>
        entry.Wanted == WantedState.Run ? $"{name} is to run and is about to be started; stop it first with 'holdfast vm stop {name}', or try again when it runs"
        : local is { IsGone: false } or { IsIdle: false } ? $"the last process of {name} is not gone yet; try again in some seconds"
        : context.Situation.Draining is not null ? $"the disks of {name} are not worked on here: {context.Situation.DrainRefusal}"
        : !context.Situation.TakesMachines ? $"the disks of {name} are not worked on here: {context.Settings.Host} takes no machines now ({context.Situation.Row.When}); ask another host, or try again when that is over"
        : memory > context.FreeMemoryMiB ? $"{context.Settings.Host} cannot take {name} for this work: it has no room for {memory} MiB, {Math.Max(0, context.FreeMemoryMiB)} MiB are free"
        : null;

    private void Claim(long order, WorkOnDisks what, LocalMachine machine) => machine.Area.Submit(new Claim(new MachineId(what.Machine), machine.Area.Life), outcome =>
    {
        if (outcome is not CommandOutcome.Done done)
        {
            machine.DiskWork = null;
            End(order, (outcome as CommandOutcome.Refused)?.Sentence ?? "the lease table gave no answer");
            return;
        }

        Call(order, what, machine, done.Epoch.Value, runs: false);
    });

    private void Call(long order, WorkOnDisks what, LocalMachine machine, ulong epoch, bool runs)
    {
        var definition = context.Definitions[what.Machine];
        context.Out.Call(op => new ChangeDisks(op, definition, machine.FolderOf(definition.Name), epoch, runs, what.Work), result =>
        {
            machine.DiskWork = null;
            if (result.Failure is null)
            {
                context.Say("disks", $"{definition.Name}: {what.Work.Words}: done on {context.Settings.Host}", what.Machine, context.Settings.Host, machine.Area.Name);
            }

            End(order, result.Failure);
        });
    }

    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
