using Holdfast.Core.Guarding;

namespace Holdfast.Daemon.Doctor.Checks;

/// <summary>Whether the guard runs. With an agent it is the agent that is asked: a guard has one line, and another one would take it away.</summary>
/// <param name="ask">Asks the guard itself; null: it does not answer.</param>
internal sealed class GuardCheck(AgentWord agent, string? watchdog, Func<Task<GuardReport?>> ask) : ICheck
{
    private const string Start = "start it with 'systemctl start holdfast-guard'; 'journalctl -u holdfast-guard' says why it does not";

    public string Name => "guard";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel)
    {
        if (await agent.Status is { } status)
        {
            return [status.Reason?.Contains("no guard answers", StringComparison.Ordinal) == true
                ? Finding.Failed("the guard does not answer the agent, so that no machine may run here", Start) : Finding.Ok("the guard answers the agent")];
        }

        return await ask() switch
        {
            null => [Finding.Failed("no guard answers, so that no machine may run here", Start)],
            { Watchdog: "none" } when watchdog is not null => [Finding.Failed($"the guard runs without the watchdog {watchdog} that is configured", "restart it with 'systemctl restart holdfast-guard', which machines survive")],
            { Watchdog: "lost" } => [Finding.Failed($"the guard does not reach the watchdog {watchdog}", "look for another program that holds it ('fuser /dev/watchdog'), as only one can")],
            { } report => [Finding.Ok($"the guard answers, and sees {report.Machines.Count(m => m.State != GuardedState.Absent)} machine(s)")],
        };
    }
}
