using System.Collections.Immutable;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Definitions;

public sealed class MachineFolderTests : IDisposable
{
    private readonly string path = Directory.CreateTempSubdirectory("holdfast-store-").FullName;

    public void Dispose() => Directory.Delete(path, recursive: true);

    [Fact]
    public async Task A_machine_s_folder_appears_whole_with_its_disk_and_is_found()
    {
        var web = Machine("web");
        Assert.Null(await MachineFolder.CreateAsync(path, web, image: null));
        Assert.Equal(3 << 20, new FileInfo(Path.Combine(path, "machines", "web", "disk0.raw")).Length);
        var (found, refusal) = await LoadAsync("shared");
        Assert.Null(refusal);
        var only = Assert.Single(found);
        Assert.Equal(web with { Disks = [] }, only with { Disks = [] });
        Assert.Equal(web.Disks, only.Disks.AsEnumerable());
        Assert.Empty((await LoadAsync("other")).Found);
    }

    [Fact]
    public async Task An_image_fills_the_first_disk_and_one_that_is_too_large_leaves_nothing()
    {
        var image = Path.Combine(path, "image");
        File.WriteAllBytes(image, [1, 2, 3]);
        Assert.Null(await MachineFolder.CreateAsync(path, Machine("web"), new(image, "raw", 3)));
        var disk = File.ReadAllBytes(Path.Combine(path, "machines", "web", "disk0.raw"));
        Assert.Equal([1, 2, 3, 0], disk[..4]);
        Assert.Equal(3 << 20, disk.Length);

        Assert.Contains("does not fit on one of 3 MiB", await MachineFolder.CreateAsync(path, Machine("big"), new(image, "raw", 4 << 20)));
        Assert.Equal(["web"], Directory.GetFileSystemEntries(Path.Combine(path, "machines")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_definition_is_written_anew_in_its_own_folder_only_and_an_older_one_has_no_addresses()
    {
        var web = Machine("web");
        Assert.Null(await MachineFolder.CreateAsync(path, web, null));
        Assert.Null(await MachineFolder.RewriteAsync(path, web with { Addresses = ["10.1.2.3"] }));
        Assert.Equal(["10.1.2.3"], Assert.Single((await LoadAsync("shared")).Found).Addresses.AsEnumerable());
        Assert.Contains("belongs to another machine", await MachineFolder.RewriteAsync(path, Machine("web")));
        Assert.Contains("mount the datastore", await MachineFolder.RewriteAsync(path, Machine("db")));
        Assert.Equal(2, Directory.GetFileSystemEntries(MachineFolder.Of(path, "web")).Length);

        var file = Path.Combine(MachineFolder.Of(path, "web"), "machine.json");
        var text = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        Assert.True(text.Remove("addresses"));
        File.WriteAllText(file, text.ToJsonString());
        Assert.Empty(Assert.Single((await LoadAsync("shared")).Found).Addresses);
    }

    [Fact]
    public async Task A_second_machine_of_the_same_name_and_a_missing_store_are_refused()
    {
        Assert.Null(await MachineFolder.CreateAsync(path, Machine("web"), null));
        Assert.Contains("exists already", await MachineFolder.CreateAsync(path, Machine("web"), null));
        Assert.Contains("mount the datastore 'shared' there", await MachineFolder.CreateAsync(path + "-missing", Machine("web"), null));
        Assert.Contains("could not be read", (await LoadAsync("shared", path + "-missing")).Refusal);
    }

    [Fact]
    public async Task Deleting_removes_the_machine_s_own_folder_only()
    {
        var web = Machine("web");
        Assert.Null(await MachineFolder.CreateAsync(path, web, null));
        Assert.Contains("belongs to another machine", await MachineFolder.DeleteAsync(path, Machine("web")));
        Assert.Null(await MachineFolder.DeleteAsync(path, web));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(path, "machines")));
        Assert.Null(await MachineFolder.DeleteAsync(path, web));
    }

    [Fact]
    public async Task A_broken_definition_does_not_hide_the_others()
    {
        Assert.Null(await MachineFolder.CreateAsync(path, Machine("web"), null));
        Directory.CreateDirectory(Path.Combine(path, "machines", "broken"));
        File.WriteAllText(Path.Combine(path, "machines", "broken", "machine.json"), "{");
        Assert.Single((await LoadAsync("shared")).Found);
    }

    [Fact]
    public async Task Work_that_hangs_is_not_waited_for()
    {
        using var release = new ManualResetEventSlim();
        var e = await Assert.ThrowsAsync<TimeoutException>(() => BlockingWork.RunAsync("looking", TimeSpan.FromMilliseconds(50), () => release.Wait(TimeSpan.FromSeconds(10))));
        release.Set();
        Assert.Equal("looking has not ended within 0.1 s; the storage hangs", e.Message);
    }

    private static MachineDefinition Machine(string name) =>
        new(Guid.NewGuid(), name, "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", 3 << 20)], new DirectBoot("/k", "/i", "quiet"));

    private async Task<(ImmutableArray<MachineDefinition> Found, string? Refusal)> LoadAsync(string datastore, string? from = null)
    {
        var end = new TaskCompletionSource<(ImmutableArray<MachineDefinition>, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        new DefinitionStore().Load(datastore, from ?? path, (found, refusal) => end.SetResult((found, refusal)));
        return await end.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
