using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Daemon.Tasks;

namespace Holdfast.Daemon.Intents;

/// <summary>Changes what is known of a machine. Etcd first, where it is unique; then the copy in the machine's folder.</summary>
internal sealed class MachineSettings(EtcdIntentStore intent)
{
    public async Task<TaskResult?> SetAsync(Guid machine, SetMachine request, TaskBoard.Work task)
    {
        var (view, refusal) = await intent.FreshAsync();
        Refusals.Throw(refusal);
        if (view.Machines.GetValueOrDefault(machine) is { } present)
        {
            Check(present, request);
        }

        var (definition, conflict) = await intent.ChangeAddressesAsync(machine, [.. request.AddIps.Distinct()], [.. request.RemoveIps.Distinct()]);
        Refusals.Throw(conflict);
        if (request.OnHung is { } response)
        {
            Refusals.Throw(await intent.ChangeMachineAsync(machine, m => m with { Definition = definition = m.Definition with { OnHung = Of(response) } }));
        }

        if (request.ApartGroup is { } group)
        {
            Refusals.Throw(await intent.ChangeMachineAsync(machine, m => m with { Definition = definition = m.Definition with { ApartGroup = group.Length == 0 ? null : group } }));
        }

        task.Step("folder");
        var missed = view.Datastores.TryGetValue(definition!.Datastore, out var store)
            ? await MachineFolder.RewriteAsync(store.Path, definition)
            : $"The datastore '{definition.Datastore}' is not known any more.";
        if (missed is not null)
        {
            throw new ApiException(ErrorCode.Failed, $"What was said of {definition.Name} is set, but not in the copy in its folder, which the next change will mend: {missed}");
        }

        return new TaskResult { Ips = request is { AddIps: [], RemoveIps: [] } ? null : [.. definition.Addresses], OnHung = request.OnHung, ApartGroup = request.ApartGroup };
    }

    public static Core.Model.HungResponse Of(HungResponse response) => response == HungResponse.Restart ? Core.Model.HungResponse.Restart : Core.Model.HungResponse.Ignore;

    private static void Check(IntentMachine present, SetMachine request)
    {
        var (name, has) = (present.Definition.Name, present.Definition.Addresses);
        foreach (var strange in request.RemoveIps.Except(has))
        {
            throw new ApiException(ErrorCode.NotFound, $"{name} has no address {strange}; {(has is [] ? "it has none at all" : $"it has {string.Join(", ", has)}")}.");
        }

        if (has.Union(request.AddIps).Except(request.RemoveIps).Count() > AddressRule.Most)
        {
            throw new ApiException(ErrorCode.Usage, $"{name} would have more than {AddressRule.Most} addresses; remove some with 'holdfast vm set {name} --remove-ip …'.");
        }
    }
}
