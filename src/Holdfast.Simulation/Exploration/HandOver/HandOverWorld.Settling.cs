using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>What becomes of it when nothing more goes wrong.</summary>
internal sealed partial class HandOverWorld
{
    private const int Rounds = 40;

    /// <summary>
    /// Let everything that is under way end well, agents start again, dead hosts' machines be taken over. Null when the machine then runs exactly once;
    /// the world is of no further use.
    /// </summary>
    /// <param name="settling">Fingerprints of states that are known to come to rest so; those on the way here are added.</param>
    public string? Settle(HashSet<UInt128> settling)
    {
        var form = new StateBytes();
        var way = new List<UInt128>();
        for (var round = 0; round < Rounds && Violation is null; round++)
        {
            form.Clear();
            Write(form);
            form.Add(round % 4);
            if (IsSettled() || settling.Contains(form.Fingerprint()))
            {
                settling.UnionWith(way);
                return null;
            }

            way.Add(form.Fingerprint());

            foreach (var host in hosts.Where(h => !h.Off))
            {
                if (host.Agent is null)
                {
                    Do(new("agent starts", host.Slot));
                }

                if (host.Cut)
                {
                    Do(new("storage is back", host.Slot));
                }
            }

            while (letters.Count > 0 && Violation is null)
            {
                var letter = letters[0];
                Do(new($"{(hosts[letter.To] is { Off: false, Agent: not null } ? "gets" : "cannot be told")} {Word(letter.Message)}", letter.To));
            }

            foreach (var host in hosts.Where(h => !h.Off))
            {
                foreach (var call in host.Calls.ToArray())
                {
                    Do(new($"{Word(call)} ends", host.Slot));
                }

                Do(new(round % 4 == 3 ? "half a minute passes" : "a moment passes", host.Slot));
            }

            if (Entry.Owner is { } owner && owner.Slot.Value != Taker && hosts[owner.Slot.Value].Off)
            {
                Do(new("takes the machine over for", Taker, Taker));
            }
        }

        return Violation ?? (IsSettled() ? null : $"it does not come to rest with one running copy: {this}");
    }

    public override string ToString() =>
        $"the table says {Entry.State} by {(Entry.Owner is { } o ? Names[o.Slot.Value] : "nobody")}; {string.Join("; ", Enumerable.Range(0, 3).Where(s => CopyOf(s) is not null).Select(s => $"{Names[s]} has a copy, {CopyOf(s)}{(Executes(s) ? ", which executes" : "")}"))}";

    private bool IsSettled() =>
        letters.Count == 0 && hosts.All(h => h.Off || (h.Agent is not null && h.Calls.Count == 0 && !h.Cut)) &&
        Entry is { State: LeaseState.Held, Owner: { } owner } && Executes(owner.Slot.Value) &&
        Enumerable.Range(0, 3).Count(s => CopyOf(s) is not null) == 1;
}
