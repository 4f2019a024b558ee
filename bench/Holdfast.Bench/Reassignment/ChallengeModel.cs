namespace Holdfast.Bench.Reassignment;

/// <summary>
/// A model of the ROADEF/EURO challenge 2012, as its file has it. Machines here are the challenge's: what Holdfast calls a host; its processes are our machines.
/// </summary>
/// <param name="MoveCost">By pair of machines.</param>
/// <param name="Requirement">By process and resource.</param>
/// <param name="Weights">Process move, service move, machine move.</param>
internal sealed record ChallengeModel(
    bool[] Transient, int[] LoadWeight,
    int[] Neighbourhood, int[] Location, int[][] Capacity, int[][] Safety, int[][] MoveCost,
    int[] SpreadMinimum, int[][] DependsOn,
    int[] Service, int[][] Requirement, int[] ProcessMoveCost,
    ChallengeBalance[] Balances, int[] Weights)
{
    public int Resources => Transient.Length;

    public int Machines => Capacity.Length;

    public int Processes => Service.Length;

    public static async Task<ChallengeModel> ReadAsync(string path, CancellationToken cancel)
    {
        var reader = new NumberReader(path, await ChallengeFile.NumbersAsync(path, cancel));
        var (transient, load) = ReadResources(reader);
        var resources = transient.Length;
        var machines = reader.Count(2 + (2 * resources), "the number of machines");
        int[] neighbourhood = new int[machines], location = new int[machines];
        int[][] capacity = new int[machines][], safety = new int[machines][], moveCost = new int[machines][];
        for (var m = 0; m < machines; m++)
        {
            neighbourhood[m] = reader.Below(machines, "a neighbourhood");
            location[m] = reader.Below(machines, "a location");
            capacity[m] = reader.Row(resources, "a capacity");
            safety[m] = reader.Row(resources, "a safety capacity");
            moveCost[m] = reader.Row(machines, "a machine move cost");
        }

        var (spread, needs) = ReadServices(reader);
        var (service, requirement, move) = ReadProcesses(reader, spread.Length, resources);
        var balances = ReadBalances(reader, resources);
        var weights = reader.Row(3, "a weight of moves");
        reader.End();
        return new(transient, load, neighbourhood, location, capacity, safety, moveCost, spread, needs, service, requirement, move, balances, weights);
    }

    public async Task<int[]> ReadAssignmentAsync(string path, CancellationToken cancel)
    {
        var reader = new NumberReader(path, await ChallengeFile.NumbersAsync(path, cancel));
        var assignment = Enumerable.Range(0, Processes).Select(p => reader.Below(Machines, $"the machine of process {p}")).ToArray();
        reader.End();
        return assignment;
    }

    private static (bool[] Transient, int[] Weight) ReadResources(NumberReader reader)
    {
        var count = reader.Count(2, "the number of resources");
        bool[] transient = new bool[count];
        int[] weight = new int[count];
        for (var r = 0; r < count; r++)
        {
            transient[r] = reader.Below(2, "'transient'") == 1;
            weight[r] = reader.Next("a load weight");
        }

        return (transient, weight);
    }

    private static (int[] Spread, int[][] Needs) ReadServices(NumberReader reader)
    {
        var count = reader.Count(2, "the number of services");
        int[] spread = new int[count];
        int[][] needs = new int[count][];
        for (var s = 0; s < count; s++)
        {
            spread[s] = reader.Next("a spread minimum");
            var dependencies = reader.Count(1, "the number of a service's dependencies");
            needs[s] = [.. Enumerable.Range(0, dependencies).Select(_ => reader.Below(count, "a service"))];
        }

        return (spread, needs);
    }

    private static (int[] Service, int[][] Requirement, int[] Move) ReadProcesses(NumberReader reader, int services, int resources)
    {
        var count = reader.Count(2 + resources, "the number of processes");
        int[] service = new int[count], move = new int[count];
        int[][] requirement = new int[count][];
        for (var p = 0; p < count; p++)
        {
            service[p] = reader.Below(services, "a process's service");
            requirement[p] = reader.Row(resources, "a requirement");
            move[p] = reader.Next("a process move cost");
        }

        return (service, requirement, move);
    }

    private static ChallengeBalance[] ReadBalances(NumberReader reader, int resources) =>
    [
        .. Enumerable.Range(0, reader.Count(4, "the number of balance costs")).Select(_ => new ChallengeBalance(
            reader.Below(resources, "a balance's resource"), reader.Below(resources, "a balance's resource"), reader.Next("a balance's target"), reader.Next("a balance's weight"))),
    ];
}

internal sealed record ChallengeBalance(int First, int Second, int Target, int Weight);
