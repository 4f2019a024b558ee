namespace Holdfast.Core.Balancing.Search;

/// <summary>The machines on each host, in no order, so that one of them can be drawn and any of them taken out in one step.</summary>
internal sealed class HostMembers(int hosts, int machines)
{
    private readonly int[][] lists = [.. Enumerable.Range(0, hosts).Select(_ => new int[8])];
    private readonly int[] counts = new int[hosts];
    private readonly int[] position = new int[machines];

    public ReadOnlySpan<int> this[int host] => lists[host].AsSpan(0, counts[host]);

    public void Add(int machine, int host)
    {
        if (counts[host] == lists[host].Length)
        {
            Array.Resize(ref lists[host], counts[host] * 2);
        }

        position[machine] = counts[host];
        lists[host][counts[host]++] = machine;
    }

    public void Remove(int machine, int host)
    {
        var last = lists[host][--counts[host]];
        lists[host][position[machine]] = last;
        position[last] = position[machine];
    }
}
