using Holdfast.Adapters.Libvirt.Migration;

namespace Holdfast.Adapters.Libvirt;

/// <summary>This host's side of one migration, from Begin or Prepare to its end.</summary>
internal sealed class OpenMove(Guid move) : IAsyncDisposable
{
    internal Guid Move => move;

    /// <summary>The domain's name, which Finish asks for.</summary>
    internal string Name { get; init; } = "";

    internal MigrationSource? Source { get; init; }

    internal SourceFreeze? Freeze { get; init; }

    internal MigrationTarget? Target { get; init; }

    internal StepTimes? Times => Source?.Times ?? Target?.Times;

    /// <summary>Finish has returned, or need not be waited for: the copy here is whole and no longer bound to the connection.</summary>
    internal bool Finished { get; set; }

    /// <summary>Perform is on its way.</summary>
    internal bool Copying { get; set; }

    /// <summary>Gives the job's connection back. On a target before Finish this destroys the copy.</summary>
    public async ValueTask DisposeAsync()
    {
        Freeze?.Dispose();
        if (Source is not null)
        {
            await Source.DisposeAsync().ConfigureAwait(false);
        }

        if (Target is not null)
        {
            await Target.DisposeAsync().ConfigureAwait(false);
        }
    }
}
