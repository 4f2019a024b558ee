using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// A machine as libvirt's domain XML (libvirt.org/formatdomain.html). The metadata carries the machine's id and epoch: the hook asks for
/// the lease by them, and an agent that starts anew finds its machines by them.
/// </summary>
public static class DomainXml
{
    /// <summary>XML namespace of our metadata element; a domain that names it is Holdfast's.</summary>
    public const string MetadataNamespace = "urn:holdfast:machine:1";

    /// <summary>The guest agent's channel as QEMU calls it: libvirt numbers a domain's channels, and ours is the first.</summary>
    internal const string AgentCharacterDevice = "charchannel0";

    /// <summary>vda to vdz.</summary>
    private const int MostDisks = 26;

    private static readonly XNamespace Holdfast = MetadataNamespace;
    private static readonly XNamespace Qemu = "http://libvirt.org/schemas/domain/qemu/1.0";

    /// <summary>The domain that runs <paramref name="machine"/> under <paramref name="epoch"/>.</summary>
    public static string Build(MachineDefinition machine, ulong epoch, MachinePlace place, HostPaths paths)
    {
        var root = new XElement("domain",
            new XAttribute("type", place.Acceleration == Acceleration.Kvm ? "kvm" : "qemu"),
            new XAttribute(XNamespace.Xmlns + "qemu", Qemu.NamespaceName),
            new XElement("name", machine.Name),
            new XElement("uuid", machine.Id.ToString("D")),
            new XElement("metadata", Metadata(machine.Id, epoch)),
            new XElement("memory", new XAttribute("unit", "MiB"), machine.MemoryMiB),
            new XElement("vcpu", machine.Cpus),
            Boot(machine),
            new XElement("features", new XElement("acpi"), new XElement("apic")),
            Cpu(place.Acceleration),
            new XElement("clock", new XAttribute("offset", "utc")),
            new XElement("on_poweroff", "destroy"),
            new XElement("on_reboot", "restart"),
            new XElement("on_crash", "destroy"),
            Devices(machine, place, paths),
            new XElement(Qemu + "commandline", QmpArguments(machine.Name, epoch, paths)));
        return root.ToString();
    }

    /// <summary>The metadata element alone as virDomainSetMetadata wants it: without namespace, which libvirt adds from its own arguments.</summary>
    internal static string MetadataText(Guid machine, ulong epoch) => $"<machine id=\"{machine:D}\" epoch=\"{epoch}\"/>";

    /// <summary>
    /// The source's live XML as this target shall start it: the disks in its own mount of the machine's folder, and, where it is given, another epoch.
    /// Everything else, above all the device addresses that libvirt has chosen, stays as it is.
    /// </summary>
    /// <param name="bridge">This host's bridge of the guest network; null leaves the source's.</param>
    public static string ForTarget(string domainXml, MachineDefinition machine, string folder, string? bridge, HostPaths paths, ulong? epoch = null)
    {
        var (root, metadata) = Ours(domainXml);
        if (metadata.Machine != machine.Id)
        {
            throw new ArgumentException($"The domain XML is of machine {metadata.Machine}, not of {machine.Name}.", nameof(domainXml));
        }

        // The files that the source has open, and not those that the definition names: with snapshots they are others. Also those that lie below, which libvirt names each.
        foreach (var file in root.Element("devices")?.Elements("disk").Descendants("source").Select(static source => source.Attribute("file")).OfType<XAttribute>().ToArray() ?? [])
        {
            file.Value = Path.Combine(folder, Path.GetFileName(file.Value));
        }

        if (bridge is not null)
        {
            root.Element("devices")?.Element("interface")?.Element("source")?.SetAttributeValue("bridge", bridge);
        }

        if (epoch is { } number)
        {
            root.Element("metadata")!.Element(Holdfast + "machine")!.SetAttributeValue("epoch", number);
            root.Element(Qemu + "commandline")?.ReplaceNodes(QmpArguments(machine.Name, number, paths));
        }

        return root.ToString();
    }

