using Holdfast.Core.Agent;
using Holdfast.Core.Model;
using Holdfast.Daemon.Hosting;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class DrainBookTests : IDisposable
{
    private readonly string file = Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.NewGuid():N}.json");

    [Fact]
    public void A_drain_is_told_to_the_next_agent_and_taken_back_it_is_not()
    {
        new DrainBook(file, new Listener()).Set(on: true, "root: new kernel");
        Assert.Equal((true, "root: new kernel"), Loaded());
        new DrainBook(file, new Listener()).Set(on: false, "root: done");
        Assert.Null(Loaded());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"by\":")]
    public void A_file_that_cannot_be_read_counts_as_drained(string torn)
    {
        File.WriteAllText(file, torn);
        var (on, by) = Assert.NotNull(Loaded());
        Assert.True(on);
        Assert.Contains("cannot be read", by, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(file);

    private (bool On, string By)? Loaded()
    {
        var agent = new Listener();
        new DrainBook(file, agent).Load();
        return agent.Drain;
    }

    /// <summary>Hears what an agent is told before it starts.</summary>
    private sealed class Listener : IAgent
    {
        public (bool On, string By)? Drain { get; private set; }

        public HostSnapshot Snapshot => throw new InvalidOperationException("The book asks nothing.");

        public Action<Decision>? Decided { get; set; }

        public void SetDrain(bool on, string by) => Drain = (on, by);

        public Task<string?> Order(AgentOrder order) => throw new InvalidOperationException("The book orders nothing.");

        public void AddDatastore(string name, string path, TimeSpan drain) => throw new InvalidOperationException("The book adds nothing.");

        public void SetHighAvailability(TimeSpan disarmedFor, string by) => throw new InvalidOperationException("The book arms nothing.");

        public void Redefine(MachineDefinition definition) => throw new InvalidOperationException("The book redefines nothing.");

        public void Measured(HostConditions conditions) => throw new InvalidOperationException("The book measures nothing.");
    }
}
