using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Holdfast.Adapters.Linux;

namespace Holdfast.Adapters.Network;

/// <summary>
/// Where a bridge sees MAC addresses: what the kernel tells of its forwarding table as it learns (rtnetlink(7), RTM_NEWNEIGH of the family AF_BRIDGE), also when
/// an address has moved for a moment only, and the whole table once a second, as the kernel does not tell of frames from where it knows an address to be.
/// Listens on a thread of its own; nobody waits for it.
/// </summary>
public sealed class BridgeSightings : IDisposable
{
    private const int Netlink = 16, Route = 0, NeighbourGroup = 1 << 2;

    private readonly string bridge;
    private readonly Action<string, string, TimeSpan> seen;
    private readonly Thread thread;
    private readonly Dictionary<int, string> names = [];
    private volatile bool ending;

    /// <param name="seen">A MAC address, the name of its port and how long ago it was last seen there; called on the listening thread.</param>
    public BridgeSightings(string bridge, Action<string, string, TimeSpan> seen)
    {
        (this.bridge, this.seen) = (bridge, seen);
        thread = new Thread(Listen) { IsBackground = true, Name = "bridge" };
    }

    /// <summary>Each port's own address: that of a libvirt tap is its machine's with the first byte fe.</summary>
    public ImmutableSortedDictionary<string, string> Ports { get; private set; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public void Start() => thread.Start();

    public void Dispose() => ending = true;

    private void Listen()
    {
        while (!ending)
        {
            // What went while nobody listened was not told.
            Ports = Ports.Clear();
            names.Clear();
            var socket = SystemCalls.OpenSocket(Netlink, SystemCalls.Raw | SystemCalls.CloseOnExec, Route);
            try
            {
                if (socket >= 0 && Subscribe(socket))
                {
                    Receive(socket);
                }
            }
            finally
            {
                _ = SystemCalls.Close(socket);
            }

            // The kernel had more to say than the buffer holds, or there is no such bridge, or another one of its name: begin anew with the whole table.
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    private static bool Subscribe(int socket)
    {
        // sockaddr_nl
        Span<byte> address = stackalloc byte[12];
        BinaryPrimitives.WriteUInt16LittleEndian(address, Netlink);
        BinaryPrimitives.WriteInt32LittleEndian(address[8..], NeighbourGroup);
        return SystemCalls.Bind(socket, address, address.Length) == 0 && SystemCalls.ReceiveForASecond(socket);
    }

    private static bool AskForAll(int socket)
    {
        // nlmsghdr, ifinfomsg: the table of every bridge.
        Span<byte> dump = stackalloc byte[32];
        BinaryPrimitives.WriteInt32LittleEndian(dump, 32);
        BinaryPrimitives.WriteUInt16LittleEndian(dump[4..], BridgeMessages.GetNeighbour);
        BinaryPrimitives.WriteUInt16LittleEndian(dump[6..], BridgeMessages.RequestDump);
        dump[16] = BridgeMessages.BridgeFamily;
        return SystemCalls.Send(socket, dump, (nuint)dump.Length, 0) == dump.Length;
    }

    private void Receive(int socket)
    {
        var buffer = new byte[64 << 10];
        var index = SystemCalls.InterfaceIndex(bridge);
        long? asked = null;
        while (!ending && index != 0 && SystemCalls.InterfaceIndex(bridge) == index)
        {
            if (asked is null || Stopwatch.GetElapsedTime(asked.Value) >= TimeSpan.FromSeconds(1))
            {
                if (!AskForAll(socket))
                {
                    return;
                }

                asked = Stopwatch.GetTimestamp();
            }

            var length = SystemCalls.Receive(socket, buffer, (nuint)buffer.Length, 0);
            if (length < 0 && Marshal.GetLastPInvokeError() is not (SystemCalls.TryAgain or SystemCalls.Interrupted))
            {
                return;
            }

            foreach (var entry in BridgeMessages.Read(buffer.AsSpan(0, (int)Math.Max(0, length))).Where(e => e.Bridge == index))
            {
                Note(entry);
            }
        }
    }

    private void Note(BridgeEntry entry)
    {
        // A port that is gone has no name any more when its entries go.
        if ((Name(entry.Port) ?? names.GetValueOrDefault(entry.Port)) is not { } port)
        {
            return;
        }

        names[entry.Port] = port;
        if (entry.IsOwn)
        {
            Ports = entry.IsGone ? Ports.Remove(port) : Ports.SetItem(port, entry.Mac);
            if (entry.IsGone)
            {
                names.Remove(entry.Port);
            }
        }
        else if (!entry.IsGone)
        {
            seen(entry.Mac, port, entry.Age);
        }
    }

    private static string? Name(int index)
    {
        Span<byte> name = stackalloc byte[16];
        return SystemCalls.InterfaceName(index, name) == 0 ? null : System.Text.Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]);
    }
}
