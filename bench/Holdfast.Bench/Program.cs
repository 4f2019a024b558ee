using Holdfast.Bench;
using Holdfast.Bench.Balancing;
using Holdfast.Bench.Cuts;
using Holdfast.Bench.Reassignment;
using Holdfast.Bench.Restart;
using Holdfast.Bench.Storage;
using Holdfast.Bench.Topology;

try
{
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop.Cancel();
    };
    await RunAsync(args.FirstOrDefault(), args.Length == 0 ? args : args[1..], stop.Token);
    return 0;
}
catch (Exception e) when (e is BenchException or Holdfast.Api.ApiException or Holdfast.Lab.LabException or OperationCanceledException)
{
    Console.Error.WriteLine(e.Message);
    return e is BenchException { Usage: true } ? 2 : 1;
}

static Task RunAsync(string? what, string[] args, CancellationToken cancel)
{
    int Runs() => new Options(args, $"bench/{what} [--runs N]", "--runs").AtMost(0).Number("--runs", 1, 100, 5);
    return what switch
    {
        "migrate" => new MigrationBench(Runs()).RunAsync(cancel),
        "migration-cuts" => CutsBench.From(args).RunAsync(cancel),
        "storage-cuts" => StorageCutsBench.From(args).RunAsync(cancel),
        "forward" => TcpForward.RunAsync(args, cancel),
        "drain" => DrainBench.From(args).RunAsync(cancel),
        "failover" => new FailoverBench(Runs()).RunAsync(cancel),
        "reassignment" => ReassignmentBench.From(args).RunAsync(cancel),
        "restart" => Task.Run(RestartBench.From(args).Run, cancel),
        "whatif" => WhatIfBench.From(args).RunAsync(cancel),
        "spof" => Task.Run(SpofBench.From(args).Run, cancel),
        "scale" => Task.Run(ScaleBench.From(args).Run, cancel),
        "hbal" => HbalBench.From(args).RunAsync(cancel),
        "trace" => Task.Run(TraceBench.From(args).Run, cancel),
        _ => throw new BenchException("usage: bench/NAME, one of migrate, migration-cuts, storage-cuts, drain, failover, reassignment, restart, scale, hbal, trace, spof and whatif.", usage: true),
    };
}
