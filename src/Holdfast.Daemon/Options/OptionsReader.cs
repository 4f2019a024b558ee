using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Daemon.Access;

namespace Holdfast.Daemon.Options;

/// <summary>Reads and checks the configuration. Every complaint names the line, the key, what is wrong and what would be right.</summary>
internal static partial class OptionsReader
{
    /// <exception cref="OptionsException">The file or a field is wrong.</exception>
    public static DaemonOptions Read(string file)
    {
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException($"The configuration {file} cannot be read: {e.Message}");
        }

        try
        {
            return Parse(text);
        }
        catch (OptionsException e)
        {
            throw e.In(file);
        }
    }

    public static DaemonOptions Parse(string text)
    {
        try
        {
            var shape = OptionsShape.Of(text, OptionsJson.Default.DaemonOptions);
            var options = JsonSerializer.Deserialize(text, OptionsJson.Default.DaemonOptions)!;
            return Problems(options).FirstOrDefault() is not { } problem ? options : throw new OptionsException(problem, shape.LineOf(problem.Split(' ')[0]));
        }
        catch (JsonException e)
        {
            throw new OptionsException($"it is not JSON as it should be: {e.Message.Split(" LineNumber:")[0].Split(" Path:")[0].TrimEnd('.')}.", (int?)e.LineNumber + 1);
        }
        catch (InvalidOperationException e)
        {
            // Half of a character, written as an escape, which the reader finds when it makes a text of it.
            throw new OptionsException($"it holds text that is none: {e.Message.TrimEnd('.')}.");
        }
    }

    /// <summary>Each begins with the key that it is about, by which its line is found.</summary>
    private static IEnumerable<string> Problems(DaemonOptions o) =>
        Own(o).Concat(Balancing(o.Balancing)).Concat(Networks(o)).Concat(Hosts(o)).Concat(Parts(o)).Concat(PlaceChecks.Of(o));

    private static IEnumerable<string> Own(DaemonOptions o)
    {
        if (!Name().IsMatch(o.Cluster))
        {
            yield return $"cluster is '{o.Cluster}'; it must be a name of small letters, digits and '-'.";
        }

        if (o.ClusterId == Guid.Empty)
        {
            yield return "clusterId is missing; make one with 'uuidgen' and give it to every host of the cluster.";
        }

        if (!Name().IsMatch(o.Host))
        {
            yield return $"host is '{o.Host}'; it must be a name of small letters, digits and '-'.";
        }

        if (o.Slot is < 0 or > 63)
        {
            yield return $"slot is {o.Slot}; it must be a number from 0 to 63 that no other host has.";
        }

        if (TimingPlan.Find(o.Profile) is null)
        {
            yield return $"profile is '{o.Profile}'; it must be one of {string.Join(", ", TimingPlan.Profiles.Select(p => p.Name))}.";
        }

        if (o.Acceleration is not ("kvm" or "tcg"))
        {
            yield return $"acceleration is '{o.Acceleration}'; it must be kvm or tcg.";
        }

        if (o.Listen is { } listen && !IPEndPoint.TryParse(listen, out _))
        {
            yield return $"listen is '{listen}'; it must be ADDRESS:PORT.";
        }

        if (o.Anonymous is not (null or "viewer"))
        {
            yield return $"anonymous is '{o.Anonymous}'; it must be viewer, so that anybody may read, or be left out.";
        }

        if (o.AuditMiB is < AuditLog.FileMiB * 2 or > 1 << 20)
        {
            yield return $"auditMiB is {o.AuditMiB}; it must be {AuditLog.FileMiB * 2} to {1 << 20} MiB.";
        }

        if (o.Cpus is <= 0)
        {
            yield return $"cpus is {o.Cpus}; leave it out to use all, or give the number of processors for machines.";
        }

        if (o.MemoryMiB is <= 0)
        {
            yield return $"memoryMiB is {o.MemoryMiB}; leave it out to use what is free, or give the MiB for machines.";
        }
    }

    private static IEnumerable<string> Balancing(BalancingSection b)
    {
        if (b.Mode is not ("off" or "recommend" or "automatic"))
        {
            yield return $"balancing.mode is '{b.Mode}'; it must be off, recommend or automatic.";
        }

        if (!(b.HotPercent is > 0 and <= 100))
        {
            yield return FormattableString.Invariant($"balancing.hotPercent is {b.HotPercent}; it must be more than 0 and at most 100.");
        }

        if (!(b.CoolPercent > 0 && b.CoolPercent < b.HotPercent))
        {
            yield return FormattableString.Invariant($"balancing.coolPercent is {b.CoolPercent}; it must be more than 0 and less than hotPercent ({b.HotPercent}), or machines would go to and fro.");
        }

        if (!(b.HoldSeconds is >= 10 and <= 86_400))
        {
            yield return FormattableString.Invariant($"balancing.holdSeconds is {b.HoldSeconds}; it must be 10 to 86400.");
        }

        if (!(b.CoolDownMinutes is >= 1 and <= 10_080))
        {
            yield return FormattableString.Invariant($"balancing.coolDownMinutes is {b.CoolDownMinutes}; it must be 1 to 10080.");
        }
    }

    private static IEnumerable<string> Networks(DaemonOptions o)
    {
        if (o.Networks.Length == 0)
        {
            yield return "networks is empty; name at least the cluster network.";
        }

        foreach (var (network, n) in o.Networks.Select((network, n) => (network, n)))
        {
            if (string.IsNullOrEmpty(network.Name) || o.Networks.Take(n).Any(other => other.Name == network.Name))
            {
                yield return $"networks[{n}].name is '{network.Name}'; it must be there and be unique.";
            }

            if (Encoding.UTF8.GetByteCount(network.Name ?? "") > ClusterNetwork.MaxNameBytes)
            {
                yield return $"networks[{n}].name is '{network.Name}'; it must have at most {ClusterNetwork.MaxNameBytes} bytes.";
            }

            if (!(network is { Address: "", Role: "guest" } || IPAddress.TryParse(network.Address, out _)))
            {
                yield return $"networks[{n}].address is '{network.Address}'; it must be this host's IP address on the network '{network.Name}'.";
            }

            if (string.IsNullOrEmpty(network.Role) || network.Role.Split(',', StringSplitOptions.TrimEntries).Except(["cluster", "migration", "storage", "guest"]).Any())
            {
                yield return $"networks[{n}].role is '{network.Role}'; it must be one or several of cluster, migration, storage, guest.";
            }
        }

        if (o.Networks.Length > ClusterNetwork.MaxCount)
        {
            yield return $"networks names {o.Networks.Length}; at most {ClusterNetwork.MaxCount} are possible.";
        }

        if (o.MigrationFallback.FirstOrDefault(f => o.Networks.All(n => n.Name != f || n.Address.Length == 0)) is { } unknown)
        {
            yield return $"migrationFallback names '{unknown}', which is no network with an address of this host.";
        }

        if (o.MigrationSharedMiB < 0)
        {
            yield return $"migrationSharedMiB is {o.MigrationSharedMiB}; it must be MiB a second, or 0 for no limit.";
        }

        if (o.MigrationsAtOnce is < 1 or > 64)
        {
            yield return $"migrationsAtOnce is {o.MigrationsAtOnce}; it must be 1 to 64.";
        }

        if (o.MigrationFirstPauseMs is < 1 or > 60_000)
        {
            yield return $"migrationFirstPauseMs is {o.MigrationFirstPauseMs}; it must be 1 to 60000 milliseconds, or be left out.";
        }

        if (o.MigrationsInCluster is < 1 or > 1024)
        {
            yield return $"migrationsInCluster is {o.MigrationsInCluster}; it must be 1 to 1024.";
        }

        if (o.IsolationAddresses.FirstOrDefault(a => !IPAddress.TryParse(a, out _)) is { } strange)
        {
            yield return $"isolationAddresses names '{strange}'; it must be the IP address of a device that is no host of the cluster.";
        }

        if (o.IsolationAddresses.Distinct(StringComparer.Ordinal).ToArray() is [var only])
        {
            yield return $"isolationAddresses names only {only}; name several or none, as the death of a single device would look like every host's own loss.";
        }

        if (!o.Networks.Any(n => n.Has("cluster")))
        {
            yield return "networks has none with the role cluster; give one that role.";
        }
    }

    private static IEnumerable<string> Hosts(DaemonOptions o)
    {
        foreach (var (host, n) in o.Hosts.Select((host, n) => (host, n)))
        {
            if (o.Hosts.Take(n).FirstOrDefault(other => other.Name == host.Name || other.Slot == host.Slot) is { } same)
            {
                yield return $"hosts[{n}] ({host.Name}, slot {host.Slot}) has the name or the slot of {same.Name} (slot {same.Slot}); both must be unique.";
            }

            if (host.Slot is < 0 or > 63)
            {
                yield return $"hosts[{n}].slot is {host.Slot}; it must be a number from 0 to 63.";
            }

            foreach (var (network, address) in host.Addresses ?? [])
            {
                if (!IPAddress.TryParse(address, out _))
                {
                    yield return $"hosts[{n}].addresses.{network} is '{address}'; it must be an IP address.";
                }
            }
        }

        if (o.Hosts.FirstOrDefault(h => h.Name == o.Host) is not { } own)
        {
            yield return $"hosts does not name this host, '{o.Host}'; every host of the cluster belongs there.";
        }
        else if (own.Slot != o.Slot)
        {
            yield return $"slot is {o.Slot}, but hosts gives {own.Slot} to {o.Host}; they must agree.";
        }
    }

    private static IEnumerable<string> Parts(DaemonOptions o)
    {
        if (o.Etcd is not { Members.Length: > 0 })
        {
            yield return "etcd.members is empty; name the hosts that run etcd (one, three or five).";
        }
        else if (o.Etcd.Members.Except(o.Hosts.Select(h => h.Name)).ToImmutableArray() is [var unknown, ..])
        {
            yield return $"etcd.members names '{unknown}', which hosts does not know.";
        }

        foreach (var (level, n) in o.Fence.Select((level, n) => (level, n)))
        {
            if (level.Agent.Length == 0)
            {
                yield return $"fence[{n}].agent is empty; name a program of fence-agents, or leave this level out.";
            }

            if (level.LimitSeconds <= 0)
            {
                yield return $"fence[{n}].limitSeconds is {level.LimitSeconds}; it must be more than 0.";
            }

            if (level.Hosts.Keys.Concat(level.Except).Except(o.Hosts.Select(h => h.Name)).FirstOrDefault() is { } stranger)
            {
                yield return $"fence[{n}] names '{stranger}', which hosts does not know.";
            }
        }

        if (o.MostFencings is <= 0)
        {
            yield return $"mostFencings is {o.MostFencings}; it must be at least 1.";
        }

        if (o.FastShot && o.Fence is [])
        {
            yield return "fastShot is true, but fence is missing; the fast shot needs a fence device.";
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$")]
    private static partial Regex Name();
}
