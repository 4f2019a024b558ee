using System.Buffers.Binary;
using System.Net.Sockets;

namespace Holdfast.Daemon.Access;

/// <summary>Whom the kernel names as the process at the other end of a unix socket (unix(7), SO_PEERCRED).</summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1, PeerCred = 17;

    /// <summary>Null: it is no unix socket.</summary>
    public static uint? UidOf(Socket? socket)
    {
        if (socket is not { AddressFamily: AddressFamily.Unix })
        {
            return null;
        }

        Span<byte> ucred = stackalloc byte[12]; // pid, uid, gid
        return socket.GetRawSocketOption(SolSocket, PeerCred, ucred) == ucred.Length ? BinaryPrimitives.ReadUInt32LittleEndian(ucred[4..]) : null;
    }
}
