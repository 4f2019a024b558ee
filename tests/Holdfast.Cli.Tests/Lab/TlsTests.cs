using System.Net;
using Holdfast.Api;
using Holdfast.Cli.Tests.Calls;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>Who reaches the agents over the network.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class TlsTests(RunningLab lab)
{
    /// <summary>curl's "the server's certificate could not be verified".</summary>
    private const int Unverified = 60;

    [Fact]
    public async Task A_host_with_a_strangers_certificate_gets_nothing_its_machine_runs_on_and_with_its_own_it_is_heard_again_without_a_restart()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("stays", "h2");
        await StrangerAsync();
        try
        {
            await LabCluster.Fault(RunningLab.Name, new LabFault.StopProcess("h2", "agent", Kill: true), CancellationToken.None);      // its connections go, too
            await SilentAsync("h2", "h1", "h3");
            await SilentAsync("h1", "h2");
            var own = LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h2").Addresses["cluster"];
            await SaidAsync("h1", $"a connection from {own} was refused: its certificate is not of this cluster's authority but of 'CN=Holdfast cluster stranger'");
            await SaidAsync("h1", $"h2 was not asked: the certificate that is shown at its address {own} is not of this cluster's authority");
            var after = await lab.SeenAsync("stays", "counts on h2 alone", m => m.Copies is [{ Host: "h2", Executing: true }] && m.Counter > before.Counter + 20);
            Assert.Equal((before.BootId, 0, 0), (after.BootId, after.Gaps, after.ForeignWrites));
        }
        finally
        {
            await RunningLab.InsideAsync("h2", "cp /tmp/own/* /etc/holdfast/tls/; rm -r /tmp/own");
        }

        await SilentAsync("h2");
        await SilentAsync("h1");
        await lab.MustAsync("vm", "migrate", "stays", "h1", "--host", "h3");
    }

    [Fact]
    public async Task Over_the_network_a_token_is_shown_to_the_clusters_own_servers_only_and_gives_its_rights_metrics_and_console_are_there()
    {
        await lab.FreshAsync();
        await lab.CallAsync("token", "revoke", "looks");
        var token = (await lab.MustAsync("token", "create", "--name", "looks", "--role", "viewer")).Out.Split('\n').Single(l => l.Contains("hft_", StringComparison.Ordinal)).Trim();
        await RunningLab.UntilAsync("h2 knows the token", TimeSpan.FromSeconds(20), async () => await CurlAsync("200", token, "https://h2:7441/v1/whoami") == 0 ? null : "not yet");
        Assert.Equal(0, await CurlAsync("403", token, "-X POST https://h2:7441/v1/vms/web/stop"));
        Assert.Equal(0, await CurlAsync("401", "hft_wrong", "https://h2:7441/v1/vms"));
        Assert.Equal(0, await CurlAsync("200", token, "https://h2:7441/metrics"));
        Assert.Equal(0, await CurlAsync("200", token, "https://h2:7441/console/"));
        Assert.Equal(Unverified, await CurlAsync("200", token, "https://h2:7441/v1/vms", authority: ""));
        Assert.NotEqual(0, await CurlAsync("200", token, "--cert /etc/pki/qemu/client-cert.pem --key /etc/pki/qemu/client-key.pem https://h2:7441/v1/vms"));
        Assert.NotEqual(0, await CurlAsync("200", token, "http://h2:7441/v1/vms"));
        using var browser = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(LabCluster.Status(RunningLab.Name).Console, TestContext.Current.CancellationToken)).StatusCode);
        await RunningLab.InsideAsync("h1", $"""
            export HOLDFAST_TOKEN={token}
            /holdfast/bin/holdfast vm list --host h2
            /holdfast/bin/holdfast ca create stranger --dir /tmp/strange-ca
            if /holdfast/bin/holdfast vm list --host h2 --ca /tmp/strange-ca/ca-cert.pem; then exit 1; fi
            rm -r /tmp/strange-ca
            """);
    }

    [Fact]
    public async Task Who_has_no_agents_certificate_gets_nothing_from_etcd()
    {
        await lab.FreshAsync();
        const string Ask = "curl -sf --max-time 5 --cacert /etc/holdfast/tls/ca-cert.pem https://h1:2379/version";
        await RunningLab.InsideAsync("h1", $"""
            {Ask} --cert /etc/holdfast/tls/host-cert.pem --key /etc/holdfast/tls/host-key.pem | grep -q etcdserver
            if {Ask}; then exit 1; fi
            if {Ask} --cert /etc/pki/qemu/client-cert.pem --key /etc/pki/qemu/client-key.pem; then exit 2; fi
            """);
    }

    /// <summary>From h1; 0 when it ended with that status, curl's own code when it got none.</summary>
    private static async Task<int> CurlAsync(string status, string token, string rest, string authority = "--cacert /etc/holdfast/tls/ca-cert.pem") => await LabCluster.Exec(RunningLab.Name, "h1", ["sh", "-c",
        $"""got=$(curl -s -o /dev/null -w "%{"{http_code}"}" --max-time 10 {authority} -H "Authorization: Bearer {token}" {rest}) || exit $?; [ "$got" = {status} ]"""], TestContext.Current.CancellationToken);

    /// <summary>Exactly these do not answer that host's agent.</summary>
    private async Task SilentAsync(string host, params string[] silent) => await RunningLab.UntilAsync($"only {string.Join(", ", silent)} do not answer {host}", TimeSpan.FromSeconds(60), async () =>
    {
        var call = await lab.CallAsync("audit", "log", "--host", host, "-o", "json");
        return call.Exit == ExitCode.Done && RunningLab.Parse(call, ApiJson.Default.AuditReport).Silent.Order(StringComparer.Ordinal).SequenceEqual(silent) ? null : $"{call.Exit} {call.Error}";
    });

    private static Task SaidAsync(string host, string text) => RunningLab.UntilAsync($"{host} says '{text}'", TimeSpan.FromSeconds(30), async () =>
        await LabCluster.Exec(RunningLab.Name, host, ["grep", "-qF", text, "/var/log/holdfast/agent.log"], TestContext.Current.CancellationToken) == 0 ? null : "not yet");

    /// <summary>Gives h2 a certificate that names it, of an authority that is not the cluster's.</summary>
    private static async Task StrangerAsync()
    {
        var addresses = string.Join(' ', LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h2").Addresses.Values.Select(a => $"--address {a}"));
        await RunningLab.InsideAsync("h2", $"""
            cp -r /etc/holdfast/tls /tmp/own
            /holdfast/bin/holdfast ca create stranger --dir /tmp/stranger/ca
            /holdfast/bin/holdfast ca issue h2 {addresses} --dir /tmp/stranger/ca --out /tmp/stranger/h2
            cp /tmp/stranger/h2/tls/* /etc/holdfast/tls/
            rm -r /tmp/stranger
            """);
    }
}
