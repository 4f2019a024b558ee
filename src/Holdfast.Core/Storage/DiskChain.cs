using System.Collections.Immutable;
using Holdfast.Core.Model;

namespace Holdfast.Core.Storage;

/// <summary>
/// Which files a machine's disks consist of, and which of them its snapshots name. Taking a snapshot seals the file that is written to and puts an empty one on top of it; no file
/// that was sealed is ever written again, and no name is ever used twice. Every change is a new value; whoever has the right to the machine stores it (docs/adr/0022).
/// </summary>
/// <param name="Active">The file that each disk writes to now.</param>
/// <param name="Layers">All files that are needed, each with the one below it.</param>
/// <param name="Current">The snapshot that the active files lie on; null: none.</param>
public sealed record DiskChain(Guid Machine, ImmutableArray<ActiveFile> Active, ImmutableArray<DiskLayer> Layers, ImmutableArray<MachineSnapshot> Snapshots, string? Current)
{
    /// <summary>The chain of a machine that never had a snapshot: its disks as they were made.</summary>
    public static DiskChain Of(MachineDefinition machine) => new(
        machine.Id,
        [.. machine.Disks.Where(d => !d.ReadOnly).Select(d => new ActiveFile(d.File, d.File, ImageFormat.Raw))],
        [.. machine.Disks.Where(d => !d.ReadOnly).Select(d => new DiskLayer(d.File, ImageFormat.Raw, null, null))], [], null);

    /// <summary>A snapshot was begun and nobody has said yet how it ended.</summary>
    public MachineSnapshot? Open => Snapshots.FirstOrDefault(s => !s.Complete);

    /// <summary>Files that lie below what a disk writes to, and that one itself; the deepest disk counts.</summary>
    public int Depth => Active.IsEmpty ? 0 : Active.Max(a => Below(a.File).Count());

    /// <summary>Files of layers that sit, unnamed by any snapshot, between a disk's active file and the snapshot below it: they can be merged while the machine is stopped.</summary>
    public int Mergeable => Active.Sum(a => Loose(a.File).Count());

    public DiskLayer Layer(string file) => Layers.First(l => l.File == file);

    public MachineSnapshot? Find(string name) => Snapshots.FirstOrDefault(s => s.Name == name);

    /// <summary>Such layers lie below this active file.</summary>
    public bool IsMergeable(string file) => Loose(file).Any();

    /// <summary>From a file down to the one that nothing lies below.</summary>
    public IEnumerable<DiskLayer> Below(string file)
    {
        for (var at = Layers.FirstOrDefault(l => l.File == file); at is not null; at = at.Backing is { } next ? Layers.FirstOrDefault(l => l.File == next) : null)
        {
            yield return at;
        }
    }

    /// <summary>An empty layer on every disk; what was written to until now is the snapshot. It is open until <see cref="Taken"/>, <see cref="Undone"/> or <see cref="Settled"/>.</summary>
    /// <param name="mark">Part of the new files' names, never used before.</param>
    public DiskChain Take(string name, DateTimeOffset at, bool running, string mark) => (this with
    {
        Snapshots = Snapshots.Add(new(name, Current, at, running, false, false, [.. Active.Select(a => new SnapshotFile(a.Disk, a.File))])),
        Current = name,
    }).OnTopOf([.. Active.Select(a => new SnapshotFile(a.Disk, a.File))], mark);

    /// <summary>The open snapshot is complete: what lies below the active files is never written to again.</summary>
    /// <param name="seals">Of its files.</param>
    public DiskChain Taken(bool quiesced, ImmutableSortedDictionary<string, LayerSeal> seals) => this with
    {
        Snapshots = [.. Snapshots.Select(s => s.Complete ? s : s with { Complete = true, Quiesced = quiesced })],
        Layers = [.. Layers.Select(l => seals.TryGetValue(l.File, out var seal) ? l with { Seal = seal } : l)],
    };

    /// <summary>The machine is known to write where it did before the open snapshot: as if that had never been begun.</summary>
    public DiskChain Undone() => Open is not { } open ? this : (this with
    {
        Active = [.. Active.Select(a => open.Files.FirstOrDefault(f => f.Disk == a.Disk) is { } file ? new ActiveFile(a.Disk, file.File, Layer(file.File).Format) : a)],
        Snapshots = Snapshots.Remove(open),
        Current = open.Parent,
    }).Needed();

    /// <summary>The machine's process has ended with a snapshot open. The layers stay, as they are right whichever file it wrote to; the snapshot is none.</summary>
    public DiskChain Settled() => Open is not { } open ? this : this with { Snapshots = Snapshots.Remove(open), Current = open.Parent };

