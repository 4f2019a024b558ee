using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>C layout of virNodeInfo; memory is in KiB.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NodeInfo
{
    public fixed byte Model[32];
    public nuint Memory;
    public uint Cpus;
    public uint Mhz;
    public uint Nodes;
    public uint Sockets;
    public uint Cores;
    public uint Threads;
}

/// <summary>C layout of virNodeMemoryStats; values are in KiB.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NodeMemoryStats
{
    public fixed byte Field[80];
    public ulong Value;
}
