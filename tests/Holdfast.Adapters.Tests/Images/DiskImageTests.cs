using System.Text;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Images;
using Holdfast.Adapters.Tests.Snapshots;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Images;

public sealed class DiskImageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-images-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_qcow2_image_becomes_the_first_disk_as_large_as_it_is_asked_for()
    {
        var image = Qcow2("image.qcow2");
        var (found, refusal) = await DiskImage.InspectAsync(image);
        Assert.Null(refusal);
        Assert.Equal(new DiskImage(image, "qcow2", 2 << 20), found);

        var web = Machine(3 << 20);
        Assert.Null(await MachineFolder.CreateAsync(folder, web, found));
        var disk = File.ReadAllBytes(Path.Combine(MachineFolder.Of(folder, "web"), "disk0.raw"));
        Assert.Equal((3 << 20, 7, 7, 0), (disk.Length, disk[1 << 20], disk[(1 << 20) + 65535], disk[^1]));
    }

    [Fact]
    public async Task One_that_is_too_large_leaves_nothing()
    {
        var (image, _) = await DiskImage.InspectAsync(Qcow2("image.qcow2"));
        Assert.Contains("holds a disk of 2 MiB, which does not fit on one of 1 MiB", await MachineFolder.CreateAsync(folder, Machine(1 << 20), image));
        Assert.False(Directory.Exists(MachineFolder.Of(folder, "web")));
    }

    [Fact]
    public async Task An_image_that_gets_at_another_file_is_refused()
    {
        File.WriteAllText(Path.Combine(folder, "secret"), new string('x', 4096));
        var image = Path.Combine(folder, "image.qcow2");
        DiskFolder.Run("qemu-img", "create", "-q", "-f", "qcow2", "-b", "secret", "-F", "raw", image);
        Assert.Contains("is only the changes to another one (secret)", await RefusalAsync(image), StringComparison.Ordinal);

        var split = Path.Combine(folder, "split.qcow2");
        DiskFolder.Run("qemu-img", "create", "-q", "-f", "qcow2", "-o", $"data_file={Path.Combine(folder, "outside")},data_file_raw=on", split, "1M");
        Assert.Contains("keeps its data in another file", await RefusalAsync(split), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_was_not_fetched_to_its_end_is_refused()
    {
        var image = Qcow2("image.qcow2");
        using (var cut = File.OpenWrite(image))
        {
            cut.SetLength(cut.Length - 65536);
        }

        Assert.Contains("is damaged or not whole", await RefusalAsync(image), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KDMV more", "is a VMware disk")]
    [InlineData("<!DOCTYPE html>", "is a web page and no disk")]
    [InlineData("\u001f\u008b more", "is compressed with gzip")]
    [InlineData("some text", "no whole number of sectors")]
    [InlineData("", "is empty")]
    public async Task What_is_no_disk_as_it_is_gets_one_sentence(string content, string says)
    {
        var file = Path.Combine(folder, "file");
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(content));
        Assert.Contains($"The image {file} ", await RefusalAsync(file), StringComparison.Ordinal);
        Assert.Contains(says, await RefusalAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_is_not_there_is_looked_for_on_the_host_that_was_asked() =>
        Assert.Contains("on the host that was asked", await RefusalAsync(Path.Combine(folder, "none")), StringComparison.Ordinal);

    [Fact]
    public async Task A_seed_has_the_users_data_the_machines_name_and_the_label_that_cloud_init_looks_for()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/xorriso"), "xorriso is not installed");
        var seed = new CloudSeed("#cloud-config\nhostname: web\n");
        var web = Machine(1 << 20) with { Disks = [new("disk0.raw", 1 << 20), seed.Disk] };
        Assert.Null(await MachineFolder.CreateAsync(folder, web, null, seed));
        var iso = File.ReadAllBytes(Path.Combine(MachineFolder.Of(folder, "web"), CloudSeed.File));
        Assert.Equal(seed.Disk.SizeBytes, iso.Length);

        // ISO 9660's primary volume descriptor: at sector 16, its label at byte 40.
        Assert.Equal(("CD001", "cidata"), (Encoding.ASCII.GetString(iso, 32769, 5), Encoding.ASCII.GetString(iso, 32768 + 40, 32).TrimEnd()));
        var text = Encoding.Latin1.GetString(iso);
        Assert.Contains("#cloud-config\nhostname: web\n", text, StringComparison.Ordinal);
        Assert.Contains($"instance-id: {web.Id:D}\nlocal-hostname: web\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#cloud-config\n", true)]
    [InlineData("#!/bin/sh\n", true)]
    [InlineData("hostname: web\n", false)]
    [InlineData("", false)]
    public void A_user_data_that_the_guest_would_ignore_is_refused(string text, bool good) => Assert.Equal(good, CloudSeed.Refusal(text) is null);

    private static MachineDefinition Machine(long bytes) => new(Guid.NewGuid(), "web", "shared", 192, 1, 100, "52:54:00:00:00:01", [new DiskDefinition("disk0.raw", bytes)]);

    private static async Task<string> RefusalAsync(string file)
    {
        var (image, refusal) = await DiskImage.InspectAsync(file);
        Assert.Null(image);
        return refusal!;
    }

    private string Qcow2(string name)
    {
        var file = Path.Combine(folder, name);
        DiskFolder.Run("qemu-img", "create", "-q", "-f", "qcow2", file, "2M");
        DiskFolder.Run("qemu-io", "-f", "qcow2", "-c", "write -P 7 1M 64k", file);
        return file;
    }
}
