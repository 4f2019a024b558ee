using Holdfast.Adapters.Linux;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Tests.Linux;

public sealed class HostMeterTests : IDisposable
{
    private readonly DirectoryInfo proc = Directory.CreateTempSubdirectory("holdfast-proc-");

    [Fact]
    public void Processors_are_those_of_the_kernel_and_their_use_is_that_since_the_last_call()
    {
        var meter = new HostMeter(proc.FullName);
        Stat(user: 100, idle: 900);
        meter.Processors();
        Stat(user: 250, idle: 950);
        var (cpus, used) = meter.Processors();
        Assert.Equal((2, 1.5), (cpus, Math.Round(used, 6)));
        Assert.Equal(1.5, Math.Round(meter.Processors().Used, 6));
    }

    [Fact]
    public void Memory_is_what_the_kernel_has_and_what_it_could_give()
    {
        Write("meminfo", "MemTotal:       16310988 kB\nMemFree:          123456 kB\nMemAvailable:    8388608 kB\nBuffers: 0 kB\n");
        Assert.Equal((15928L, 8192L), new HostMeter(proc.FullName).Memory());
    }

    [Fact]
    public void Pressure_is_that_of_the_last_ten_seconds_and_unknown_where_the_kernel_does_not_tell()
    {
        Assert.Null(new HostMeter(proc.FullName).Pressure());
        proc.CreateSubdirectory("pressure");
        foreach (var (resource, percent) in new[] { ("cpu", "12.50"), ("memory", "0.00"), ("io", "3.25") })
        {
            Write($"pressure/{resource}", $"some avg10={percent} avg60=9.00 avg300=9.00 total=58761459\nfull avg10=9.00 avg60=9.00 avg300=9.00 total=1\n");
        }

        Assert.Equal(new HostPressure(12.5, 0, 3.25), new HostMeter(proc.FullName).Pressure());
    }

    [Fact]
    public void This_hosts_own_proc_can_be_read()
    {
        var meter = new HostMeter();
        Assert.InRange(meter.Processors().Cpus, 1, 100_000);
        Assert.True(meter.Memory() is { AllMiB: > 0, AvailableMiB: > 0 });
    }

    public void Dispose() => proc.Delete(recursive: true);

    private void Stat(long user, long idle) => Write("stat", $"cpu  {user} 0 0 {idle} 0 0 0 0 7 0\ncpu0 1 0 0 1 0 0 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0 0 0\nintr 1 2 3\n");

    private void Write(string file, string text) => File.WriteAllText(Path.Combine(proc.FullName, file), text);
}
