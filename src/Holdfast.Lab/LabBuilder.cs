using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Holdfast.Lab.Guest;
using Holdfast.Lab.Hosts;
using Holdfast.Lab.Linux;
using Holdfast.Lab.Supervision;

namespace Holdfast.Lab;

/// <summary>Brings a lab up.</summary>
internal sealed partial class LabBuilder(LabOptions options, IProgress<string> progress)
{
    private static readonly string[] Programs =
        ["ip", "ss", "tc", "nft", "unshare", "nsenter", "setsid", "tini", "libvirtd", "qemu-system-x86_64", "qemu-img", "glusterfs", "glusterfsd", "etcd"];
    private static readonly string[] Roles = ["cluster", "migration", "storage", "guest"];
    private static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(30);

    private LabPaths Paths => new(options.Name);

    internal async Task<LabState> Build(CancellationToken cancel)
    {
        Check();
        Directory.CreateDirectory(LabPaths.RunRoot);
        await using var one = await LabLock.Take(Paths.Lock, $"the lab '{options.Name}'", cancel);
        var lab = LabState.Find(options.Name);
        if (lab is { Complete: true } && Paths.YardProcess is not null)
        {
            return await Finish(Same(lab), cancel);
        }

        if (Directory.Exists(Paths.Run) || Directory.Exists(Paths.Disk))
        {
            progress.Report("removing what an earlier lab of this name left");
            await LabTeardown.Remove(options.Name);
        }

        try
        {
            lab = await Fresh(cancel);
            await Yard.Make(lab, cancel);
            return await Finish(lab, cancel);
        }
        catch
        {
            await LabTeardown.Remove(options.Name);      // a half lab serves nobody, whether an error or Ctrl-C ended it
            throw;
        }
    }

    private async Task<LabState> Fresh(CancellationToken cancel)
    {
        var guest = await GuestImage.Ensure(progress, cancel);
        var acceleration = options.Acceleration ?? await AccelerationProbe.Ask(guest, progress, cancel);
        await using var numbers = await LabLock.Take($"{LabPaths.RunRoot}/.numbers.lock", "the labs' address ranges", cancel);
        var taken = LabPaths.Names().Select(name => LabState.Find(name)?.Index).ToHashSet();
        Directory.CreateDirectory(Paths.Run);
        var lab = new LabState
        {
            Options = options,
            Index = Enumerable.Range(0, 40).Where(index => !taken.Contains(index)).Cast<int?>().FirstOrDefault() ?? throw new LabException("All 40 address ranges of labs are taken; take one down."),
            ClusterId = Guid.NewGuid(),
            Secret = RandomNumberGenerator.GetHexString(64, lowercase: true),
            Acceleration = acceleration,
            Guest = guest,
            Bin = BinDirectory(options),
            DotnetRoot = DotnetRoot(),
        };
        lab.Save();
        foreach (var host in lab.Hosts.Append(LabState.Store))
        {
            HostFiles.WriteDisk(lab, host);
        }

        HostFiles.WriteCertificates(lab);
        return lab;
    }

    /// <summary>From namespaces and switches to a lab whose hosts are all on. Also what a second `up` does.</summary>
    private async Task<LabState> Finish(LabState lab, CancellationToken cancel)
    {
        var yard = Paths.YardProcess ?? throw new LabException($"The lab '{options.Name}' has lost its namespaces; take it down and up again.");
        await SupervisorProcess.Ensure(lab, cancel);
        var off = lab.Hosts.Where(host => lab.Paths.Host(host).InitProcess is null).ToList();
        var power = new HostPower(lab, yard);
        if (off.Count > 0 || !power.IsOn(LabState.Store))
        {
            progress.Report($"starting {string.Join(", ", off)} and the store ({lab.Acceleration})");
            await power.Boot(LabState.Store, FaultDesk.Load(lab), cancel);
            await Task.WhenAll(off.Select(host => LabCluster.Fault(lab, new LabFault.Start(host), cancel)));
            await WaitForStore(lab, off, cancel);
        }

        lab = lab with { Complete = true };
        lab.Save();
        return lab;
    }

