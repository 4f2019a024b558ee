using System.Globalization;
using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Intents;

/// <summary>Is there a host with room? Says which one comes nearest when there is none.</summary>
internal static class Room
{
    /// <summary>Null when a living host has room, else the refusal.</summary>
    public static string? For(string machine, int memoryMiB, HostSnapshot snapshot)
    {
        var alive = snapshot.Hosts.Where(h => h.State == "alive").ToList();
        if (alive.Any(h => h.FreeMemoryMiB >= memoryMiB))
        {
            return null;
        }

        return alive.MaxBy(h => h.FreeMemoryMiB) is { FreeMemoryMiB: > 0 } best
            ? $"no room for {machine}: it needs {Size(memoryMiB)}, the largest free host is {best.Name} with {Size(best.FreeMemoryMiB)}; give it less memory or free some."
            : $"no room for {machine}: it needs {Size(memoryMiB)}, and no living host has said that it has memory to give; see 'holdfast host list'.";
    }

    public static void Check(string machine, int memoryMiB, HostSnapshot snapshot)
    {
        if (For(machine, memoryMiB, snapshot) is { } refusal)
        {
            throw new ApiException(ErrorCode.NoRoom, refusal);
        }
    }

    internal static string Size(long mib) => mib >= 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{mib / 1024.0:0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{mib} MiB");
}
