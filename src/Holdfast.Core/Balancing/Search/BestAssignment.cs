using System.Collections.Immutable;

namespace Holdfast.Core.Balancing.Search;

/// <summary>The best assignment seen. Only what changed since then is copied, because late in a search a new best comes every few steps.</summary>
internal sealed class BestAssignment
{
    private readonly SearchState state;
    private readonly int[] host;
    private readonly List<int> changed = [];
    private readonly bool[] isChanged;

    public BestAssignment(SearchState state)
    {
        this.state = state;
        host = state.HostOf.ToArray();
        isChanged = new bool[host.Length];
        Cost = state.Cost;
    }

    public double Cost { get; private set; }

    public ReadOnlySpan<int> HostOf => host;

    public ImmutableArray<int> Assignment() => state.Tables.ToProblem(host);

    public void Note(int machine)
    {
        if (!isChanged[machine])
        {
            isChanged[machine] = true;
            changed.Add(machine);
        }
    }

    public void KeepIfBetter()
    {
        if (state.Cost >= Cost)
        {
            return;
        }

        Cost = state.Cost;
        foreach (var machine in changed)
        {
            host[machine] = state.HostOf[machine];
            isChanged[machine] = false;
        }

        changed.Clear();
    }
}