    private async Task WaitForStore(LabState lab, List<string> hosts, CancellationToken cancel)
    {
        progress.Report("waiting for the shared store and libvirt");
        var since = Stopwatch.StartNew();
        while (hosts.Where(host => !HasStore(lab, host)).ToList() is { Count: > 0 } missing)
        {
            if (since.Elapsed > StoreLimit)
            {
                throw new LabException($"The shared store or libvirt is not there on {string.Join(", ", missing)} after {StoreLimit.TotalSeconds:0} s; see {lab.Paths.Host(missing[0]).Logs}.");
            }

            await Task.Delay(20, cancel);
        }
    }

    private static bool HasStore(LabState lab, string host) => lab.Paths.Host(host).InitProcess is { } init
        && Path.Exists($"/proc/{init.Pid}/root/run/libvirt/libvirt-sock")
        && File.ReadAllText($"/proc/{init.Pid}/mounts").Contains(" /holdfast/shared fuse", StringComparison.Ordinal);

    private void Check()
    {
        if (!NamePattern().IsMatch(options.Name))
        {
            throw new LabException($"'{options.Name}' is not a name for a lab; use up to 16 small letters, digits and '-', a letter first.");
        }

        if (options.Hosts is < 1 or > 32)
        {
            throw new LabException($"A lab has 1 to 32 hosts, not {options.Hosts}.");
        }

        if (options.Networks.FirstOrDefault(network => !NetworkPattern().IsMatch(network.Name) || !Roles.Contains(network.Role)) is { } wrong)
        {
            throw new LabException($"'{wrong.Name}' with role '{wrong.Role}' is not a network; a name has up to nine small letters and digits, a role is one of {string.Join(", ", Roles)}.");
        }

        if (options.Redundant && options.Networks.FirstOrDefault(network => network.Role == "storage" && network.Name.Length > 8) is { } longest)
        {
            throw new LabException($"'{longest.Name}' is too long for the storage network of a redundant lab; use up to eight characters.");     // "store-NETWORKb" is an interface
        }

        if (Roles.FirstOrDefault(role => options.Networks.All(network => network.Role != role)) is { } role)
        {
            throw new LabException($"The lab needs a network of role '{role}'.");
        }

        if (Native.EffectiveUser() != 0)
        {
            throw new LabException("The lab makes namespaces and mounts, which only root may; run it with sudo.");
        }

        var path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".Split(':');
        if (Programs.Where(program => !path.Any(folder => File.Exists($"{folder}/{program}"))).ToList() is { Count: > 0 } missing)
        {
            throw new LabException($"The lab needs {string.Join(", ", missing)}; 'eng/prepare' installs what is missing.");
        }
    }

    private LabState Same(LabState lab)
    {
        var (old, now) = (lab.Options, options);
        return old with { Name = now.Name, Acceleration = null, Networks = now.Networks, BinDirectory = null } == now with { Acceleration = null, BinDirectory = null }
            && old.Networks.SequenceEqual(now.Networks)
                ? lab
                : throw new LabException($"The lab '{options.Name}' runs with other options ({old.Hosts} hosts, profile {old.Profile}, {(old.Redundant ? "redundant" : "single")} switches, fence {(old.Fence ? "on" : "off")}); take it down first, or give another --name.");
    }

    internal static string BinDirectory(LabOptions options)
    {
        var folder = options.BinDirectory ?? Environment.GetEnvironmentVariable("HOLDFAST_BIN") ?? Path.GetDirectoryName(Environment.ProcessPath) ?? ".";
        folder = Path.GetFullPath(folder);
        if (!options.Product)
        {
            return folder;
        }

        var missing = new[] { "holdfast", "holdfastd", "holdfast-guard" }.Where(program => !File.Exists($"{folder}/{program}")).ToList();
        return missing.Count == 0 ? folder : throw new LabException($"{folder} has no {string.Join(", ", missing)}; 'eng/build' builds them, or name their folder in $HOLDFAST_BIN.");
    }

    /// <summary>Where the runtime of holdfastd is, so that a host finds it; null when there is none (a self-contained build).</summary>
    private static string? DotnetRoot()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root && File.Exists($"{root}/dotnet"))
        {
            return root;
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/share/dotnet").Append("/usr/lib/dotnet"))
        {
            var file = new FileInfo($"{folder}/dotnet");
            if (file.Exists)
            {
                return Path.GetDirectoryName(file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName);
            }
        }

        return null;
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,15}$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[a-z][a-z0-9]{0,8}$")]
    private static partial Regex NetworkPattern();
}
