namespace Holdfast.Adapters.Libvirt.Processes;

/// <summary>Says when processes have ended: one thread that polls all their pidfds.</summary>
internal sealed class ProcessWatch : IDisposable
{
    // An end is seen at once; only a process added meanwhile waits for the next round.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<(ProcessDescriptor Process, Action Ended)> _watched = [];
    private readonly Thread _thread;
    private volatile bool _stop;

    internal ProcessWatch()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "qemu-ends" };
        _thread.Start();
    }

    /// <summary>Calls <paramref name="ended"/> once, on the watch's thread, when all threads of the process have ended.</summary>
    internal void Add(ProcessIdentity process, Action ended)
    {
        if (ProcessDescriptor.Open(process) is not { } descriptor)
        {
            ended();
            return;
        }

        lock (_gate)
        {
            _watched.Add((descriptor, ended));
        }
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        lock (_gate)
        {
            _watched.ForEach(one => one.Process.Dispose());
            _watched.Clear();
        }
    }

    private void Run()
    {
        while (!_stop)
        {
            (ProcessDescriptor Process, Action Ended)[] watched;
            lock (_gate)
            {
                watched = [.. _watched];
            }

            foreach (var index in ProcessDescriptor.WaitAnyGone(Array.ConvertAll(watched, static one => one.Process), Round))
            {
                lock (_gate)
                {
                    _watched.Remove(watched[index]);
                }

                watched[index].Process.Dispose();
                watched[index].Ended();
            }
        }
    }
}
