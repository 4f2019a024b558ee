using Holdfast.Core.Agent;
using Prometheus;

namespace Holdfast.Daemon.Metrics;

/// <summary>What is counted since this agent's start.</summary>
internal sealed class LifetimeMetrics
{
    private readonly CollectorRegistry registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly Counter decisions;
    private readonly Counter migrations;
    private readonly Counter fencings;
    private readonly Histogram pauses;
    private readonly Histogram steps;
    private readonly Lock looking = new();
    private HashSet<Guid> seen = [];

    public LifetimeMetrics()
    {
        var make = Prometheus.Metrics.WithCustomRegistry(registry);
        decisions = make.CreateCounter("holdfast_decisions_total", "What this agent has decided or seen, by kind, as 'holdfast events' tells it.", "kind");
        migrations = make.CreateCounter("holdfast_migrations_total", "Live migrations from this host that have ended: moved, or kept where they were.", "outcome");
        fencings = make.CreateCounter("holdfast_fencings_total", "Fencings by this host that have ended: fenced, or failed.", "outcome");
        pauses = make.CreateHistogram("holdfast_migration_pause_seconds", "What the guest missed in a live migration from this host.", new HistogramConfiguration { Buckets = [0.01, 0.03, 0.1, 0.3, 1, 3, 10] });
        steps = make.CreateHistogram("holdfast_agent_step_seconds", "How long the agent's loop worked on one input.", new HistogramConfiguration { Buckets = [0.0001, 0.001, 0.01, 0.05, 0.25, 1] });

        // From the start, so that a first one is an increase.
        foreach (var (counter, outcome) in new[] { (migrations, "moved"), (migrations, "kept"), (fencings, "fenced"), (fencings, "failed") })
        {
            counter.WithLabels(outcome);
        }
    }

    public void Decided(Decision decision)
    {
        decisions.WithLabels(decision.Kind).Inc();
        switch (decision.Kind)
        {
            case "moved" or "kept":
                migrations.WithLabels(decision.Kind).Inc();
                break;
            case "fenced":
                fencings.WithLabels("fenced").Inc();
                break;
            case "fence-failed":
                fencings.WithLabels("failed").Inc();
                break;
        }
    }

    public void Stepped(TimeSpan took) => steps.Observe(took.TotalSeconds);

    /// <summary>Each migration's pause, once: the snapshot names a migration for a while after its end.</summary>
    public void Look(HostSnapshot snapshot)
    {
        lock (looking)
        {
            var ended = snapshot.Moves.IsDefault ? [] : snapshot.Moves.Where(m => m.State == "done" && m.Source == snapshot.Slot).ToArray();
            foreach (var move in ended.Where(m => !seen.Contains(m.Move)))
            {
                if (move.Stamps.TryGetValue("stopped", out var stopped) && move.Stamps.TryGetValue("resumed", out var resumed))
                {
                    pauses.Observe((resumed - stopped) / 1000);
                }
            }

            seen = [.. ended.Select(m => m.Move)];
        }
    }

    public Task WriteAsync(Stream to, CancellationToken cancel) => registry.CollectAndExportAsTextAsync(to, cancel);
}
