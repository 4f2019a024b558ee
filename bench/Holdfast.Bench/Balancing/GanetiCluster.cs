using System.Globalization;
using System.Text;

namespace Holdfast.Bench.Balancing;

/// <summary>A generated cluster in the form that Ganeti's htools read (htools(1), "text-data"): machines on external storage, so that every one can move to every host.</summary>
internal sealed class GanetiCluster
{
    public const int HostMemoryMiB = 131072;
    public const int SystemMemoryMiB = 1024;
    public const int Cores = 32;
    private const int MachinesPerHost = 15;

    private GanetiCluster(int hosts, (int Memory, int Cpus)[] machines, int[] start) => (Hosts, Machines, Start) = (hosts, machines, start);

    public int Hosts { get; }

    public (int Memory, int Cpus)[] Machines { get; }

    public int[] Start { get; }

    /// <summary>Machines of four sizes, twice as likely on a host with a low number: a cluster that grew.</summary>
    public static GanetiCluster Generate(int hosts, int seed)
    {
        var random = new Random(seed);
        var left = Enumerable.Repeat(HostMemoryMiB - SystemMemoryMiB, hosts).ToArray();
        (int Memory, int Cpus)[] machines = [.. Enumerable.Range(0, hosts * MachinesPerHost).Select(_ => (1024 << random.Next(4), 1 << random.Next(3)))];
        var start = machines.Select(machine =>
        {
            var host = Math.Min(random.Next(hosts), random.Next(hosts));
            while (left[host] < machine.Memory + (HostMemoryMiB / 10))
            {
                host = random.Next(hosts);
            }

            left[host] -= machine.Memory;
            return host;
        }).ToArray();
        return new(hosts, machines, start);
    }

    public string Text(int[] assignment)
    {
        var text = new StringBuilder("default|uuid-1|preferred||\n\n");
        var used = new int[Hosts];
        for (var m = 0; m < assignment.Length; m++)
        {
            used[assignment[m]] += Machines[m].Memory;
        }

        for (var h = 0; h < Hosts; h++)
        {
            text.Append(CultureInfo.InvariantCulture, $"n{h}|{HostMemoryMiB}|{SystemMemoryMiB}|{HostMemoryMiB - SystemMemoryMiB - used[h]}|1000000|900000|{Cores}|{(h == 0 ? 'M' : 'N')}|uuid-1|1||N|0|1|1.0\n");
        }

        text.Append('\n');
        for (var m = 0; m < assignment.Length; m++)
        {
            text.Append(CultureInfo.InvariantCulture, $"i{m}|{Machines[m].Memory}|10000|{Machines[m].Cpus}|running|Y|n{assignment[m]}||ext||1|-\n");
        }

        return text.Append("\n\n|128,1,1024,1,1,1|128,1,1024,1,1,1;32768,8,1048576,16,8,12|ext|16.0|32.0|\n").ToString();
    }
}
