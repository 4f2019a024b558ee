using Holdfast.Adapters.Linux;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Tests.SharedDisk;

public sealed class LeaseAreasTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-areas-").FullName;
    private readonly ClusterId cluster = new(Guid.NewGuid());

    [Fact]
    public async Task An_area_has_one_writer_a_host_at_a_time_and_says_so_to_the_second()
    {
        LeaseAreas.Format(folder, cluster, ["h1", "h2"], Guid.NewGuid(), 0);
        var first = await OpenAsync(slot: 0);
        Assert.NotNull(first.Area);
        var second = await OpenAsync(slot: 0);
        Assert.Null(second.Area);
        Assert.Contains("its last write to the store has not ended", second.Failure, StringComparison.Ordinal);
        Assert.NotNull((await OpenAsync(slot: 1)).Area);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(ILeaseArea? Area, string? Failure)> OpenAsync(int slot)
    {
        var opened = new TaskCompletionSource<(ILeaseArea?, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        new LeaseAreas(new BootClock(), Path.Combine(folder, "run")).Open(folder, cluster, slot, (area, failure) => opened.TrySetResult((area, failure)));
        return await opened.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
