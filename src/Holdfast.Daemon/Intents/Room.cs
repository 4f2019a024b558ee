using System.Globalization;
using Holdfast.Api;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Intents;

/// <summary>Is there a host with room? Says which one comes nearest when there is none.</summary>
internal static class Room
{
    /// <summary>Null when a living host, or the one asked for, has room, else the refusal.</summary>
    public static string? For(string machine, int memoryMiB, HostSnapshot snapshot, string? host = null)
    {
        if (host is not null)
        {
            return OnHost(machine, memoryMiB, snapshot, host);
        }

        var alive = snapshot.Hosts.Where(h => h is { State: "alive", Draining: false }).ToList();
        if (alive.Any(h => h.FreeMemoryMiB >= memoryMiB))
        {
            return null;
        }

        return alive.MaxBy(h => h.FreeMemoryMiB) is { FreeMemoryMiB: > 0 } best
            ? $"no room for {machine}: it needs {Size(memoryMiB)}, the largest free host is {best.Name} with {Size(best.FreeMemoryMiB)}; give it less memory or free some."
            : $"no room for {machine}: it needs {Size(memoryMiB)}, and no living host that takes machines has said that it has memory to give; see 'holdfast host list'.";
    }

    public static void Check(string machine, int memoryMiB, HostSnapshot snapshot, string? host = null)
    {
        if (For(machine, memoryMiB, snapshot, host) is { } refusal)
        {
            throw new ApiException(ErrorCode.NoRoom, refusal);
        }
    }

    private static string? OnHost(string machine, int memoryMiB, HostSnapshot snapshot, string host) =>
        snapshot.Hosts.FirstOrDefault(h => h.Name == host) is not { State: "alive" } asked
            ? $"{host} cannot take {machine}: it is not seen alive; see 'holdfast host show {host}', or leave the host out and the cluster chooses one."
            : asked.Draining ? $"{host} cannot take {machine}: it is being drained and takes no machines until 'holdfast host resume {host}'; or leave the host out and the cluster chooses one."
            : asked.FreeMemoryMiB > 0 && asked.FreeMemoryMiB < memoryMiB // 0 is also what a host says that has just joined: its own agent decides then
                ? $"no room for {machine} on {host}: it needs {Size(memoryMiB)}, {Size(asked.FreeMemoryMiB)} are free there; give it less memory, or leave the host out and the cluster chooses one."
                : null;

    internal static string Size(long mib) => mib >= 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{mib / 1024.0:0.#} GiB")
        : string.Create(CultureInfo.InvariantCulture, $"{mib} MiB");
}
