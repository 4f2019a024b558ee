using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Tests.Libvirt;

/// <summary>QEMU's own word about the files that it writes to.</summary>
public sealed class QmpDiskFileTests
{
    [Theory]
    [InlineData("/machine/peripheral/virtio-disk0/virtio-backend", 0)]
    [InlineData("/machine/peripheral/virtio-disk12/virtio-backend", 12)]
    [InlineData("virtio-disk1", 1)]
    [InlineData("/machine/peripheral/ide0-0-0", null)]
    [InlineData(null, null)]
    public void A_device_is_libvirts_number_of_it(string? device, int? place) => Assert.Equal(place, QmpCommands.PlaceOf(device));

    [Theory]
    [InlineData("/data/web/disk0.raw", "/data/web/disk0.raw")]
    [InlineData("""json:{"backing": {"driver": "raw", "file": {"driver": "file", "filename": "/data/web/disk0.raw"}}, "driver": "qcow2", "file": {"driver": "file", "filename": "/data/web/disk0.aa.qcow2"}}""", "/data/web/disk0.aa.qcow2")]
    [InlineData(null, null)]
    public void A_file_is_the_top_one_however_QEMU_names_it(string? name, string? file) => Assert.Equal(file, QmpCommands.FileOf(name));
}