    /// <summary>The disks go on from a snapshot. What was written since the last one is needed by nothing any more.</summary>
    public DiskChain Revert(string name, string mark) => (this with { Current = name }).OnTopOf(Find(name)!.Files, mark).Needed();

    /// <summary>Without the snapshot; those taken after it hang on the one before it. Its files stay as long as something lies on them.</summary>
    public DiskChain Remove(string name)
    {
        var gone = Find(name)!;
        return (this with
        {
            Snapshots = [.. Snapshots.Remove(gone).Select(s => s.Parent == name ? s with { Parent = gone.Parent } : s)],
            Current = Current == name ? gone.Parent : Current,
        }).Needed();
    }

    /// <summary>A disk writes to a new file from now on, which holds all that lies above <paramref name="backing"/>.</summary>
    public DiskChain Merged(string disk, string file, string format, string? backing) => (this with
    {
        Active = [.. Active.Select(a => a.Disk == disk ? new ActiveFile(disk, file, format) : a)],
        Layers = Layers.Add(new(file, format, backing, null)),
    }).Needed();

    /// <summary>The next layer below a disk's active file that a snapshot names; null: none does.</summary>
    public DiskLayer? NamedBelow(string file) => Below(file).Skip(1).FirstOrDefault(l => IsNamed(l.File));

    /// <summary>Files of <paramref name="earlier"/> that this chain does not need.</summary>
    public ImmutableArray<string> NoLonger(DiskChain earlier) => [.. earlier.Layers.Select(l => l.File).Except(Layers.Select(l => l.File)).Order(StringComparer.Ordinal)];

    private IEnumerable<DiskLayer> Loose(string file) => Below(file).Skip(1).TakeWhile(l => !IsNamed(l.File));

    private bool IsNamed(string file) => Snapshots.Any(s => s.Files.Any(f => f.File == file));

    private DiskChain OnTopOf(ImmutableArray<SnapshotFile> files, string mark) => this with
    {
        Active = [.. files.Select(f => new ActiveFile(f.Disk, NameOf(f.Disk, mark), ImageFormat.Qcow2))],
        Layers = [.. Layers, .. files.Select(f => new DiskLayer(NameOf(f.Disk, mark), ImageFormat.Qcow2, f.File, null))],
    };

    /// <summary>Without layers that neither a disk nor a snapshot lies on.</summary>
    private DiskChain Needed()
    {
        var needed = Active.Select(a => a.File).Concat(Snapshots.SelectMany(s => s.Files).Select(f => f.File)).SelectMany(Below).Select(l => l.File).ToHashSet(StringComparer.Ordinal);
        return this with { Layers = [.. Layers.Where(l => needed.Contains(l.File))] };
    }

    /// <summary>"disk0.raw" and "1f2e" give "disk0.1f2e.qcow2".</summary>
    public static string NameOf(string disk, string mark, string format = ImageFormat.Qcow2) => $"{(disk.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? disk[..dot] : disk)}.{mark}.{format}";
}

/// <summary>QEMU's names of the formats that machines' files have.</summary>
public static class ImageFormat
{
    public const string Raw = "raw";
    public const string Qcow2 = "qcow2";
}

/// <param name="Disk">As the machine's definition names it.</param>
/// <param name="File">In the machine's folder.</param>
public sealed record ActiveFile(string Disk, string File, string Format);

/// <param name="Backing">The file that it lies on; null: none.</param>
/// <param name="Seal">What the file was when it was sealed; null: it is written to, or nobody has looked.</param>
public sealed record DiskLayer(string File, string Format, string? Backing, LayerSeal? Seal);

/// <param name="Bytes">Its size.</param>
/// <param name="Sum">How it was summed and the sum: "sha256:…" of all, "sha256-64x64KiB:…" of 64 pieces spread over it.</param>
public sealed record LayerSeal(long Bytes, string Sum);

/// <param name="Parent">The snapshot that it was made after; null: none.</param>
/// <param name="TakenAt">By the clock of the host that took it; only people read it.</param>
/// <param name="Running">The machine ran.</param>
/// <param name="Quiesced">Its guest agent had brought its file systems to rest.</param>
/// <param name="Complete">False: it was begun, and whether the machine has gone over to its new files was not written down.</param>
public sealed record MachineSnapshot(string Name, string? Parent, DateTimeOffset TakenAt, bool Running, bool Quiesced, bool Complete, ImmutableArray<SnapshotFile> Files);

public sealed record SnapshotFile(string Disk, string File);
