using System.Text;
using System.Text.Json;
using Holdfast.Adapters.Etcd;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Etcd;

public sealed class IntentViewTests
{
    private static readonly MachineDefinition Web = new(Guid.NewGuid(), "web", "shared", 192, 1, 100, "52:54:00:00:00:01", [new("disk0.raw", 1)]);

    [Fact]
    public void Tokens_come_and_go_and_one_that_cannot_be_read_gives_nobody_a_right()
    {
        var view = IntentView.Empty
            .With("token/ci", """{"name":"ci","role":"operator","hash":"AA==","by":"root","created":"2026-11-30T16:00:00Z","expires":null}"""u8.ToArray())
            .With("token/torn", "{"u8.ToArray());
        Assert.Equal(["ci"], view.Tokens.Keys);
        Assert.Equal(("operator", "root", null), (view.Tokens["ci"].Role, view.Tokens["ci"].By, view.Tokens["ci"].Expires));
        Assert.Empty(view.With("token/ci", null).Tokens);
    }

    [Fact]
    public void Keys_become_machines_names_and_datastores_and_go_again()
    {
        var machine = Encoding.UTF8.GetBytes($$"""{"definition":{{JsonSerializer.Serialize(Web, JsonSerializerOptions.Web)}},"run":true}""");
        var view = IntentView.Empty
            .With($"machine/{Web.Id}", machine)
            .With("name/web", Encoding.UTF8.GetBytes(Web.Id.ToString()))
            .With("mac/52:54:00:00:00:01", Encoding.UTF8.GetBytes(Web.Id.ToString()))
            .With("datastore/shared", """{"name":"shared","path":"/s","drainSeconds":4,"areaId":"6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001","profile":"fast"}"""u8.ToArray());
        Assert.True(view.Find("web")!.Run);
        Assert.True(view.Find("web")!.Complete);
        Assert.Equal(4, view.Datastores["shared"].DrainSeconds);
        Assert.Null(view.Find("db"));

        view = view.With($"machine/{Web.Id}", null).With("name/web", null).With("datastore/shared", null);
        Assert.Null(view.Find("web"));
        Assert.Empty(view.Names);
        Assert.Empty(view.Datastores);
    }

    [Fact]
    public void What_this_version_cannot_read_is_left_out()
    {
        var view = IntentView.Empty.With("machine/nonsense", "{}"u8.ToArray()).With($"machine/{Web.Id}", "{"u8.ToArray()).With("future/x", [1]).With("x", [1]);
        Assert.Equal(IntentView.Empty, view);
    }

    [Fact]
    public void Members_are_told_of_each_other_and_of_the_cluster()
    {
        var options = new EtcdOptions(
            Guid.Parse("6f7d7a0e-5a57-4f6f-9a53-2f8a52a4c001"), "h2",
            [new EtcdMember("h1", new(0x0101510a)), new EtcdMember("h2", new(0x0201510a))], 2379, 2380, "/d", "/l");
        var arguments = EtcdProcess.Arguments(options, options.Own!);
        Assert.Contains("--initial-cluster=h1=http://10.81.1.1:2380,h2=http://10.81.1.2:2380", arguments);
        Assert.Contains("--listen-client-urls=http://10.81.1.2:2379", arguments);
        Assert.Contains("--initial-cluster-token=holdfast-6f7d7a0e5a574f6f9a532f8a52a4c001", arguments);
        Assert.Null((options with { Host = "h9" }).Own);
    }

    [Fact]
    public void With_TLS_members_and_clients_both_prove_themselves_and_an_agents_name_is_asked_for()
    {
        var options = new EtcdOptions(Guid.NewGuid(), "h1", [new EtcdMember("h1", new(0x0101510a))], 2379, 2380, "/d", "/l") { Tls = new("/c", "/k", "/a", "agents", _ => new()) };
        var arguments = EtcdProcess.Arguments(options, options.Own!);
        Assert.Contains("--listen-client-urls=https://10.81.1.1:2379", arguments);
        Assert.Contains("--initial-cluster=h1=https://10.81.1.1:2380", arguments);
        Assert.Equal(
            [
                "--cert-file=/c", "--client-cert-allowed-hostname=agents", "--client-cert-auth", "--key-file=/k",
                "--peer-cert-allowed-hostname=agents", "--peer-cert-file=/c", "--peer-client-cert-auth", "--peer-key-file=/k", "--peer-trusted-ca-file=/a", "--trusted-ca-file=/a",
            ],
            arguments.Where(a => a.Contains("cert", StringComparison.Ordinal) || a.Contains("key", StringComparison.Ordinal) || a.Contains("ca-file", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }
}
