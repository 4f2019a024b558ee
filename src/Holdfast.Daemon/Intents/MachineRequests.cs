using System.Text.RegularExpressions;
using Holdfast.Adapters.Images;
using Holdfast.Api;

namespace Holdfast.Daemon.Intents;

/// <summary>What is wrong with a request in itself, before anything is looked up.</summary>
internal static partial class MachineRequests
{
    private const int MostMemoryMiB = 16 << 20;
    private const int MostDiskMiB = 64 << 20;

    public static void Check(CreateMachine request)
    {
        Usage(MachineName().IsMatch(request.Name), $"'{request.Name}' is not a name for a machine; use small letters, digits and '-', beginning with a letter, at most 63.");
        Usage(request.MemoryMiB is >= 16 and <= MostMemoryMiB, $"{request.MemoryMiB} MiB is no size for {request.Name}'s memory; give at least 16 MiB and at most 16 TiB, as in --memory 192MiB.");
        Usage(request.Cpus is >= 1 and <= 512, $"{request.Cpus} is no number of CPUs for {request.Name}; give 1 to 512.");
        Usage(request.DiskMiB is >= 1 and <= MostDiskMiB || (request is { DiskMiB: 0, Image: not null }), $"{request.DiskMiB} MiB is no size for {request.Name}'s disk; give at least 1 MiB and at most 64 TiB, as in --disk 64MiB.");
        Usage(request.Priority is >= 0 and <= 1_000_000, $"{request.Priority} is no priority for {request.Name}; give 0 to 1000000.");
        CheckAddresses(request.Name, request.Ips);
        Usage(request.Image is null || Path.IsPathFullyQualified(request.Image), $"'{request.Image}' is no image; give the full path of a disk image, qcow2 or raw, on the host that is asked.");
        Usage(request.CloudInit is null || request.Image is not null, $"{request.Name} has no image that could read the user-data for cloud-init; give one with --image.");
        Usage(request.CloudInit is null || CloudSeed.Refusal(request.CloudInit) is null, CloudSeed.Refusal(request.CloudInit ?? "") ?? "");
    }

    public static void Check(string name, SetMachine request)
    {
        Usage(
            request.AddIps.Length + request.RemoveIps.Length > 0 || request.OnHung is not null || request.ApartGroup is not null,
            $"Nothing is said that is to be set of {name}; give addresses to add or to remove, what is done when its guest is hung, or the group from whose machines it stays apart.");
        Usage(
            request.ApartGroup is null or "" || MachineName().IsMatch(request.ApartGroup),
            $"'{request.ApartGroup}' is not a name for a group of machines that stay apart; use small letters, digits and '-', beginning with a letter, at most 63.");
        CheckAddresses(name, request.AddIps);
        foreach (var both in request.AddIps.Intersect(request.RemoveIps))
        {
            Usage(false, $"{both} is both to be added to {name} and to be removed from it; say one of the two.");
        }
    }

    public static void Check(AddDatastore request)
    {
        Usage(MachineName().IsMatch(request.Name), $"'{request.Name}' is not a name for a datastore; use small letters, digits and '-', beginning with a letter, at most 63.");
        Usage(Path.IsPathFullyQualified(request.Path), $"'{request.Path}' is no path for {request.Name}; give the full path at which every host mounts the store.");
        Usage(request.DrainSeconds is null or (>= 0 and <= 86_400), $"{request.DrainSeconds} s is no drain for {request.Name}; give 0 to 86400 seconds, or leave it out for 'never'.");
        Usage(request.FailoverSeconds is null or (>= 0 and <= 86_400), $"{request.FailoverSeconds} s is no fail-over for {request.Name}; give 0 to 86400 seconds, or leave it out when it is not known.");
    }

    private static void CheckAddresses(string name, string[] ips)
    {
        Usage(ips.Length <= AddressRule.Most, $"{ips.Length} addresses are too many for {name}; give at most {AddressRule.Most}.");
        foreach (var ip in ips)
        {
            Usage(AddressRule.Refusal(ip) is null, AddressRule.Refusal(ip) ?? "");
        }
    }

    private static void Usage(bool right, string otherwise)
    {
        if (!right)
        {
            throw new ApiException(ErrorCode.Usage, otherwise);
        }
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$")]
    private static partial Regex MachineName();
}
