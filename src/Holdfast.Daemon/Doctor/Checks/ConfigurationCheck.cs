namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="problem">What the agent would say of it; null: nothing.</param>
internal sealed class ConfigurationCheck(string file, string? problem) : ICheck
{
    public string Name => "configuration";

    public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<Finding>>(
    [
        problem is null ? Finding.Ok($"{file} and the cluster's secret can be used")
            : Finding.Failed(problem.TrimEnd('.'), File.Exists(file) ? "mend that line; the agent does not start with it" : "write it, after the example in /usr/share/doc/holdfast/examples/holdfastd.json"),
    ]);
}
