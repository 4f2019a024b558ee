using System.Diagnostics;
using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Tests.Snapshots;

/// <summary>A machine's folder with a real disk of 1 MiB, and the real qemu-img and qemu-io to write and read what a guest would.</summary>
internal sealed class DiskFolder : IDisposable
{
    private long op;

    public DiskFolder(long bytes = 1 << 20)
    {
        using var disk = File.Create(Path.Combine(Folder, "disk0.raw"));
        disk.SetLength(bytes);
        Machine = new(Guid.NewGuid(), "web", "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", bytes)]);
        Chains = new(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("holdfast-disks-").FullName;

    public MachineDefinition Machine { get; }

    public ChainFolder Chains { get; }

    public ulong Epoch { get; set; } = 5;

    /// <summary>The chain that counts.</summary>
    public DiskChain Chain => Chains.Read(Machine.Id)!;

    public string[] Files => [.. Directory.GetFiles(Folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public Task<string?> DoAsync(DiskWork work, IRunningDisks? running = null) =>
        new DiskWorker(() => DateTimeOffset.UnixEpoch).RunAsync(new ChangeDisks(++op, Machine, Folder, Epoch, running is not null, work), running);

    public async Task MustAsync(DiskWork work, IRunningDisks? running = null) => Assert.Null(await DoAsync(work, running));

    /// <summary>The file that a machine started now would write to.</summary>
    public ActiveFile Start() => Assert.Single(Chains.ForStart(Machine, ++Epoch));

    /// <summary>What a guest writes: 64 KiB of one byte at a place in the file that is written to.</summary>
    public void Write(byte value, int place, ActiveFile? at = null)
    {
        at ??= Assert.Single((Chains.Read(Machine.Id) ?? DiskChain.Of(Machine)).Active);
        QemuIo(at.Format, at.File, $"write -P {value} {place * 64}k 64k");
    }

    /// <summary>The disk as a guest sees it, one byte of each place.</summary>
    public byte[] Read(int places, ActiveFile? at = null)
    {
        at ??= Assert.Single((Chains.Read(Machine.Id) ?? DiskChain.Of(Machine)).Active);
        var raw = Path.Combine(Folder, "..", $"{Guid.NewGuid():N}.raw");
        Run("qemu-img", "convert", "-U", "-f", at.Format, "-O", "raw", Path.Combine(Folder, at.File), raw);
        var bytes = File.ReadAllBytes(raw);
        File.Delete(raw);
        return [.. Enumerable.Range(0, places).Select(p => bytes[p * 65536])];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void QemuIo(string format, string file, string command) => Run("qemu-io", "-f", format, "-c", command, "-c", "flush", Path.Combine(Folder, file));

    public static void Run(string program, params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(30_000) && process.ExitCode == 0, $"{program} {string.Join(' ', words)}: {error}");
    }
}

/// <summary>A machine that runs: it writes where it was last told to, and does as the test says.</summary>
internal sealed class StoryDisks(DiskFolder folder) : IRunningDisks
{
    public ActiveFile Writes { get; set; } = new("disk0.raw", "disk0.raw", ImageFormat.Raw);

    /// <summary>Called before it goes over; what it returns is the answer, and whether it goes over.</summary>
    public Func<(SwitchFailure? Answer, bool Happens)> Switching { get; set; } = () => (null, true);

    public List<string> Guest { get; } = [];

    public Task<System.Collections.Immutable.ImmutableSortedDictionary<int, string>> FilesAsync() =>
        Task.FromResult(System.Collections.Immutable.ImmutableSortedDictionary<int, string>.Empty.Add(0, Writes.File));

    public Task<SwitchFailure?> SwitchAsync(System.Collections.Immutable.ImmutableSortedDictionary<int, string> files)
    {
        Guest.Add("switched");
        Assert.True(File.Exists(Path.Combine(folder.Folder, files[0])), "The new file is there before anybody writes to it.");
        var (answer, happens) = Switching();
        Writes = happens ? new("disk0.raw", files[0], ImageFormat.Qcow2) : Writes;
        return Task.FromResult(answer);
    }

    public Task<bool> QuiesceAsync()
    {
        Guest.Add("rests");
        return Task.FromResult(true);
    }

    public Task<bool> ResumeAsync()
    {
        Guest.Add("goes on");
        return Task.FromResult(true);
    }
}