    /// <summary>Machine and epoch of a domain of ours.</summary>
    /// <exception cref="ArgumentException">It is not one.</exception>
    public static (Guid Machine, ulong Epoch) Read(string domainXml) => Ours(domainXml).Metadata;

    /// <summary>What a running domain's CPU is compared by.</summary>
    /// <exception cref="ArgumentException">It says nothing of it.</exception>
    internal static (string Type, string Architecture, string Machine, string? Emulator, string Cpu) ReadCpu(string domainXml)
    {
        var root = XElement.Parse(domainXml);
        return root.Attribute("type")?.Value is { } type && root.Element("os")?.Element("type") is { } os && root.Element("cpu") is { } cpu
            ? (type, os.Attribute("arch")?.Value ?? "x86_64", os.Attribute("machine")?.Value ?? "pc", root.Element("devices")?.Element("emulator")?.Value, cpu.ToString())
            : throw new ArgumentException("The domain XML does not say which CPU the machine has.", nameof(domainXml));
    }

    /// <summary>Machine and epoch of our metadata element; null when it is not one.</summary>
    public static (Guid Machine, ulong Epoch)? ReadMetadata(string? element)
    {
        if (string.IsNullOrEmpty(element))
        {
            return null;
        }

        // virDomainGetMetadata gives the element without the prefix's declaration in some versions, so only attributes are read.
        var id = Attribute(element, "id");
        var epoch = Attribute(element, "epoch");
        return Guid.TryParse(id, out var machine) && ulong.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (machine, number)
            : null;
    }

    private static (XElement Root, (Guid Machine, ulong Epoch) Metadata) Ours(string domainXml)
    {
        var root = XElement.Parse(domainXml);
        var element = root.Element("metadata")?.Element(Holdfast + "machine")?.ToString(SaveOptions.DisableFormatting);
        return ReadMetadata(element) is { } metadata
            ? (root, metadata)
            : throw new ArgumentException("The domain XML is not one of Holdfast's: it lacks the machine's metadata.", nameof(domainXml));
    }

    /// <summary>The names of the files that a running domain's disks write to, by their place.</summary>
    internal static ImmutableSortedDictionary<int, string> ReadDiskFiles(string domainXml) =>
        (XElement.Parse(domainXml).Element("devices")?.Elements("disk") ?? [])
            .Where(static disk => disk.Element("target")?.Attribute("dev")?.Value is ['v', 'd', >= 'a' and <= 'z'] && disk.Element("source")?.Attribute("file") is not null)
            .ToImmutableSortedDictionary(static disk => disk.Element("target")!.Attribute("dev")!.Value[2] - 'a', static disk => Path.GetFileName(disk.Element("source")!.Attribute("file")!.Value));

    /// <summary>What libvirt is told so that disks write to new files from now on (libvirt.org/formatsnapshot.html); a disk that is not named stays as it is.</summary>
    /// <param name="files">By place.</param>
    internal static string SnapshotText(ImmutableSortedDictionary<int, string> files, string folder) => new XElement("domainsnapshot",
        new XElement("disks", Enumerable.Range(0, MostDisks).Select(place => new XElement("disk",
            new XAttribute("name", TargetOf(place)),
            files.TryGetValue(place, out var file)
                ? [new XAttribute("snapshot", "external"), new XAttribute("type", "file"), new XElement("driver", new XAttribute("type", ImageFormat.Qcow2)), new XElement("source", new XAttribute("file", Path.Combine(folder, file)))]
                : (object[])[new XAttribute("snapshot", "no")])).Where((_, place) => place <= files.Keys.Max()))).ToString();

    private static string TargetOf(int place) => $"vd{(char)('a' + place)}";

    private static bool IsBlock(string path) => path.StartsWith("/dev/", StringComparison.Ordinal);

    private static string? Attribute(string element, string name)
    {
        foreach (var quote in (ReadOnlySpan<char>)['"', '\''])
        {
            var start = element.IndexOf($" {name}={quote}", StringComparison.Ordinal);
            if (start >= 0)
            {
                start += name.Length + 3;
                var end = element.IndexOf(quote, start);
                return end < 0 ? null : element[start..end];
            }
        }

        return null;
    }

