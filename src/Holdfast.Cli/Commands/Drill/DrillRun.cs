using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;
using Holdfast.Lab.Truth;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>Runs one drill in a lab: machines, fault, signs, healing, and what it cost. Whatever happens, the fault is healed and the drill's own machines are removed.</summary>
internal sealed class DrillRun(DrillLab lab, Drill drill, IProgress<string> progress)
{
    private static readonly TimeSpan SignLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(150);
    private readonly Dictionary<string, MachineDetail> before = [];
    private readonly List<DrillSign> signs = [];
    private bool disarmed;

    /// <summary>When the first step was taken that names the struck host: what came before harmed nobody.</summary>
    private DateTimeOffset? struck;

    /// <param name="during">Called when every sign was looked for, while the fault lasts.</param>
    /// <exception cref="LabException">The lab is not whole to begin with.</exception>
    public async Task<DrillReport> RunAsync(CancellationToken cancel, Func<Task>? during = null)
    {
        await RefuseAsync(cancel);
        var machines = new DrillMachines(lab, drill, progress);
        try
        {
            var running = await machines.StartAsync(cancel);
            await PromisesAsync(running, cancel);
            await using var watch = new LabWatch(lab.Name, running);
            return await BreakAsync(watch, during, cancel);
        }
        finally
        {
            await HealAsync();
            if (await machines.RemoveAsync() is { } left)
            {
                progress.Report($"a machine of the drill stays: {left}");
            }
        }
    }

    private async Task RefuseAsync(CancellationToken cancel)
    {
        if (lab.Hosts.Count < 3)
        {
            throw new LabException($"The drill '{drill.Name}' needs three hosts; the lab '{lab.Name}' has {lab.Hosts.Count}.");
        }

        if (LabCluster.Status(lab.Name).Faults is [var fault, ..])
        {
            throw new LabException($"The lab '{lab.Name}' has a fault already ({fault}); 'holdfast lab fault heal all' takes it away.");
        }

        if ((await DrillLab.WaitAsync(TimeSpan.FromSeconds(15), lab.NotWholeAsync, cancel)).Not is { } not)
        {
            throw new LabException($"The lab '{lab.Name}' is not whole, so a drill would show nothing: {not.TrimEnd('.')}.");
        }
    }

    private async Task PromisesAsync(IReadOnlyList<TruthMachine> machines, CancellationToken cancel)
    {
        using var client = lab.Any();
        foreach (var machine in machines)
        {
            var detail = before[machine.Name] = await client.MachineAsync(machine.Name, cancel);
            if (drill.OnHung != HungResponse.Ignore && detail.Host is { } host && drill.Strikes(host) && detail.OnHung != drill.OnHung)
            {
                throw new LabException($"The drill '{drill.Name}' strikes {machine.Name}, whose policy is another; 'holdfast vm set {machine.Name} --on-hung {Words.Of(drill.OnHung)}' makes it fit.");
            }
        }
    }

    private async Task<DrillReport> BreakAsync(LabWatch watch, Func<Task>? during, CancellationToken cancel)
    {
        var began = DateTimeOffset.UtcNow;
        var since = Stopwatch.StartNew();
        await ScriptAsync(watch, cancel);
        await SignsAsync(since, cancel);
        await (during?.Invoke() ?? Task.CompletedTask);
        await EndsAsync(watch, since, cancel);
        var held = since.Elapsed;
        var harm = drill.IsHarmless ? await lab.HarmAsync(began, cancel) : [];
        await HealAsync();
        progress.Report("healed; waiting until the cluster is whole");
        var (not, after) = await DrillLab.WaitAsync(EndLimit, lab.NotWholeAsync, cancel);
        await CountOnAsync(watch, cancel);
        watch.ThrowIfBlind();
        DrillMachine[] rows = [.. watch.Machines.Select(m => DrillMachine.Of(m, FateOf(m), watch.Silence(m), struck ?? began, before.GetValueOrDefault(m.Before.Name)?.Bound))];
        return new(began, drill.Name, drill.Title, rows, [.. signs], harm, Round(held), not is null ? Round(after) : null, not);
    }

    private async Task ScriptAsync(LabWatch watch, CancellationToken cancel)
    {
        var networks = lab.Hosts[0].Addresses.Keys.ToList();
        var hosts = lab.Hosts.Select(h => h.Name).ToList();
        foreach (var words in drill.Script.SelectMany(words => Drill.Expand(words, hosts, networks)))
        {
            progress.Report(words);
            var step = words.Split(' ');
            struck = step[0] != "answering" && step.Skip(1).Any(drill.Strikes) ? struck ?? DateTimeOffset.UtcNow : struck;
            await StepAsync([.. step.Select(word => word == "machine" ? watch.Machines.First(m => m.From == step[1]).Before.Name : word)], watch, cancel);
        }
    }

