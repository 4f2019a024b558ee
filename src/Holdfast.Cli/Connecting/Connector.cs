using System.CommandLine;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Lab;

namespace Holdfast.Cli.Connecting;

/// <summary>Finds the agent to talk to: the named one, else this host's own, else a living host of a running lab.</summary>
internal sealed class Connector(GlobalOptions options, Func<string, string?> environment)
{
    public HoldfastClient Connect(ParseResult parse)
    {
        var local = parse.GetValue(options.Local);
        var token = parse.GetValue(options.Token) ?? (environment("HOLDFAST_TOKEN") is { Length: > 0 } said ? said.Trim() : null);
        if (parse.GetValue(options.Socket) is { } socket)
        {
            return HoldfastClient.Unix(socket, local, token);
        }

        var host = Host(parse);
        return Lab(parse) is { } lab ? OfLab(lab, host, local, token) : host is not null ? Network(parse, host, local, token) : HoldfastClient.Unix(Routes.DefaultSocket, local, token);
    }

    /// <summary>The lab whose agent <see cref="Connect"/> asks; null: it is no lab's.</summary>
    public string? Lab(ParseResult parse) => parse.GetValue(options.Socket) is not null ? null
        : parse.GetValue(options.Lab) is { } lab ? Known(lab)
        : Host(parse) is { } host ? RunningLabs() is [var only] && LabCluster.Status(only).Hosts.Any(h => h.Name == host) ? only : null
        : File.Exists(Routes.DefaultSocket) ? null : OnlyLab();

    private string? Host(ParseResult parse) =>
        parse.GetValue(options.Host) ?? (parse.GetValue(options.Lab) is null && environment("HOLDFAST_HOST") is { Length: > 0 } named ? named : null);

    /// <summary>The lab meant by <c>--name</c> or <c>--lab</c>, else the only one that runs.</summary>
    public string LabName(ParseResult parse, string? name) => name ?? parse.GetValue(options.Lab) ?? OnlyLab();

    /// <summary>An agent proves itself by the cluster's authority, before it is told a token; where none is known here, by those that this machine trusts for all.</summary>
    private HoldfastClient Network(ParseResult parse, string host, bool local, string? token)
    {
        if (AuthorityFile.Find(parse.GetValue(options.Authority), environment) is not { } file)
        {
            return HoldfastClient.Tcp(host, local, token: token, distrust: () => $"nobody whom this machine trusts vouches for it; give the cluster's authority with --ca or HOLDFAST_CA, or put it into {AuthorityFile.OfUser(environment)} ('{HostCertificate.AgentDirectory}/{ClusterAuthority.CertificateFile}' on each host)");
        }

        var check = new ServerCheck(HostCredential.Authority(file));
        return HoldfastClient.Tcp(
            host, local, token: token,
            over: network =>
            {
                network.SslOptions = check.Options;
                return network;
            },
            distrust: () => check.Refusal is { } refusal ? $"its certificate {refusal} (judged by {file})" : null);
    }

    private static HoldfastClient OfLab(string lab, string? host, bool local, string? token)
    {
        if (host is not null && LabCluster.Status(lab).Hosts is var hosts && hosts.All(h => h.Name != host))
        {
            throw new ApiException(ErrorCode.NotFound, $"The lab '{lab}' has no host '{host}'; it has {string.Join(", ", hosts.Select(h => h.Name))}.");
        }

        return HoldfastClient.Unix(LabCluster.AgentSocket(lab, host), local, token);
    }

    private static string OnlyLab() => RunningLabs() switch
    {
        [var only] => only,
        [] => throw new ApiException(ErrorCode.Unavailable, $"No agent runs here ({Routes.DefaultSocket} is missing) and no lab is up; start a lab with 'holdfast lab up', or name a host with --host."),
        var several when several.Contains(LabOptions.DefaultName) => LabOptions.DefaultName,
        var several => throw new ApiException(ErrorCode.Usage, $"Several labs run ({string.Join(", ", several)}); say which one with --lab NAME."),
    };

    private static string Known(string lab) => LabCluster.Names() is var names && names.Contains(lab)
        ? lab
        : throw new ApiException(ErrorCode.NotFound, $"There is no lab '{lab}'{(names.Count == 0 ? "" : "; there is " + string.Join(", ", names))}; start it with 'holdfast lab up --name {lab}'.");

    private static IReadOnlyList<string> RunningLabs() => [.. LabCluster.Names().Where(name => LabCluster.Status(name).Running)];
}
