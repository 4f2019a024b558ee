using System.Buffers.Binary;
using System.Text.Json;
using Holdfast.Core.Guarding.Deciding;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Guard.Linux;

/// <summary>
/// The guard's memory over its own restart, on a tmpfs: the whole of it replaced at each change, and beside it one small record an area
/// for the renewals' starts, overwritten in place. A record that was lost or is older only makes the right end earlier.
/// </summary>
internal sealed class StateFile(string path)
{
    private const int RecordLength = 72;
    private const int MostRecords = 64;
    private readonly Dictionary<Guid, int> _places = [];
    private readonly Lock _writing = new();
    private SafeFileHandle? _renewals;

    /// <summary>What the former guard left, or null; <paramref name="lastOrder"/>: when its agent last gave an order, as far as it is known.</summary>
    public GuardMemory? Load(out ClockReading? lastOrder, out string? complaint)
    {
        (lastOrder, complaint) = (null, null);
        try
        {
            if (!File.Exists(path) || JsonSerializer.Deserialize(File.ReadAllBytes(path), MemoryCodec.Default.GuardMemory) is not { } memory)
            {
                return null;
            }

            var records = File.Exists(path + ".renewals") ? File.ReadAllBytes(path + ".renewals") : [];
            var areas = memory.Areas.ToArray();
            for (var at = 0; at + RecordLength <= records.Length; at += RecordLength)
            {
                Merge(records.AsSpan(at, RecordLength), areas, ref lastOrder);
            }

            return memory with { Areas = areas };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            complaint = $"The state file {path} cannot be used ({e.Message}), so every QEMU process is frozen until the agent grants it again.";
            return null;
        }
    }

    public void Save(GuardMemory memory)
    {
        var next = path + ".new";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(memory, MemoryCodec.Default.GuardMemory));
        File.Move(next, path, overwrite: true);
    }

    public void NoteRenewal(GuardAction.NoteRenewal note)
    {
        Span<byte> record = stackalloc byte[RecordLength];
        note.AreaId.TryWriteBytes(record);
        note.Incarnation.TryWriteBytes(record[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], note.Start.Boot);
        BinaryPrimitives.WriteInt64LittleEndian(record[40..], note.Start.Raw);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], note.LastOrder.Boot);
        BinaryPrimitives.WriteInt64LittleEndian(record[56..], note.LastOrder.Raw);
        BinaryPrimitives.WriteInt64LittleEndian(record[64..], Checksum(record));
        lock (_writing)
        {
            _renewals ??= File.OpenHandle(path + ".renewals", FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            if (!_places.TryGetValue(note.AreaId, out var place))
            {
                place = _places.Count % MostRecords;
                _places[note.AreaId] = place;
            }

            RandomAccess.Write(_renewals, record, place * RecordLength);
        }
    }

    private void Merge(ReadOnlySpan<byte> record, RememberedArea[] areas, ref ClockReading? lastOrder)
    {
        if (BinaryPrimitives.ReadInt64LittleEndian(record[64..]) != Checksum(record))
        {
            return;
        }

        var (areaId, incarnation) = (new Guid(record[..16]), new Guid(record[16..32]));
        var start = new ClockReading(BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]));
        var order = new ClockReading(BinaryPrimitives.ReadInt64LittleEndian(record[48..]), BinaryPrimitives.ReadInt64LittleEndian(record[56..]));
        _places.TryAdd(areaId, _places.Count);
        for (var i = 0; i < areas.Length; i++)
        {
            if (areas[i].Opened.AreaId == areaId && areas[i].Incarnation == incarnation && start.Boot > areas[i].RenewedBoot)
            {
                areas[i] = areas[i] with { RenewedBoot = start.Boot, RenewedRaw = start.Raw };
                lastOrder = lastOrder is { } known && known.Boot > order.Boot ? known : order;
            }
        }
    }

    private static long Checksum(ReadOnlySpan<byte> record)
    {
        var sum = 0x484F4C4446415354L;
        for (var at = 0; at < 64; at += 8)
        {
            sum = (sum * 31) + BinaryPrimitives.ReadInt64LittleEndian(record[at..]);
        }

        return sum;
    }
}
