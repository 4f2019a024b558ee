using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Network;

/// <summary>
/// A heartbeat on the wire, the only place that knows its form: a head in the clear, which is authenticated too, and a body under ChaCha20-Poly1305.
/// Never longer than <see cref="MaxLength"/>, so that it is never fragmented.
/// </summary>
/// <remarks>
/// Head: magic u32, version u8, slot u8, receiver's slot u8, kind u8 (0 heartbeat, 1 probe), key id u32, boot id 16, nonce 12 (the uptime and a counter of the
/// sender's process). Body of a heartbeat: sequence u64, flags u32, network u8 (which of the list), count u8, per network: name (length u8, UTF-8) and heard u64;
/// size of the probes u16, networks without a carrier u16 (bit per network of the list); then 0 u8, or 1 u8 and the echo: sequence u64, held u32 and spread u32
/// in microseconds, loss u16 in parts of 10,000, hole u16; then 0 u8, or 1 u8 (3 u8: while it settles) and the load: processors u16, used ones u32 in thousandths, memory u32 and
/// used memory u32 in MiB, and a u8: 0, or 1 and the pressure of processors, memory and I/O, each u16 in hundredths of a percent. Body of a probe: size u16, network's name, zeros up to that size. Tag 16. Numbers are little-endian.
/// Not for two threads at once.
/// </remarks>
internal sealed class HeartbeatCodec(ClusterKey key)
{
    /// <summary>Fits one packet of any network that carries IPv6 (1280 bytes with its headers).</summary>
    public const int MaxLength = HeadLength + 18 + (ClusterNetwork.MaxCount * (1 + ClusterNetwork.MaxNameBytes + 8)) + 21 + LoadLength + TagLength;
    private const int LoadLength = 22;
    private const int HeadLength = 40;
    private const int NonceAt = 28;
    private const int TagLength = 16;
    private const uint Magic = 0x4842_4648; // "HFBH"
    private const byte Version = 4;
    private const double Thousandths = 1000;
    private const double Hundredths = 100;
    private const byte Beat = 0;
    private const byte Probe = 1;
    private readonly Dictionary<int, (uint Key, Guid Boot, ChaCha20Poly1305 Cipher)> ciphers = [];
    private byte[] large = [];
    private uint counter;

    /// <returns>The packet's length in <paramref name="packet"/>, which holds at least <see cref="MaxLength"/> bytes.</returns>
    /// <exception cref="ArgumentException">The heartbeat names its network not, too many networks or one with too long a name.</exception>
    public int Write(Heartbeat heartbeat, int toSlot, Span<byte> packet)
    {
        Span<byte> body = stackalloc byte[MaxLength];
        body = body[..WriteBody(heartbeat, body)];
        return Seal(Beat, heartbeat.Slot, toSlot, heartbeat.BootId, heartbeat.Uptime, body, packet);
    }

    /// <summary>A probe fills the whole of <paramref name="packet"/>, which is as long as the probe's size leaves room for.</summary>
    public void Write(MtuProbe probe, int toSlot, Span<byte> packet)
    {
        var body = Body(packet.Length);
        body.Clear();
        var writer = new SpanWriter(body);
        writer.U16(checked((ushort)probe.Bytes));
        writer.Text(probe.Network, ClusterNetwork.MaxNameBytes);
        Seal(Probe, probe.Slot, toSlot, probe.BootId, probe.Uptime, body, packet);
    }

    /// <summary>
    /// A <see cref="Heartbeat"/> or an <see cref="MtuProbe"/>; null when the packet is not ours, of another version, torn, or not made with one of the cluster's secrets.
    /// </summary>
    public (object Said, int ToSlot)? Read(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < HeadLength + TagLength)
        {
            return null;
        }

        var head = packet[..HeadLength];
        var reader = new SpanReader(head);
        if (reader.U32() != Magic || reader.U8() != Version)
        {
            return null;
        }

        var (slot, to, kind, id, boot) = (reader.U8(), reader.U8(), reader.U8(), reader.U32(), reader.Guid());
        if (slot >= Slot.Count || kind > Probe || (kind == Beat && packet.Length > MaxLength))
        {
            return null;
        }