    private static XElement Metadata(Guid machine, ulong epoch) => new(Holdfast + "machine",
        new XAttribute(XNamespace.Xmlns + "holdfast", MetadataNamespace),
        new XAttribute("id", machine.ToString("D")),
        new XAttribute("epoch", epoch));

    private static XElement Boot(MachineDefinition machine)
    {
        var os = new XElement("os", new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "pc"), "hvm"));
        if (machine.Image is { } boot)
        {
            os.Add(new XElement("kernel", boot.Kernel));
            os.Add(new XElement("initrd", boot.Initrd));
            os.Add(new XElement("cmdline", boot.CommandLine));
        }
        else
        {
            os.Add(new XElement("boot", new XAttribute("dev", "hd")));
        }

        return os;
    }

    // A named model under TCG, so that both sides of a migration have the same one whatever their processors are.
    private static XElement Cpu(Acceleration acceleration) => acceleration == Acceleration.Kvm
        ? new XElement("cpu", new XAttribute("mode", "host-model"))
        : new XElement("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XElement("model", "qemu64"));

    private static XElement Devices(MachineDefinition machine, MachinePlace place, HostPaths paths)
    {
        var devices = new XElement("devices");
        for (var index = 0; index < machine.Disks.Length; index++)
        {
            var disk = machine.Disks[index];
            var active = place.Active.FirstOrDefault(a => a.Disk == disk.File) ?? new(disk.File, disk.File, ImageFormat.Raw);
            devices.Add(Disk(Path.Combine(place.Folder, active.File), active.Format, disk.ReadOnly, index, place));
        }

        devices.Add(new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")));
        if (place.Bridge is not null)
        {
            devices.Add(new XElement("interface",
                new XAttribute("type", "bridge"),
                new XElement("mac", new XAttribute("address", machine.Mac)),
                new XElement("source", new XAttribute("bridge", place.Bridge)),
                new XElement("model", new XAttribute("type", "virtio"))));
        }

        devices.Add(new XElement("serial",
            new XAttribute("type", "unix"),
            new XElement("source", new XAttribute("mode", "bind"), new XAttribute("path", paths.ConsoleSocket(machine.Name))),
            new XElement("log", new XAttribute("file", paths.SerialLog(machine.Name, machine.Id)), new XAttribute("append", "on")),
            new XElement("target", new XAttribute("type", "isa-serial"), new XAttribute("port", 0))));

        // Without a path: libvirt chooses one for each process, also on a migration's target.
        devices.Add(new XElement("channel",
            new XAttribute("type", "unix"),
            new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", "org.qemu.guest_agent.0"))));
        devices.Add(new XElement("memballoon",
            new XAttribute("model", "virtio"),
            new XElement("stats", new XAttribute("period", 10))));
        return devices;
    }

    private static XElement Disk(string path, string format, bool isReadOnly, int index, MachinePlace place)
    {
        var block = IsBlock(path);
        var disk = new XElement("disk",
            new XAttribute("type", block ? "block" : "file"),
            new XAttribute("device", "disk"),
            new XElement("driver",
                new XAttribute("name", "qemu"),
                new XAttribute("type", format),
                new XAttribute("cache", "none"),
                new XAttribute("io", place.NativeIo ? "native" : "threads"),
                new XAttribute("error_policy", "stop"),
                new XAttribute("rerror_policy", "stop")),
            new XElement("source", new XAttribute(block ? "dev" : "file", path)),
            new XElement("target", new XAttribute("dev", TargetOf(index)), new XAttribute("bus", "virtio")));
        if (isReadOnly)
        {
            disk.Add(new XElement("readonly"));
        }

        return disk;
    }

    private static object[] QmpArguments(string name, ulong epoch, HostPaths paths) =>
    [
        Argument("-qmp"), Argument($"unix:{paths.QmpSocket(name, epoch)},server=on,wait=off"),
        Argument("-qmp"), Argument($"unix:{paths.GuardQmpSocket(name, epoch)},server=on,wait=off"),
    ];

    private static XElement Argument(string value) => new(Qemu + "arg", new XAttribute("value", value));
}
