namespace Holdfast.Adapters.Libvirt.Hook;

/// <summary>What an installation of the hook did.</summary>
public enum HookChange
{
    /// <summary>Our hook was there, word for word.</summary>
    Unchanged,

    /// <summary>Written. libvirtd looks for hooks only when it starts: restart it (no machine stops).</summary>
    Installed,

    /// <summary>Written; a hook that was there before went to <c>qemu.d</c>, where libvirt runs it after ours.</summary>
    InstalledBesideAnother,
}

/// <summary>Puts our hook where libvirt looks for it and keeps what was there.</summary>
public static class HookInstaller
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static HookChange Install(HostPaths paths)
    {
        var directory = paths.Seen(paths.LibvirtHooks);
        var hook = Path.Combine(directory, "qemu");
        var text = HookScript.Text(paths);
        var change = HookChange.Installed;
        if (File.Exists(hook))
        {
            var there = File.ReadAllText(hook);
            if (there == text)
            {
                return HookChange.Unchanged;
            }

            if (!there.Contains(HookScript.Marker.Split(' ')[1], StringComparison.Ordinal))
            {
                KeepForeign(directory, hook);
                change = HookChange.InstalledBesideAnother;
            }
        }

        Directory.CreateDirectory(directory);
        var fresh = hook + ".new";
        File.WriteAllText(fresh, text);
        File.SetUnixFileMode(fresh, Executable);
        File.Move(fresh, hook, overwrite: true);
        return change;
    }

    private static void KeepForeign(string directory, string hook)
    {
        // libvirt (6.5 and later) runs every executable in qemu.d, in order of name, after "qemu" itself.
        var chain = Directory.CreateDirectory(Path.Combine(directory, "qemu.d")).FullName;
        var kept = Path.Combine(chain, "50-before-holdfast");
        for (var number = 2; File.Exists(kept); number++)
        {
            kept = Path.Combine(chain, $"50-before-holdfast-{number}");
        }

        File.Copy(hook, kept);
    }
}
