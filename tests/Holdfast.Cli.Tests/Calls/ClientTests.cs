using System.Net;
using System.Net.Sockets;
using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class ClientTests
{
    [Theory]
    [InlineData("ftp://h1")]
    [InlineData("h 1")]
    [InlineData("")]
    public void An_address_that_is_none_is_a_wrong_call(string address) =>
        Assert.Equal(ErrorCode.Usage, Assert.Throws<ApiException>(() => HoldfastClient.Tcp(address)).Code);

    [Theory]
    [InlineData("127.0.0.9")]
    [InlineData("http://127.0.0.9")]
    [InlineData("https://127.0.0.9")]
    public async Task Without_a_port_the_agents_own_is_asked(string address)
    {
        using var client = HoldfastClient.Tcp(address);
        var refused = await Assert.ThrowsAsync<ApiException>(() => client.StatusAsync());
        Assert.Contains($"127.0.0.9:{Routes.DefaultPort}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_accepts_and_never_answers_is_given_up_after_the_patience()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var quick = Impatient(deaf.LocalEndpoint.ToString()!);
        var given = await Assert.ThrowsAsync<ApiException>(() => quick.StatusAsync(impatient.Token));
        Assert.Equal(ErrorCode.Unavailable, given.Code);
        Assert.Contains("has not answered", given.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_never_ends_is_given_up_after_the_limit()
    {
        await using var agent = await FakeAgent.StartAsync();
        const string running = """{"id":"t1","kind":"start","machine":"web","state":"running"}""";
        agent.On("GET /v1/tasks/t1", running);
        using var client = HoldfastClient.Unix(agent.Socket);
        var task = await client.TaskAsync("t1");
        var given = await Assert.ThrowsAsync<ApiException>(() => client.WaitAsync(task, TimeSpan.FromMilliseconds(120)));
        Assert.Contains("still runs", given.Message, StringComparison.Ordinal);
        Assert.InRange(agent.Requests.Count, 2, 8);
    }

    private static HoldfastClient Impatient(string address)
    {
        var client = HoldfastClient.Tcp(address);
        client.Patience = TimeSpan.FromMilliseconds(100);
        return client;
    }
}
