namespace Holdfast.Simulation.World;

/// <summary>One network: a switch with the hosts and, as the last end, the storage server.</summary>
internal sealed class SimulatedNetwork
{
    private readonly Link[,] links;

    public SimulatedNetwork(string name, int hosts)
    {
        Name = name;
        Ends = hosts + 1;
        links = new Link[Ends, Ends];
        for (var from = 0; from < Ends; from++)
        {
            for (var to = 0; to < Ends; to++)
            {
                links[from, to] = new();
            }
        }
    }

    public string Name { get; }

    /// <summary>Hosts, and the server as the last.</summary>
    public int Ends { get; }

    public int Server => Ends - 1;

    public Link Between(int from, int to) => links[from, to];

    public IEnumerable<Link> From(int end) => Enumerable.Range(0, Ends).Where(other => other != end).Select(other => links[end, other]);

    public IEnumerable<Link> To(int end) => Enumerable.Range(0, Ends).Where(other => other != end).Select(other => links[other, end]);

    public IEnumerable<Link> All() => Enumerable.Range(0, Ends).SelectMany(From);

    /// <summary>Both directions between every end of one side and every end of the other.</summary>
    public IEnumerable<Link> Across(IReadOnlyCollection<int> side, IReadOnlyCollection<int> other) =>
        side.SelectMany(a => other.SelectMany(b => new[] { links[a, b], links[b, a] }));
}