    private Task StepAsync(string[] words, LabWatch watch, CancellationToken cancel) => words switch
    {
        ["wait", var seconds] => Task.Delay(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), cancel),
        ["disarm", var minutes] => DisarmAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), cancel),
        ["answering", var host] => AnsweringAsync(host, watch.Machines.First(m => m.From == host).Before.Name, cancel),
        _ => lab.FaultAsync(LabFault.Parse(words), cancel),
    };

    /// <summary>An agent that has never answered is not missed, so a guest that hung before would be left alone.</summary>
    private async Task AnsweringAsync(string host, string machine, CancellationToken cancel)
    {
        var (not, _) = await DrillLab.WaitAsync(SignLimit, limit => lab.AskAsync(host, async client =>
            (await client.MachineAsync(machine, limit)).Guest is { Agent: "answers" } ? null : $"the guest agent of {machine} has not answered yet"), cancel);
        if (not is not null)
        {
            throw new LabException($"After {SignLimit.TotalSeconds:0} s {not}.");
        }
    }

    /// <param name="time">Null: arm.</param>
    private async Task DisarmAsync(TimeSpan? time, CancellationToken cancel)
    {
        disarmed = time is not null;
        using var client = lab.Any();
        if ((await client.HighAvailabilityAsync(new(time?.TotalSeconds, "holdfast drill", $"the drill {drill.Name}"), cancel)).Missed is [var missed, ..])
        {
            throw new LabException($"The agent of {missed} did not answer, so it is {(disarmed ? "not disarmed" : "still disarmed, and arms itself later")}.");
        }
    }

    private async Task SignsAsync(Stopwatch since, CancellationToken cancel)
    {
        foreach (var sign in drill.Signs)
        {
            progress.Report($"waiting until {sign}");
            var (not, _) = await DrillLab.WaitAsync(SignLimit, limit => lab.AskAsync(sign.By, c => sign.MissingAsync(c, limit), sign.IsShared), cancel);
            signs.Add(new(sign.ToString(), not is null ? Round(since.Elapsed) : null, not));
        }
    }

    /// <summary>Until every machine that shall run elsewhere does, and at least as long as a proof of death by time takes: by then whatever silence can bring about has happened.</summary>
    private async Task EndsAsync(LabWatch watch, Stopwatch since, CancellationToken cancel)
    {
        var leaving = watch.Machines.Where(m => FateOf(m) is Fate.StartedAnew or Fate.Moved or Fate.Restarted or Fate.RestartedByTime or Fate.Released).ToList();
        await DrillLab.WaitAsync(EndLimit, _ =>
        {
            var here = leaving.Find(m => FateOf(m) is Fate.StartedAnew ? m.Restarted == 0 : !RunsElsewhere(m));
            progress.Report(here is null ? "every machine is where it shall be" : $"waiting until {here.Before.Name} {(FateOf(here) is Fate.StartedAnew ? "is started anew" : "runs elsewhere")}");
            return Task.FromResult(here?.Before.Name);
        }, cancel);
        using var client = lab.Any();
        var timers = (await client.TimersAsync(cancel)).Timers;
        var dead = TimeSpan.FromSeconds(timers.FirstOrDefault(t => t.Name == "dead")?.Seconds ?? 15);
        progress.Report($"holding the fault until {dead.TotalSeconds:0} s have passed");
        await Task.Delay(dead > since.Elapsed ? dead - since.Elapsed : TimeSpan.Zero, cancel);
    }

    private Fate FateOf(MachineWatch machine) => drill.FateOf(machine.From, before.GetValueOrDefault(machine.Before.Name)?.OnIsolation ?? drill.OnIsolation);

    /// <summary>It counts elsewhere; a frozen copy may stay on its old host until the fault is over.</summary>
    private static bool RunsElsewhere(MachineWatch machine) =>
        machine.Last.Copies.Any(c => c.Executing && c.Host != machine.From) && machine.Last.Counter > machine.Before.Counter;

    /// <summary>Until every machine counts alone; one that does not is told by its row.</summary>
    private static Task CountOnAsync(LabWatch watch, CancellationToken cancel)
    {
        var reached = watch.Machines.ToDictionary(m => m, m => m.Last.Counter);
        return DrillLab.WaitAsync(TimeSpan.FromSeconds(30), _ => Task.FromResult(
            watch.Machines.FirstOrDefault(m => m.Last is not { Copies: [{ Executing: true }] } || m.Last.Counter < reached[m] + 3)?.Before.Name), cancel);
    }

    /// <summary>Nothing may cancel this: what a drill has broken must not stay broken.</summary>
    private async Task HealAsync()
    {
        await lab.FaultAsync(new LabFault.HealAll(), CancellationToken.None);
        foreach (var host in lab.Hosts.Where(h => h.Power == "off"))
        {
            await lab.FaultAsync(new LabFault.Start(host.Name), CancellationToken.None);
        }

        if (disarmed && (await DrillLab.WaitAsync(SignLimit, ArmAsync, CancellationToken.None)).Not is { } not)
        {
            progress.Report(not);
        }
    }

    private async Task<string?> ArmAsync(CancellationToken cancel)
    {
        await DisarmAsync(null, cancel);
        return null;
    }

    private static double Round(TimeSpan span) => Math.Round(span.TotalSeconds, 1);
}
