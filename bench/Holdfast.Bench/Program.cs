using Holdfast.Bench;

try
{
    var (what, runs) = Arguments(args);
    using var stop = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop.Cancel();
    };
    await (what == "migrate" ? new MigrationBench(runs).RunAsync(stop.Token) : new FailoverBench(runs).RunAsync(stop.Token));
    return 0;
}
catch (Exception e) when (e is BenchException or Holdfast.Api.ApiException or Holdfast.Lab.LabException or OperationCanceledException)
{
    Console.Error.WriteLine(e.Message);
    return e is BenchException { Usage: true } ? 2 : 1;
}

static (string What, int Runs) Arguments(string[] args) => args switch
{
    ["migrate" or "failover"] => (args[0], 5),
    ["migrate" or "failover", "--runs", var text] when int.TryParse(text, out var runs) && runs is > 0 and <= 100 => (args[0], runs),
    _ => throw new BenchException("usage: bench/migrate [--runs N] or bench/failover [--runs N], with N from 1 to 100.", usage: true),
};
