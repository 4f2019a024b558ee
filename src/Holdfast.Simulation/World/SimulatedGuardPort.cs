using Holdfast.Core.Guarding;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>The agent's line to its guard: an order whose answer does not come in time may have been obeyed, or may still be.</summary>
internal sealed class SimulatedGuardPort(AgentProcess agent) : IGuardPort
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private long lastId;

    public Action<GuardReport?>? Reported { get; set; }

    public void Order(GuardOrder order, Action<string?> done)
    {
        agent.MayDie();
        var host = agent.Host;
        var time = host.Cluster.Timeline;
        if (host.Guard is not { } guard || !guard.IsConnected(agent))
        {
            time.After(TimeSpan.Zero, agent.Scope, () => done("the guard does not answer"));
            return;
        }

        var over = false;
        void End(string? refusal)
        {
            if (!over)
            {
                over = true;
                done(refusal);
            }
        }

        var numbered = order with { Id = ++lastId };
        time.After(host.Cluster.Dice.Milliseconds(0.05, 0.5), guard.Scope, () =>
        {
            var refusal = guard.Obey(numbered);
            time.After(host.Cluster.Dice.Milliseconds(0.05, 0.5), agent.Scope, () => End(refusal));
        });
        time.After(Limit, agent.Scope, () => End("the guard does not answer"));
    }
}
