using System.Text.Json;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Core.Leases;

namespace Holdfast.Cli.Tests.Calls;

public sealed class RecoverTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("holdfast-recover-").FullName;

    public void Dispose() => Directory.Delete(place, recursive: true);

    [Fact]
    public async Task A_plan_needs_nothing_but_the_datastore()
    {
        LeaseAreas.Format(place, new ClusterId(Guid.NewGuid()), ["h1"], Guid.NewGuid(), 0);
        var call = await Call.RunAsync(["recover", "plan", place, "--look", "1"]);
        Assert.Equal($"{place}, version 1 of the lease table; no host renews.\nNo machine is on it.\n", call.Out);
        Assert.Equal((ExitCode.Done, ""), (call.Exit, call.Error));
        using var json = JsonDocument.Parse((await Call.RunAsync(["recover", "plan", place, "--look", "1", "-o", "json"])).Out);
        Assert.Equal(1, json.RootElement.GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task A_folder_without_a_lease_area_and_a_wrong_time_are_refused_in_one_sentence()
    {
        (await Call.RunAsync(["recover", "plan", place])).IsOneSentence(ExitCode.Failed, place, "does not exist");
        (await Call.RunAsync(["recover", "plan", place, "--look", "0"])).IsOneSentence(ExitCode.Usage, "--look", "1 to 600");
    }
}
