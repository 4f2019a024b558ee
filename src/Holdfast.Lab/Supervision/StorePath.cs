using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Supervision;

/// <summary>
/// The second half of the lab's fence device: it ends a host's connections at the store, as a storage array's or a Ceph cluster's own fencing does. The
/// server then refuses whatever that client still holds, and gives its locks back at once. A mere power cut leaves both until the server notices.
/// </summary>
internal sealed class StorePath(LabState lab)
{
    /// <summary>Ends when the store has no connection of the host; fails when one is left.</summary>
    internal async Task Cut(string host)
    {
        if (lab.Paths.Host(LabState.Store).InitProcess is not { } store)
        {
            return;
        }

        string[] sockets = ["nsenter", $"--net=/proc/{store.Pid}/ns/net", "ss", "-Htn"];
        foreach (var network in lab.LinksOf(LabState.Store))
        {
            var address = lab.Address(host, network);
            await Shell.Run([.. sockets, "-K", "dst", address]);
            if ((await Shell.Must([.. sockets, "state", "established", "dst", address])).Trim() is { Length: > 0 } left)
            {
                throw new LabException($"The store still has connections of {host} (this kernel may lack INET_DIAG_DESTROY): {left.ReplaceLineEndings("; ")}.");
            }
        }
    }
}
