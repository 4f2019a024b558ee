using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

/// <summary>What 'whatif', 'audit spof' and 'topology show' make of the agent's answers.</summary>
public sealed class WhatIfTests
{
    private const string Answer = """
        {"host":"h1","failed":["host:h2"],"down":["host:h2","link:h2/cluster"],"verdict":"connected",
         "hosts":[{"name":"h1","state":"up","verdict":"connected","row":13,"does":"works as usual"},{"name":"h2","state":"down"}],
         "machines":[{"name":"web","outcome":"restarted","host":"h1","reason":"h1 has h2 switched off by its power"},{"name":"db","outcome":"unaffected","host":"h1"}]}
        """;

    [Fact]
    public async Task Whatif_asks_for_all_components_at_once_and_shows_hosts_and_machines()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/whatif", Answer);
        var call = await agent.CallAsync("whatif", "--down", "host:h2, fence:h2/power switch");
        Assert.Equal(ExitCode.Done, call.Exit);
        Assert.Equal(
            """
            Down: host:h2, link:h2/cluster. Most hosts find: connected.
            HOST  STATE  VERDICT    ROW  DOES
            h1    up     connected  13   works as usual
            h2    down   -          -    -

            MACHINE  OUTCOME     HOST  WHY
            web      restarted   h1    h1 has h2 switched off by its power
            db       unaffected  h1    -

            """, call.Out);
        Assert.Equal(["GET /v1/whatif?down=host%3Ah2%2Cfence%3Ah2%2Fpower%20switch"], agent.Requests);
        var json = await agent.CallAsync("whatif", "--down", "host:h2", "-o", "json");
        Assert.Contains("\"outcome\": \"restarted\"", json.Out, StringComparison.Ordinal);
        Assert.Contains("\"verdict\": \"connected\"", json.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_agent_refuses_is_one_sentence()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.Refuse("GET /v1/whatif", ErrorCode.Usage, "The topology has no switch:sw9; of that kind it has cluster ('holdfast topology show').");
        (await agent.CallAsync("whatif", "--down", "switch:sw9")).IsOneSentence(ExitCode.Usage, "no switch:sw9");
    }

    [Fact]
    public async Task The_audit_shows_what_costs_something_and_the_traps_and_pairs_only_when_asked()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/audit/spof", """
            {"host":"h1","machines":4,"singles":[{"components":["switch:storage"],"lost":4,"restarted":0,"moved":0,"redundancyLost":0},{"components":["etcd:h1"],"lost":0,"restarted":0,"moved":0,"redundancyLost":0}],
             "pairs":[{"components":["host:h1","fence:h1/power"],"lost":2,"restarted":0,"moved":0,"redundancyLost":0}],
             "traps":[{"kind":"votes","says":"etcd has 2 votes.","components":["etcd:h1"]}]}
            """);
        var call = await agent.CallAsync("audit", "spof", "--pairs", "--kinds", "host,fence");
        Assert.Equal(
            """
            2 components were taken away one by one; 1 of them would lose machines, of 4.
            FAILURE         LOST  RESTARTED  MOVED  REDUNDANCY LOST
            switch:storage  4     0          0      0

            Together they lose more machines than one by one:
            FAILURES                  LOST  RESTARTED  MOVED  REDUNDANCY LOST
            host:h1 + fence:h1/power  2     0          0      0

            Trap: etcd has 2 votes.

            """, call.Out);
        await agent.CallAsync("audit", "spof");
        Assert.Equal(["GET /v1/audit/spof?kinds=host%2Cfence&pairs=1", "GET /v1/audit/spof?kinds="], agent.Requests);
    }

    [Fact]
    public async Task The_topology_says_what_hangs_on_what_and_that_nothing_is_declared()
    {
        await using var agent = await FakeAgent.StartAsync();
        agent.On("GET /v1/topology", """
            {"host":"h1","components":[{"id":"link:h1/cluster","kind":"link","name":"h1/cluster","confidence":"seen","detail":"bond (802.3ad), 1 of 2 members carry it","source":"kernel of h1"},
              {"id":"switch:cluster","kind":"switch","name":"cluster","confidence":"inferred","source":"nothing says otherwise"}],
             "edges":[{"from":"link:h1/cluster","to":"host:h1","role":"needs","confidence":"seen"},{"from":"link:h1/cluster","to":"nic:a","role":"oneOf","confidence":"declared"},
              {"from":"link:h1/cluster","to":"nic:b","role":"oneOf","confidence":"declared"},{"from":"link:h1/cluster","to":"switch:cluster","role":"plugged","confidence":"inferred","network":"cluster"}],
             "unknown":["h1: LLDP: lldpcli is not installed"]}
            """);
        Assert.Equal(
            """
            As h1 knows it; nothing is declared, so each network whose switches no host sees is taken to be one.
            COMPONENT        KNOWN     BY                      HANGS ON                                                                 DETAIL
            link:h1/cluster  seen      kernel of h1            host:h1, plugged into switch:cluster (inferred), one of nic:a and nic:b  bond (802.3ad), 1 of 2 members carry it
            switch:cluster   inferred  nothing says otherwise  -                                                                        -
            not known: h1: LLDP: lldpcli is not installed

            """, (await agent.CallAsync("topology", "show")).Out);
    }
}
