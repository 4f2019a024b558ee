using System.Runtime.InteropServices;
using System.Text;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Linux;

/// <summary>
/// What the kernel says of an interface (netdevice(7)) and of a bond (Documentation/networking/bonding), asked of the own network namespace, which /sys need not show.
/// </summary>
public static partial class KernelLinks
{
    private const int Inet = 2;
    private const int Datagram = 2;
    private const nuint GetFlags = 0x8913;
    private const nuint GetMtu = 0x8921;
    private const int Up = 0x1;
    private const int Running = 0x40;
    private const int NameLength = 16;

    /// <summary>Null when there is no such interface.</summary>
    public static unsafe OwnLink? Of(string name)
    {
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        if (Encoding.ASCII.GetByteCount(name) >= NameLength)
        {
            return null;
        }

        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameLength));
        var socket = SystemCalls.OpenSocket(Inet, Datagram | SystemCalls.CloseOnExec, 0);
        if (socket < 0)
        {
            return null;
        }

        try
        {
            if (Ask(socket, GetFlags, request) != 0)
            {
                return null;
            }

            var carrier = (*(short*)(request + NameLength) & (Up | Running)) == (Up | Running);
            return Ask(socket, GetMtu, request) == 0 ? new(carrier, *(int*)(request + NameLength), BondOf(name)) : null;
        }
        finally
        {
            _ = SystemCalls.Close(socket);
        }
    }

    /// <summary>From the text of /proc/net/bonding/NAME; null when it is none.</summary>
    internal static BondState? Bond(string text)
    {
        var (mode, members, up, inMember) = ("", 0, 0, false);
        foreach (var line in text.Split('\n'))
        {
            if (line.Split(": ", 2, StringSplitOptions.TrimEntries) is not [var field, var value])
            {
                continue;
            }

            switch (field)
            {
                case "Bonding Mode":
                    // "fault-tolerance (active-backup)", "IEEE 802.3ad Dynamic link aggregation"
                    mode = value.Split('(', ')') is [_, var word, ..] ? word : value;
                    break;
                case "Slave Interface":
                    (members, inMember) = (members + 1, true);
                    break;
                case "MII Status" when inMember:
                    up += value == "up" ? 1 : 0;
                    break;
            }
        }

        return mode.Length == 0 ? null : new(mode, up, members);
    }

    private static BondState? BondOf(string name)
    {
        try
        {
            return Bond(File.ReadAllText($"/proc/net/bonding/{name}"));
        }
        catch (IOException)
        {
            // No bond, or not any more.
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Ask(int socket, nuint request, byte* argument);
}
