using Holdfast.Api;
using Holdfast.Console.Cluster;
using Microsoft.AspNetCore.Components;

namespace Holdfast.Console.Parts;

/// <summary>What buttons have in common: one order at a time, its refusal as the agent's sentence, its task followed to its end.</summary>
public abstract class Orders : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource end = new();

    [Inject]
    public required Agents Agents { get; set; }

    /// <summary>Called when something may have changed.</summary>
    [Parameter]
    public EventCallback Done { get; set; }

    /// <summary>The last order's task as it is; null: there was none.</summary>
    protected TaskReport? Task { get; private set; }

    /// <summary>Why the last order was not taken.</summary>
    protected string? Refusal { get; set; }

    protected bool Busy { get; private set; }

    protected Task OrderAsync(Func<HoldfastClient, CancellationToken, Task<TaskReport>> order) => DoAsync(async () =>
    {
        Task = await Agents.OrderAsync(order, end.Token);
        await Done.InvokeAsync();
        while (Task.State == TaskState.Running)
        {
            StateHasChanged();
            await System.Threading.Tasks.Task.Delay(300, end.Token);
            Task = await Agents.AskAsync((client, cancel) => client.TaskAsync(Task.Id, TimeSpan.FromSeconds(1), cancel), end.Token);
        }
    });

    /// <summary>Anything that an agent may refuse.</summary>
    protected async Task DoAsync(Func<Task> work)
    {
        (Busy, Refusal, Task) = (true, null, null);
        try
        {
            await work();
        }
        catch (ApiException e)
        {
            Refusal = e.Message;
        }
        catch (OperationCanceledException)
        {
            return;     // the page was left; the order goes on without it
        }
        finally
        {
            Busy = false;
        }

        await Done.InvokeAsync();
    }

    public void Dispose()
    {
        end.Cancel();
        GC.SuppressFinalize(this);
    }
}
