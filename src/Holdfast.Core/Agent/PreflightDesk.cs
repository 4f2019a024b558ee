using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Orders to look at a migration before it is begun. They move nothing: they say what the order to migrate would be refused for, by the very same rules, and measure how fast the guest
/// dirties its memory and what the path carries; the target is asked whether it has the machine's CPU.
/// </summary>
internal sealed class PreflightDesk(AgentContext context, MoveTargets targets)
{
    private const int MostRemembered = 20;

    /// <summary>MiB/s; QEMU says the dirty rate in these and rounds it down.</summary>
    private const double DirtyUnit = 1;

    /// <summary>Both measurements take about a second, and the question about the CPU less, all at the same time.</summary>
    private static readonly TimeSpan MeasureLimit = TimeSpan.FromSeconds(5);
    private readonly List<Preflight> open = [];
    private readonly Queue<PreflightView> views = new();

    public ImmutableArray<PreflightView> Views => [.. views];

    public void Given(long order, CheckMove what, MachineEntry entry)
    {
        var preflight = new Preflight(order, what, targets.Judge(what.Machine, entry, what.Target).Target, context.Now + MeasureLimit);
        open.Add(preflight);
        if (preflight.Target is { } target)
        {
            Measure(preflight, target);
        }

        EndWhenAll(preflight);
    }

