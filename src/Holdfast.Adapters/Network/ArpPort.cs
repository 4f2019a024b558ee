using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Holdfast.Adapters.Linux;

namespace Holdfast.Adapters.Network;

/// <summary>ARP on one network. No member waits.</summary>
public interface IArpPort
{
    /// <summary>This host's own MAC address there; null while the network cannot be reached.</summary>
    string? Mac { get; }

    /// <summary>A frame has come in, from another device; called on the listening thread.</summary>
    event Action<ArpFrame>? Heard;

    /// <summary>To everybody on the network. False: it could not be sent.</summary>
    bool Send(ArpFrame frame);
}

/// <summary>
/// ARP on a bridge of this host (packet(7)): what is broadcast on its network, and what is sent to the bridge itself. Listens on a thread of its own, and begins
/// anew when the bridge goes and comes. .NET has no packet sockets, and the libraries that have (SharpPcap) need libpcap for 42 bytes.
/// </summary>
public sealed class ArpPort : IArpPort, IDisposable
{
    private const int Packet = 17, AddressLength = 20, HardwareAddress = 12;

    private readonly string bridge;
    private readonly Thread thread;
    private readonly Lock turn = new();
    private int socket = -1;
    private volatile bool ending;

    public ArpPort(string bridge)
    {
        this.bridge = bridge;
        thread = new Thread(Listen) { IsBackground = true, Name = "arp" };
    }

    public event Action<ArpFrame>? Heard;

    public string? Mac
    {
        get
        {
            Span<byte> address = stackalloc byte[AddressLength];
            var length = address.Length;
            lock (turn)
            {
                // Asked each time: a bridge takes the lowest address of its ports, and they come and go.
                return socket >= 0 && SystemCalls.OwnAddress(socket, address, ref length) == 0 ? ArpFrames.Mac(address[HardwareAddress..]) : null;
            }
        }
    }

    public void Start() => thread.Start();

    public bool Send(ArpFrame frame)
    {
        var bytes = ArpFrames.Encode(frame);
        lock (turn)
        {
            return socket >= 0 && SystemCalls.Send(socket, bytes, (nuint)bytes.Length, SystemCalls.DoNotWait) == bytes.Length;
        }
    }

    public void Dispose() => ending = true;

    private void Listen()
    {
        while (!ending)
        {
            if (SystemCalls.InterfaceIndex(bridge) is > 0 and var index && Open(index) is >= 0 and var opened)
            {
                try
                {
                    lock (turn)
                    {
                        socket = opened;
                    }

                    Receive(opened, index);
                }
                finally
                {
                    // Under the lock: a number that was closed may be another file's at once, and must not be sent to.
                    lock (turn)
                    {
                        socket = -1;
                        _ = SystemCalls.Close(opened);
                    }
                }
            }

            // There is no such bridge, it is down, or it is another one of its name.
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>The socket, or -1.</summary>
    private static int Open(int index)
    {
        // No protocol yet: until it is bound, it would get the frames of every interface.
        var opened = SystemCalls.OpenSocket(Packet, SystemCalls.Raw | SystemCalls.CloseOnExec, 0);

        // sockaddr_ll
        Span<byte> address = stackalloc byte[AddressLength];
        BinaryPrimitives.WriteUInt16LittleEndian(address, Packet);
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], ArpFrames.EtherType);
        BinaryPrimitives.WriteInt32LittleEndian(address[4..], index);
        if (opened < 0 || (SystemCalls.Bind(opened, address, address.Length) == 0 && SystemCalls.ReceiveForASecond(opened)))
        {
            return opened;
        }

        _ = SystemCalls.Close(opened);
        return -1;
    }

    private void Receive(int opened, int index)
    {
        var buffer = new byte[2048];
        while (!ending && SystemCalls.InterfaceIndex(bridge) == index)
        {
            var length = SystemCalls.Receive(opened, buffer, (nuint)buffer.Length, 0);
            if (length < 0 && Marshal.GetLastPInvokeError() is not (SystemCalls.TryAgain or SystemCalls.Interrupted))
            {
                return;
            }

            if (ArpFrames.Decode(buffer.AsSpan(0, (int)Math.Max(0, length))) is { } frame)
            {
                Heard?.Invoke(frame);
            }
        }
    }
}
