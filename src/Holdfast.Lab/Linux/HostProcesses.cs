using System.Globalization;

namespace Holdfast.Lab.Linux;

/// <summary>The processes of one host, found by its pid namespace: nothing that runs in the host can hide from it.</summary>
internal static class HostProcesses
{
    internal static IEnumerable<int> Pids()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(folder.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    internal static string? PidNamespace(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/ns/pid").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static IReadOnlyList<int> Of(ProcessId init) =>
        init.Alive && PidNamespace(init.Pid) is { } home ? [.. Pids().Where(pid => PidNamespace(pid) == home)] : [];

    internal static string[] CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The machine that a QEMU process runs, from <c>-name guest=NAME,…</c>; null when it is not one of a machine.</summary>
    internal static string? Machine(IReadOnlyList<string> command)
    {
        if (command.Count == 0 || !Path.GetFileName(command[0]).StartsWith("qemu-system", StringComparison.Ordinal))
        {
            return null;
        }

        return After(command, "-name")?.Split(',')[0] is not { } name ? null
            : name.StartsWith("guest=", StringComparison.Ordinal) ? name[6..] : name;
    }

    /// <summary>The first eight digits of a QEMU process's machine id; empty when it has none.</summary>
    internal static string LogId(IReadOnlyList<string> command) => After(command, "-uuid")?.Split('-')[0] ?? "";

    private static string? After(IReadOnlyList<string> command, string option)
    {
        for (var i = 1; i < command.Count - 1; i++)
        {
            if (command[i] == option)
            {
                return command[i + 1];
            }
        }

        return null;
    }

    /// <summary>Pids in the host of a process by its lab name: agent, guard, libvirtd, etcd, store, qemu:VM; in the store's own, server.</summary>
    internal static IReadOnlyList<int> Find(ProcessId init, string process)
    {
        var command = process switch
        {
            "agent" => "holdfastd",
            "guard" => "holdfast-guard",
            "libvirtd" => "libvirtd",
            "etcd" => "etcd",
            "store" => "glusterfs",
            "server" => "glusterfsd",
            ['q', 'e', 'm', 'u', ':', _, ..] => null,
            _ => throw new LabException($"'{process}' is no process of a host; one of agent, guard, libvirtd, etcd, store, qemu:VM, and server in the host 'store'."),
        };
        return [.. Of(init).Where(pid => command is null
            ? Machine(CommandLine(pid)) == process[5..]
            : CommandLine(pid) is [var path, ..] && Path.GetFileName(path) == command)];
    }

    /// <summary>Every thread of a process is stopped.</summary>
    internal static bool Stopped(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{pid}/task")
                .Select(thread => ProcStat.ReadFile(thread + "/stat"))
                .All(stat => stat is null or { State: 'T' or 'Z' or 'X' });
        }
        catch (IOException)
        {
            return true;
        }
    }
}
