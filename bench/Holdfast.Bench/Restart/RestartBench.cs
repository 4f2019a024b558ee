using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Holdfast.Core.Placement;

namespace Holdfast.Bench.Restart;

/// <summary>Where the machines of dead servers start: a plan, its time, and a check that shares nothing with the planner.</summary>
internal sealed class RestartBench(string path, string output)
{
    public static RestartBench From(string[] args)
    {
        var options = new Options(args, "bench/restart INSTANCE.json.gz --out FILE", "--out").AtMost(1);
        return new(options.Word(0, "the instance"), options.Text("--out"));
    }

    public void Run()
    {
        var instance = RestartInstance.Read(path);
        var watch = Stopwatch.StartNew();
        var mapping = new RestartMapping(instance);
        var plan = RestartPlanner.For(mapping.Question);
        var time = watch.Elapsed;
        var servers = mapping.Servers(plan);
        Save.Text(output, JsonSerializer.Serialize(servers));
        foreach (var (machine, why) in plan.Waiting)
        {
            Console.WriteLine($"waits: machine {machine}, because {why}.");
        }

        var broken = RestartCheck.Broken(instance, servers).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"servers {instance.Online.Count} online, {instance.Offline.Count} offline   running {instance.Running.Count}   placed {servers.Count} of {instance.Ready.Count}   broken constraints {broken.Count}   planning {time.TotalMilliseconds:0} ms"));
        if (broken.Count > 0)
        {
            throw new BenchException(broken[0]);
        }
    }
}
