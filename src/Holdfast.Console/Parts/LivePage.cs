using Holdfast.Api;
using Holdfast.Console.Cluster;
using Microsoft.AspNetCore.Components;

namespace Holdfast.Console.Parts;

/// <summary>A page that shows one answer of the API, asked for anew each second while it is open.</summary>
public abstract class LivePage<T> : ComponentBase, IDisposable
    where T : class
{
    private string? opened;

    [Inject]
    public required ClusterWatch Watch { get; set; }

    protected Live<T> Live { get; private set; } = null!;

    /// <summary>What the page is about; another one begins anew.</summary>
    protected virtual string Key => "";

    protected virtual TimeSpan Period => ClusterWatch.Period;

    protected abstract Task<T> AskAsync(HoldfastClient client, CancellationToken cancel);

    protected override void OnParametersSet()
    {
        if (opened == Key)
        {
            return;
        }

        opened = Key;
        Live?.Dispose();
        Live = Watch.Open(AskAsync, Period);
        Live.Changed += Redraw;
    }

    protected void Redraw() => InvokeAsync(StateHasChanged);

    public virtual void Dispose()
    {
        Live?.Dispose();
        GC.SuppressFinalize(this);
    }
}
