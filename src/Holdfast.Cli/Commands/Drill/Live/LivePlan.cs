using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>One of the lab's drills, on the host that it strikes: the same faults and the same signs, with the names of this host and its networks.</summary>
/// <param name="Network">The one whose packets are hurt.</param>
/// <param name="Signs">Those that this host's own agent can be asked for.</param>
internal sealed record LivePlan(Drill Drill, string Network, LabFault[] Faults, Sign[] Signs)
{
    /// <summary>Only what costs no machine anything, hurts one network of one host, and heals by itself.</summary>
    public static bool CanBe(Drill drill) => drill.Fate == Fate.Unharmed && Faulting(drill) is { Length: > 0 } faults && Array.TrueForAll(faults, LiveFault.CanBe)
        && faults.Select(f => (f.Words[1], LiveFault.NetworkOf(f))).Distinct().Count() == 1;

    /// <exception cref="UsageException">The drill is not for a live cluster, or the cluster lacks the network.</exception>
    public static LivePlan Of(Drill drill, LiveHost host)
    {
        if (!CanBe(drill))
        {
            throw new UsageException($"The drill '{drill.Name}' is for a lab only; on a live cluster these can be run: {string.Join(", ", Drills.All.Where(CanBe).Select(d => d.Name))}.");
        }

        var faults = Faulting(drill);
        var (struck, named) = (faults[0].Words[1], LiveFault.NetworkOf(faults[0]));
        var network = host.WithRole(named).Name;
        string Here(string text) => string.Join(' ', text.Split(' ').Select(w => w == named ? network : w == struck ? host.Host : w.StartsWith($"{struck}'", StringComparison.Ordinal) ? host.Host + w[struck.Length..] : w));
        return new(drill, network, faults, [.. drill.Signs.Where(s => s.IsShared || s.By == struck).Select(s => s switch
        {
            Sign.Names n => n with { By = host.Host, Culprit = Here(n.Culprit) },
            Sign.Judges { Host: var judged } j when judged == struck => j with { By = host.Host, Host = host.Host },
            Sign.InRow r => r with { By = host.Host },
            _ => (Sign?)null,
        }).OfType<Sign>().Distinct()]);
    }

    /// <summary>Empty: there is a step that is no fault, or one for several hosts or networks.</summary>
    private static LabFault[] Faulting(Drill drill)
    {
        LabFault[] faults = [.. drill.Script.Select(FaultOf).OfType<LabFault>()];
        return faults.Length == drill.Script.Length ? faults : [];
    }

    private static LabFault? FaultOf(string step)
    {
        var words = step.Split(' ');
        return words[0] is "wait" or "disarm" or "answering" || words.Contains("others") || words.Contains("every") || words.Contains("machine") ? null : LabFault.Parse(words);
    }
}