    public void Look()
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (context.Now > open[i].Until)
            {
                End(open[i]);
            }
        }
    }

    /// <summary>The answer of a target.</summary>
    public void Said(CpuAnswer answer)
    {
        if (open.FirstOrDefault(p => p.What.Check == answer.Check && p.Target == answer.From && p.Cpu is null) is { } preflight)
        {
            CpuIs(preflight, answer);
        }
    }

    private void CpuIs(Preflight preflight, CpuAnswer answer)
    {
        preflight.Cpu = answer;
        preflight.Waits--;
        EndWhenAll(preflight);
    }

    private void AskCpu(Preflight preflight, int target)
    {
        var (machine, check) = (preflight.What.Machine, preflight.What.Check);
        CpuAnswer Unknown(string why) => new(check, null, why) { Machine = machine, From = target };
        preflight.Waits++;
        context.Out.Call(op => new ReadDomain(op, machine), read =>
        {
            if (read.Xml is not { } xml)
            {
                CpuIs(preflight, Unknown(read.Failure ?? "libvirt says nothing of it"));
                return;
            }

            context.Out.Peer(target, new AskCpu(check, xml) { Machine = machine, From = context.Settings.Slot }, lost =>
            {
                if (lost is not null && preflight.Cpu is null)
                {
                    CpuIs(preflight, Unknown(lost));
                }
            });
        });
    }

    private void Measure(Preflight preflight, int target)
    {
        AskCpu(preflight, target);
        var machine = preflight.What.Machine;
        preflight.Waits++;
        context.Out.Call(op => new MeasureDirtyRate(op, machine, MemoryOf(machine)), result =>
        {
            (preflight.Load, preflight.NoLoad) = (result.Load, result.Failure ?? preflight.NoLoad);
            preflight.Waits--;
            EndWhenAll(preflight);
        });

        preflight.Network = MigrationRoutes.To(context, target)!.Network;
        preflight.Waits++;
        context.Out.MeasurePath(target, preflight.Network, end =>
        {
            (preflight.Carries, preflight.NotCarried) = (end.MiBPerSecond, end.Failure ?? preflight.NotCarried);
            preflight.Waits--;
            EndWhenAll(preflight);
        });
    }

    private void EndWhenAll(Preflight preflight)
    {
        if (preflight.Waits == 0)
        {
            End(preflight);
        }
    }

    private void End(Preflight preflight)
    {
        if (!open.Remove(preflight))
        {
            return;
        }

        views.Enqueue(View(preflight));
        if (views.Count > MostRemembered)
        {
            views.Dequeue();
        }

        context.Out.Emit(new OrderEnded(preflight.Order, null));
    }

    /// <summary>As it is now, not as it was before the measurements.</summary>
    private PreflightView View(Preflight preflight)
    {
        var what = preflight.What;
        var entry = context.AreasInOrder.Select(a => a.Table.Machine(new MachineId(what.Machine))).FirstOrDefault(e => e is not null);
        var (target, refusal) = entry is null ? (null, $"{context.NameOf(what.Machine)} was deleted meanwhile") : targets.Judge(what.Machine, entry, what.Target ?? preflight.Target);
        var machine = entry is null ? null : context.Local.GetValueOrDefault(what.Machine);
        var shown = what.Target ?? target;
        refusal ??= preflight.Target == shown && preflight.Cpu is { Fits: false } cpu ? $"{context.NameOf(what.Machine)} cannot be migrated to {context.Settings.NameOf(shown!.Value)}: {Lacks(cpu, shown.Value)}" : null;
        return new(
            what.Check, what.Machine, context.Settings.Slot, shown, refusal, [.. Checks(preflight, machine, entry, shown)], [.. Others(machine, shown)],
            refusal is null ? Forecast(preflight) : null);
    }

    private IEnumerable<MoveCheck> Checks(Preflight preflight, LocalMachine? machine, MachineEntry? entry, int? target)
    {
        var stays = entry is null ? "it has no entry in the lease table" : MoveTargets.WhyNotNow(context, preflight.What.Machine, entry);
        yield return stays is null
            ? new("machine", CheckVerdict.Passes, $"it runs on {context.Settings.Host}, and none of its writes is in doubt")
            : new("machine", CheckVerdict.Refuses, stays);
        if (machine is null || target is not { } slot)
        {
            yield break;
        }

        foreach (var check in targets.Checks(machine, slot, withGuestNetwork: false, live: true))
        {
            yield return check;
        }

        if (preflight.Target == slot)
        {
            yield return Cpu(preflight, slot);
            yield return preflight.Carries is { } carries
                ? new("bandwidth", CheckVerdict.Passes, $"network {preflight.Network} carries {Rate(carries)}, measured just now between the agents")
                : new("bandwidth", CheckVerdict.Unknown, $"what network {preflight.Network} carries could not be measured: {preflight.NotCarried}");
            yield return preflight.Load is { } load
                ? new("dirty rate", CheckVerdict.Passes, $"its guest dirties {Dirtied(load)}, measured just now by QEMU; {InUse(preflight)}")
                : new("dirty rate", CheckVerdict.Unknown, $"how fast its guest dirties memory could not be measured: {preflight.NoLoad}");
        }
    }

    private MoveCheck Cpu(Preflight preflight, int slot)
    {
        var host = context.Settings.NameOf(slot);
        return preflight.Cpu switch
        {
            { Fits: true } => new("CPU", CheckVerdict.Passes, $"libvirt on {host} can give it the CPU that it has"),
            { Fits: false } cpu => new("CPU", CheckVerdict.Refuses, Lacks(cpu, slot)),
            { Why: var why } => new("CPU", CheckVerdict.Unknown, $"{host} could not compare it: {why}"),
            null => new("CPU", CheckVerdict.Unknown, $"{host} could not compare it: no answer within {MeasureLimit.TotalSeconds:0} s"),
        };
    }

    private string Lacks(CpuAnswer answer, int slot) => $"{context.Settings.NameOf(slot)} cannot give it its CPU: {answer.Why}";

    private IEnumerable<OtherTarget> Others(LocalMachine? machine, int? target)
    {
        if (machine is null)
        {
            yield break;
        }

        foreach (var (slot, host) in context.Settings.Hosts.Where(h => h.Key != context.Settings.Slot && h.Key != target))
        {
            var refusal = targets.Refusal(machine, slot);
            yield return new(slot, refusal is null, refusal ?? $"{host} could take it too ({targets.FreeMiB(machine, slot)} MiB are free)");
        }
    }

    private MoveForecast Forecast(Preflight preflight)
    {
        if (preflight.Carries is not { } carries || preflight.Load is not { } load)
        {
            return new(preflight.Carries, preflight.Load?.DirtyMiBPerSecond, Memory(preflight), null, "no estimate: what it rests on could not be measured");
        }

        // The figure is rounded down; on a slow path what was cut off decides, so the worse end of it counts.
        var (least, most, name) = (load.DirtyMiBPerSecond, load.DirtyMiBPerSecond + DirtyUnit, context.NameOf(preflight.What.Machine));
        var estimate = MigrationEstimate.Of(Memory(preflight), carries, most, preflight.What.MostPause ?? MoveLimits.MostPause);
        var wayOut = $"move it when it is quieter, or shut down with 'holdfast vm relocate {name}'";
        return estimate is { Total: { } total, Pause: { } pause }
            ? new(carries, least, Memory(preflight), estimate, $"about {Seconds(total)} of copying, the last {pause.TotalMilliseconds:0} ms of it with the guest paused")
            : least < carries
                ? new(carries, least, Memory(preflight), null, $"it may not converge on this path: it dirties up to {Rate(most)} and the path carries {Rate(carries)}; {wayOut}")
                : new(carries, least, Memory(preflight), estimate, $"it cannot converge on this path: it dirties {Rate(least)} and the path carries {Rate(carries)}; {wayOut}");
    }

    private int MemoryOf(Guid machine) => context.Definitions.GetValueOrDefault(machine)?.MemoryMiB ?? 0;

    private long Memory(Preflight preflight) => preflight.Load?.UsedMiB ?? MemoryOf(preflight.What.Machine);

    private string InUse(Preflight preflight) => preflight.Load is { UsedMiB: { } used } ? $"{used} MiB of its {MemoryOf(preflight.What.Machine)} MiB are in use" : "how much of its memory is in use is not known, so all of it counts";

    private static string Rate(double mib) => FormattableString.Invariant($"{mib:0.##} MiB/s");

    private static string Dirtied(MemoryLoad load) => load.DirtyMiBPerSecond < 1 ? "less than 1 MiB/s" : Rate(load.DirtyMiBPerSecond);

    private static string Seconds(TimeSpan time) => FormattableString.Invariant($"{time.TotalSeconds:0.0} s");

    /// <param name="target">Null: the order to migrate would be refused already, so nothing is measured.</param>
    private sealed class Preflight(long order, CheckMove what, int? target, Moment until)
    {
        public long Order => order;

        public CheckMove What => what;

        public int? Target => target;

        public Moment Until => until;

        public int Waits { get; set; }

        public string Network { get; set; } = "";

        public MemoryLoad? Load { get; set; }

        public string NoLoad { get; set; } = $"no answer within {MeasureLimit.TotalSeconds:0} s";

        public CpuAnswer? Cpu { get; set; }

        public double? Carries { get; set; }

        public string NotCarried { get; set; } = $"no answer within {MeasureLimit.TotalSeconds:0} s";
    }
}