        Span<byte> body = kind == Beat ? stackalloc byte[packet.Length - HeadLength - TagLength] : Body(packet.Length);
        var uptime = new TimeSpan((long)reader.U64());
        object? said = !Open(packet, head, body, id, slot, boot) ? null : kind == Beat ? ReadBody(body, slot, boot, uptime) : ReadProbe(body, slot, boot, uptime);
        return said is null ? null : (said, to);
    }

    /// <summary>Room for the body of a large packet, kept: strangers may send many.</summary>
    private Span<byte> Body(int packet)
    {
        large = large.Length < packet ? new byte[packet] : large;
        return large.AsSpan(0, packet - HeadLength - TagLength);
    }

    private int Seal(byte kind, int slot, int toSlot, Guid boot, TimeSpan uptime, ReadOnlySpan<byte> body, Span<byte> packet)
    {
        var head = packet[..HeadLength];
        var writer = new SpanWriter(head);
        writer.U32(Magic);
        writer.U8(Version);
        writer.U8(checked((byte)slot));
        writer.U8(checked((byte)toSlot));
        writer.U8(kind);
        writer.U32(key.Id);
        writer.Guid(boot);
        writer.U64((ulong)uptime.Ticks);
        writer.U32(++counter);
        var cipher = Cipher(key.Id, slot, boot, known: true)!;
        cipher.Encrypt(head[NonceAt..], body, packet.Slice(HeadLength, body.Length), packet.Slice(HeadLength + body.Length, TagLength), head);
        return HeadLength + body.Length + TagLength;
    }

    private bool Open(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> head, Span<byte> body, uint id, int slot, Guid boot)
    {
        if (Cipher(id, slot, boot, known: false) is not { } cipher)
        {
            return false;
        }

        try
        {
            cipher.Decrypt(head[NonceAt..], packet[HeadLength..^TagLength], packet[^TagLength..], body, head);
            Keep(id, slot, boot, cipher);
            return true;
        }
        catch (CryptographicException)
        {
            if (!ciphers.TryGetValue(slot, out var kept) || kept.Cipher != cipher)
            {
                cipher.Dispose();
            }

            return false;
        }
    }

    /// <param name="known">It is kept at once: made for what this host sends itself.</param>
    private ChaCha20Poly1305? Cipher(uint id, int slot, Guid boot, bool known)
    {
        if (ciphers.TryGetValue(slot, out var kept) && kept.Key == id && kept.Boot == boot)
        {
            return kept.Cipher;
        }

        var cipher = key.Heartbeats(id, slot, boot);
        if (known)
        {
            Keep(id, slot, boot, cipher!);
        }

        return cipher;
    }

    /// <summary>One a sender, and only once a packet was proven to be its own: strangers' packets fill no table.</summary>
    private void Keep(uint id, int slot, Guid boot, ChaCha20Poly1305 cipher)
    {
        if (ciphers.TryGetValue(slot, out var kept) && kept.Cipher != cipher)
        {
            kept.Cipher.Dispose();
        }

        ciphers[slot] = (id, boot, cipher);
    }

    private static int WriteBody(Heartbeat heartbeat, Span<byte> body)
    {
        var network = heartbeat.Heard.Keys.ToImmutableArray().IndexOf(heartbeat.Network);
        if (network < 0 || heartbeat.Heard.Count > ClusterNetwork.MaxCount)
        {
            throw new ArgumentException($"A heartbeat names its own network and at most {ClusterNetwork.MaxCount} in all.", nameof(heartbeat));
        }

        var writer = new SpanWriter(body);
        writer.U64(heartbeat.Sequence);
        writer.U32((uint)heartbeat.Flags);
        writer.U8((byte)network);
        writer.U8((byte)heartbeat.Heard.Count);
        foreach (var (name, heard) in heartbeat.Heard)
        {
            writer.Text(name, ClusterNetwork.MaxNameBytes);
            writer.U64(heard);
        }

        writer.U16(checked((ushort)heartbeat.ProbeBytes));
        writer.U16(Bits(heartbeat));
        writer.U8(heartbeat.Echo is null ? (byte)0 : (byte)1);
        if (heartbeat.Echo is { } echo)
        {
            writer.U64(echo.Sequence);
            writer.U32(Microseconds(echo.Held));
            writer.U32(Microseconds(echo.Spread));
            writer.U16((ushort)Math.Round(Math.Clamp(echo.Loss, 0, 1) * 10_000));
            writer.U16(checked((ushort)echo.Hole));
        }

        WriteLoad(heartbeat.Load, ref writer);
        return writer.Written;
    }

    private static void WriteLoad(HostLoad? load, ref SpanWriter writer)
    {
        writer.U8(load is null ? (byte)0 : load.Settling ? (byte)3 : (byte)1);
        if (load is null)
        {
            return;
        }

        writer.U16((ushort)Math.Clamp(load.Cpus, 0, ushort.MaxValue));
        writer.U32((uint)Math.Clamp(Math.Round(load.UsedCpus * Thousandths), 0, uint.MaxValue));
        writer.U32((uint)Math.Clamp(load.MemoryMiB, 0, uint.MaxValue));
        writer.U32((uint)Math.Clamp(load.UsedMemoryMiB, 0, uint.MaxValue));
        writer.U8(load.Pressure is null ? (byte)0 : (byte)1);
        foreach (var percent in load.Pressure is { } p ? [p.Cpu, p.Memory, p.Io] : ReadOnlySpan<double>.Empty)
        {
            writer.U16((ushort)Math.Clamp(Math.Round(percent * Hundredths), 0, ushort.MaxValue));
        }
    }

    /// <summary>False: it is not one.</summary>
    private static bool ReadLoad(ref SpanReader reader, out HostLoad? load)
    {
        load = null;
        var kind = reader.U8();
        if (kind is 0)
        {
            return true;
        }

        load = new HostLoad(reader.U16(), reader.U32() / Thousandths, reader.U32(), reader.U32()) { Settling = kind == 3 };
        var hasPressure = reader.U8();
        load = hasPressure == 1 ? load with { Pressure = new(reader.U16() / Hundredths, reader.U16() / Hundredths, reader.U16() / Hundredths) } : load;
        return kind is 1 or 3 && hasPressure <= 1;
    }

    /// <summary>Networks without a carrier, by their place in the list.</summary>
    private static ushort Bits(Heartbeat heartbeat)
    {
        var bits = 0;
        var place = 0;
        foreach (var name in heartbeat.Heard.Keys)
        {
            bits |= heartbeat.Unplugged.Contains(name) ? 1 << place : 0;
            place++;
        }

        return (ushort)bits;
    }

    private static MtuProbe? ReadProbe(ReadOnlySpan<byte> body, int slot, Guid boot, TimeSpan uptime)
    {
        var reader = new SpanReader(body);
        var (bytes, network) = (reader.U16(), reader.Text(ClusterNetwork.MaxNameBytes));
        return reader.Failed ? null : new(slot, boot, network, uptime, bytes);
    }

    /// <summary>Null when it is not exactly one body: the sender has another idea of the form.</summary>
    private static Heartbeat? ReadBody(ReadOnlySpan<byte> body, int slot, Guid boot, TimeSpan uptime)
    {
        var reader = new SpanReader(body);
        var (sequence, flags, network, count) = (reader.U64(), reader.U32(), reader.U8(), reader.U8());
        if (reader.Failed || count > ClusterNetwork.MaxCount || network >= count)
        {
            return null;
        }

        var names = new string[count];
        var heard = ImmutableSortedDictionary.CreateBuilder<string, ulong>(StringComparer.Ordinal);
        for (var n = 0; n < count; n++)
        {
            names[n] = reader.Text(ClusterNetwork.MaxNameBytes);
            heard[names[n]] = reader.U64();
        }

        var (probes, unplugged, hasEcho) = (reader.U16(), reader.U16(), reader.U8());
        var echo = hasEcho == 1
            ? new HeartbeatEcho(reader.U64(), FromMicroseconds(reader.U32()), Spread: FromMicroseconds(reader.U32()), Loss: reader.U16() / 10_000.0) { Hole = reader.U16() }
            : null;
        return !ReadLoad(ref reader, out var load) || reader.Failed || reader.Left > 0 || hasEcho > 1 || echo?.Loss > 1 || heard.Count != count
            ? null
            : new(slot, boot, names[network], sequence, uptime, heard.ToImmutable(), (HeartbeatFlags)flags, echo)
            {
                ProbeBytes = probes,
                Load = load,
                Unplugged = unplugged == 0 ? [] : [.. names.Where((_, n) => (unplugged & (1 << n)) != 0)],
            };
    }

    private static uint Microseconds(TimeSpan span) => (uint)Math.Clamp(span.TotalMicroseconds, 0, uint.MaxValue);

    private static TimeSpan FromMicroseconds(uint microseconds) => new(microseconds * TimeSpan.TicksPerMicrosecond);
}
