namespace Holdfast.Adapters.Libvirt.Hook;

/// <summary>
/// The agent's leave for one start of one machine under one epoch. The hook lets a start pass only with it, and takes it away.
/// </summary>
public static class StartTicket
{
    /// <summary>Places the ticket. Call it after the lease's commit, right before the start or the migration's Prepare.</summary>
    public static void Place(Guid machine, ulong epoch, HostPaths paths)
    {
        Directory.CreateDirectory(paths.Seen(paths.TicketDirectory));
        File.WriteAllBytes(paths.Seen(paths.Ticket(machine, epoch)), []);
    }

    /// <summary>Takes the ticket back when the start did not come to its end; true when it was still there.</summary>
    public static bool Withdraw(Guid machine, ulong epoch, HostPaths paths)
    {
        var path = paths.Seen(paths.Ticket(machine, epoch));
        var there = File.Exists(path);
        File.Delete(path);
        return there;
    }
}
