namespace Holdfast.Lab.Fencing;

/// <summary>The fence agent of the lab's power switches, in the fence-agents calling convention.</summary>
public static class FenceLab
{
    /// <summary>
    /// Runs <c>fence_lab</c>: key=value lines on standard input (or the usual short and long options), <c>action</c> one of
    /// off, on, reboot, status, monitor, list, metadata; <c>plug</c> names the host. Exit code 0 done (status: on), 2 status: off, 1 failed.
    /// The command line calls this, before anything else, for <c>holdfast lab-fence …</c>: it must answer in milliseconds.
    /// </summary>
    public static int Main(string[] args) => throw new LabException("fence_lab is not built yet.");
}
