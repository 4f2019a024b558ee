using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'balance' makes of the agent's answer.</summary>
public sealed class BalanceTests
{
    private const string Answer = """
        {"mode":"recommend","hotPercent":80,"coolPercent":65,
         "hosts":[{"host":"h1","load":{"cpus":4,"usedCpus":3.6,"memoryMiB":8192,"usedMemoryMiB":2048,"pressure":{"cpuPercent":31,"memoryPercent":0,"ioPercent":2}},"hot":true,"holds":"balancing only recommends"},
                  {"host":"h2","load":{"cpus":4,"usedCpus":0.4,"memoryMiB":8192,"usedMemoryMiB":1024},"hot":false},{"host":"h3","hot":false,"holds":"the agent of h3 does not answer"}],
         "moves":[{"machine":"web","from":"h1","to":"h2","cpus":1.2,"copyMiB":512,"fromBefore":90,"fromAfter":60,"toBefore":10,"toAfter":40,"reason":"it wants 1.2 processors"}]}
        """;

    private const string Price = """
        {"machine":"web","from":"h1","to":"h2","begins":true,"estimate":{"converges":true,"totalSeconds":5.2,"pauseMs":40,"memoryMiB":512,"says":"about 5.2 s"}}
        """;

    [Fact]
    public async Task The_imbalance_and_each_move_with_its_reason_and_its_measured_price_are_shown()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/balance", Answer).On("GET /v1/vms/web/preflight", Price);
        var call = await agent.CallAsync("balance", "--dry-run");
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Equal(
            """
            Balancing is recommend. Between the hosts' processors lie 80 % (from 10 % to 90 %, 50 % on average); a host is hot above 80 %.
            HOST  CPU        PRESSURE                       MEMORY        STATE
            h1    90 % of 4  CPU 31 %, memory 0 %, I/O 2 %  2GiB of 8GiB  hot
            h2    10 % of 4  -                              1GiB of 8GiB  ok
            h3    -          -                              -             unknown

            MACHINE  FROM  TO  PRICE               WHY
            web      h1    h2  5.2 s, pause 40 ms  it wants 1.2 processors
            h1 moves nothing by itself now: balancing only recommends.
            h3 moves nothing by itself now: the agent of h3 does not answer.

            """, call.Out);
        Assert.Equal(["GET /v1/balance", "GET /v1/vms/web/preflight?host=h2"], agent.Requests);
    }

    [Fact]
    public async Task Without_a_price_nothing_is_measured()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/balance", Answer);
        var call = await agent.CallAsync("balance", "--dry-run", "--no-price");
        Assert.Contains("512 MiB to copy", call.Out, StringComparison.Ordinal);
        Assert.Equal(["GET /v1/balance"], agent.Requests);
    }

    [Fact]
    public async Task One_host_only_and_nothing_measured_yet_are_one_sentence_each()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/balance", """{"mode":"off","hotPercent":80,"coolPercent":65,"hosts":[{"host":"h1","hot":false}]}""");
        (await agent.CallAsync("balance", "--dry-run")).IsOneSentence(ExitCode.Failed, "only one host");
        agent.On("GET /v1/balance", """{"mode":"off","hotPercent":80,"coolPercent":65,"hosts":[{"host":"h1","hot":false},{"host":"h2","hot":false}]}""");
        (await agent.CallAsync("balance", "--dry-run")).IsOneSentence(ExitCode.Failed, "measured its load yet");
        (await agent.CallAsync("balance")).IsOneSentence(ExitCode.Usage, "--dry-run");
    }
}
