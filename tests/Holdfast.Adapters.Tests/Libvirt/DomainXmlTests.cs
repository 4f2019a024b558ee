using System.Xml.Linq;
using Holdfast.Adapters.Libvirt;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class DomainXmlTests
{
    private static readonly MachineDefinition Machine = new(
        Guid.Parse("11111111-2222-3333-4444-555555555555"), "web", "main", 192, 2, 0, "52:54:00:00:00:01",
        [new DiskDefinition("disk.raw", 64 << 20)], new DirectBoot("/data/k", "/data/i", "console=ttyS0 quiet"));

    private static readonly MachinePlace Place = new("/data/web", "guest");

    private const string Golden = """
        <domain type="qemu" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">
          <name>web</name>
          <uuid>11111111-2222-3333-4444-555555555555</uuid>
          <metadata>
            <holdfast:machine xmlns:holdfast="urn:holdfast:machine:1" id="11111111-2222-3333-4444-555555555555" epoch="42" />
          </metadata>
          <memory unit="MiB">192</memory>
          <vcpu>2</vcpu>
          <os>
            <type arch="x86_64" machine="pc">hvm</type>
            <kernel>/data/k</kernel>
            <initrd>/data/i</initrd>
            <cmdline>console=ttyS0 quiet</cmdline>
          </os>
          <features>
            <acpi />
            <apic />
          </features>
          <cpu mode="custom" match="exact">
            <model>qemu64</model>
          </cpu>
          <clock offset="utc" />
          <on_poweroff>destroy</on_poweroff>
          <on_reboot>restart</on_reboot>
          <on_crash>destroy</on_crash>
          <devices>
            <disk type="file" device="disk">
              <driver name="qemu" type="raw" cache="none" io="threads" error_policy="stop" rerror_policy="stop" />
              <source file="/data/web/disk.raw" />
              <target dev="vda" bus="virtio" />
            </disk>
            <controller type="usb" model="none" />
            <interface type="bridge">
              <mac address="52:54:00:00:00:01" />
              <source bridge="guest" />
              <model type="virtio" />
            </interface>
            <serial type="unix">
              <source mode="bind" path="/run/holdfast/console/web.sock" />
              <log file="/var/log/holdfast/serial/web.11111111.log" append="on" />
              <target type="isa-serial" port="0" />
            </serial>
            <channel type="unix">
              <target type="virtio" name="org.qemu.guest_agent.0" />
            </channel>
            <memballoon model="virtio">
              <stats period="10" />
            </memballoon>
          </devices>
          <qemu:commandline>
            <qemu:arg value="-qmp" />
            <qemu:arg value="unix:/run/holdfast/qmp/web-42.sock,server=on,wait=off" />
            <qemu:arg value="-qmp" />
            <qemu:arg value="unix:/run/holdfast/qmp/web-42.guard.sock,server=on,wait=off" />
          </qemu:commandline>
        </domain>
        """;

    [Fact]
    public void A_machine_becomes_this_domain() => Assert.Equal(Golden, DomainXml.Build(Machine, 42, Place, new HostPaths()), ignoreLineEndingDifferences: true);

    [Fact]
    public void A_machine_without_a_kernel_boots_its_disk_and_KVM_uses_the_hosts_model()
    {
        var xml = DomainXml.Build(
            Machine with { Image = null, Disks = [new DiskDefinition("/dev/vg/web", 1)] }, 1,
            Place with { Acceleration = Acceleration.Kvm, NativeIo = true }, new HostPaths());
        Assert.Contains("<boot dev=\"hd\" />", xml, StringComparison.Ordinal);
        Assert.Contains("<domain type=\"kvm\"", xml, StringComparison.Ordinal);
        Assert.Contains("<cpu mode=\"host-model\" />", xml, StringComparison.Ordinal);
        Assert.Contains("<disk type=\"block\"", xml, StringComparison.Ordinal);
        Assert.Contains("<source dev=\"/dev/vg/web\" />", xml, StringComparison.Ordinal);
        Assert.Contains("io=\"native\"", xml, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_epoch_changes_the_metadata_and_the_sockets_and_nothing_else()
    {
        var moved = DomainXml.ForTarget(Golden, Machine, "/data/web", "guest", new HostPaths(), 43);
        Assert.Equal(Golden.Replace("\"42\"", "\"43\"", StringComparison.Ordinal).Replace("web-42.", "web-43.", StringComparison.Ordinal), moved, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_target_has_its_own_folder_and_bridge()
    {
        var moved = DomainXml.ForTarget(Golden, Machine, "/mnt/main/web", "br7", new HostPaths());
        Assert.Equal(
            Golden.Replace("/data/web/disk.raw", "/mnt/main/web/disk.raw", StringComparison.Ordinal).Replace("bridge=\"guest\"", "bridge=\"br7\"", StringComparison.Ordinal),
            moved, ignoreLineEndingDifferences: true);
        Assert.Equal((Machine.Id, 42UL), DomainXml.Read(moved));
    }

    /// <summary>Safety: opened as the definition names them, a target's disks would be as they were before the last snapshot.</summary>
    [Fact]
    public void A_target_opens_the_files_that_the_source_has_open_and_those_that_they_lie_on()
    {
        var source = Golden.Replace(
            "<source file=\"/data/web/disk.raw\" />",
            "<source file=\"/data/web/disk.aa.qcow2\" /><backingStore type=\"file\"><format type=\"raw\" /><source file=\"/data/web/disk.raw\" /><backingStore /></backingStore>", StringComparison.Ordinal);
        var files = XElement.Parse(DomainXml.ForTarget(source, Machine, "/mnt/main/web", "guest", new HostPaths())).Descendants("disk").Descendants("source").Select(e => e.Attribute("file")!.Value);
        Assert.Equal(["/mnt/main/web/disk.aa.qcow2", "/mnt/main/web/disk.raw"], files);
    }

    /// <summary>A guest never sees an error of its storage: its machine pauses.</summary>
    [Fact]
    public void Every_disk_of_every_kind_stops_the_machine_on_an_error_and_is_not_cached_on_the_host()
    {
        var machine = Machine with { Disks = [new("disk.raw", 1 << 20), new("/dev/vg/web", 1 << 20), new("seed.iso", 1 << 20) { ReadOnly = true }, new("more.raw", 1 << 20)] };
        var disks = XElement.Parse(DomainXml.Build(machine, 42, Place with { Active = [new("disk.raw", "disk.aa.qcow2", "qcow2")] }, new HostPaths())).Descendants("disk").ToList();
        Assert.Equal(4, disks.Count);
        Assert.All(disks, d => Assert.Equal(("stop", "stop", "none"), (d.Element("driver")!.Attribute("error_policy")!.Value, d.Element("driver")!.Attribute("rerror_policy")!.Value, d.Element("driver")!.Attribute("cache")!.Value)));
        Assert.Equal(["qcow2", "raw", "raw", "raw"], disks.Select(d => d.Element("driver")!.Attribute("type")!.Value));
        Assert.Equal("/data/web/disk.aa.qcow2", disks[0].Element("source")!.Attribute("file")!.Value);
        Assert.Equal([false, false, true, false], disks.Select(d => d.Element("readonly") is not null));
    }

    [Fact]
    public void Disks_go_over_to_their_new_files_and_those_between_stay_as_they_are()
    {
        var text = DomainXml.SnapshotText(System.Collections.Immutable.ImmutableSortedDictionary<int, string>.Empty.Add(0, "a.qcow2").Add(2, "c.qcow2"), "/data/web");
        var disks = XElement.Parse(text).Descendants("disk").ToList();
        Assert.Equal(["vda external /data/web/a.qcow2", "vdb no ", "vdc external /data/web/c.qcow2"], disks.Select(d => $"{d.Attribute("name")!.Value} {d.Attribute("snapshot")!.Value} {d.Element("source")?.Attribute("file")?.Value}"));
        Assert.Equal("disk.raw", Assert.Single(DomainXml.ReadDiskFiles(Golden)).Value);
    }

    [Fact]
    public void A_foreign_domain_is_not_taken_for_ours() => Assert.Throws<ArgumentException>(() => DomainXml.Read("<domain><name>x</name></domain>"));

    [Theory]
    [InlineData("<holdfast:machine xmlns:holdfast=\"urn:holdfast:machine:1\" id=\"11111111-2222-3333-4444-555555555555\" epoch=\"7\"/>", 7)]
    [InlineData("<machine epoch='8' id='11111111-2222-3333-4444-555555555555'/>", 8)]
    public void Metadata_is_read_in_either_form(string element, ulong epoch) => Assert.Equal((Machine.Id, epoch), DomainXml.ReadMetadata(element));

    [Theory]
    [InlineData(null)]
    [InlineData("<machine id=\"x\" epoch=\"7\"/>")]
    [InlineData("<machine id=\"11111111-2222-3333-4444-555555555555\"/>")]
    [InlineData("<machine id=\"11111111-2222-3333-4444-555555555555\" epoch=\"-7\"/>")]
    public void Metadata_that_is_not_whole_is_none(string? element) => Assert.Null(DomainXml.ReadMetadata(element));

    [Fact]
    public void What_a_CPU_is_compared_by_is_read_from_the_running_domain()
    {
        var cpu = DomainXml.ReadCpu("""
            <domain type="kvm"><os><type arch="x86_64" machine="pc-i440fx-7.2">hvm</type></os><cpu mode="custom" match="exact" check="full"><model fallback="forbid">EPYC</model><feature policy="require" name="x2apic"/></cpu>
            <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>
            """);
        Assert.Equal(("kvm", "x86_64", "pc-i440fx-7.2", "/usr/bin/qemu-system-x86_64"), (cpu.Type, cpu.Architecture, cpu.Machine, cpu.Emulator));
        Assert.StartsWith("<cpu ", cpu.Cpu, StringComparison.Ordinal);
        Assert.Contains("x2apic", cpu.Cpu, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => DomainXml.ReadCpu("<domain type='qemu'/>"));
    }
}
