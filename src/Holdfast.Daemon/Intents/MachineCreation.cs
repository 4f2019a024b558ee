using System.Security.Cryptography;
using Holdfast.Adapters.Definitions;
using Holdfast.Adapters.Etcd;
using Holdfast.Adapters.Images;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Tasks;
using Holdfast.Runtime.Hosting;

namespace Holdfast.Daemon.Intents;

/// <summary>
/// Creates a machine: its name in etcd first, then its folder on the datastore, then its entry in the lease table. What fails is undone in the
/// other order, so that the same name can be used again.
/// </summary>
internal sealed class MachineCreation(DaemonOptions options, IAgent agent, EtcdIntentStore intent, MachineOrders orders, AddressCheck addresses)
{
    private const int MacAttempts = 5;
    private const long MiB = 1 << 20;

    /// <summary>Everything that can be refused at once is refused here, before a task begins.</summary>
    /// <returns>Where it is made, and what its first disk is copied from.</returns>
    public async Task<(IntentDatastore Store, DiskImage? Image)> CheckAsync(CreateMachine request, CancellationToken cancel)
    {
        MachineRequests.Check(request);
        var (view, refusal) = await intent.FreshAsync(cancel);
        Refusals.Throw(refusal);
        if (view.Find(request.Name) is not null)
        {
            throw new ApiException(ErrorCode.Conflict, $"A machine named '{request.Name}' exists already; choose another name, or delete it with 'holdfast vm delete {request.Name}'.");
        }

        var store = StoreOf(request, view);
        if (request.Host is { } host && options.Hosts.All(h => h.Name != host))
        {
            throw UnknownHost(options, host);
        }

        Room.Check(request.Name, request.MemoryMiB, agent.Snapshot, request.Host);
        if (request.Image is null)
        {
            return (store, null);
        }

        var (image, unusable) = await DiskImage.InspectAsync(request.Image);
        Refusals.Throw(unusable, ErrorCode.Usage);
        return (store, image);
    }

    public async Task<TaskResult?> RunAsync(CreateMachine request, IntentDatastore store, DiskImage? image, TaskBoard.Work task)
    {
        if (request.Start)
        {
            // Before anything is made, so that a refused creation leaves nothing.
            await addresses.ThrowIfTakenAsync(request.Name, "created", mac: null, request.Ips, task);
        }

        task.Step("named");
        var seed = request.CloudInit is { } userData ? new CloudSeed(userData) : null;
        var machine = await NameAsync(request, store, image, seed);
        var definition = machine.Definition;
        try
        {
            task.Step(image is null ? "folder" : "copying the image");
            Refusals.Throw(await MachineFolder.CreateAsync(store.Path, definition, image, seed));
            try
            {
                task.Step("lease");
                Refusals.Throw(await agent.Order(new AddMachine(definition, Run: request.Start && request.Host is null)));
            }
            catch
            {
                await MachineFolder.DeleteAsync(store.Path, definition);
                throw;
            }
        }
        catch
        {
            await intent.RemoveMachineAsync(definition.Id);
            throw;
        }

        // From here on it exists; a lost quorum now costs only the mark, which the next change sets.
        await intent.ChangeMachineAsync(definition.Id, m => m with { Complete = true });
        return request.Start ? await orders.StartAsync(definition.Name, request.Host, task, asked: true) : new TaskResult();
    }

    internal static ApiException UnknownHost(DaemonOptions options, string host) =>
        new(ErrorCode.NotFound, $"No host is named '{host}'; the cluster has {string.Join(", ", options.Hosts.Select(h => h.Name))}.");

    private static IntentDatastore StoreOf(CreateMachine request, IntentView view)
    {
        if (request.Datastore is { } name)
        {
            return view.Datastores.GetValueOrDefault(name) ?? throw new ApiException(
                ErrorCode.NotFound,
                view.Datastores.Count == 0
                    ? $"No datastore is named '{name}', and the cluster has none yet; add one with 'holdfast datastore add {name} PATH'."
                    : $"No datastore is named '{name}'; the cluster has {string.Join(", ", view.Datastores.Keys)}.");
        }

        return view.Datastores.Values.FirstOrDefault() ?? throw new ApiException(ErrorCode.NotFound, "The cluster has no datastore yet; add one with 'holdfast datastore add NAME PATH'.");
    }

    private async Task<IntentMachine> NameAsync(CreateMachine request, IntentDatastore store, DiskImage? image, CloudSeed? seed)
    {
        var disk = new DiskDefinition("disk0.raw", request.DiskMiB > 0 ? (long)request.DiskMiB << 20 : (image!.Bytes + MiB - 1) / MiB * MiB);
        for (var attempt = 1; ; attempt++)
        {
            var definition = new MachineDefinition(
                Guid.NewGuid(), request.Name, store.Name, request.MemoryMiB, request.Cpus, request.Priority, RandomMac(),
                seed is null ? [disk] : [disk, seed.Disk], request.Image is null ? GuestBoot() : null,
                request.OnIsolation == Api.IsolationResponse.Keep ? Core.Model.IsolationResponse.Keep : Core.Model.IsolationResponse.Release)
            {
                Addresses = [.. request.Ips.Distinct()],
                OnHung = MachineSettings.Of(request.OnHung),
            };
            var machine = new IntentMachine(definition, request.Start, Complete: false);
            var refusal = await intent.AddMachineAsync(machine);
            if (refusal is { Problem: IntentProblem.MacTaken } && attempt < MacAttempts)
            {
                continue;
            }

            Refusals.Throw(refusal);
            return machine;
        }
    }

    /// <summary>QEMU's own prefix, so that people see what it is; unique by etcd's transaction, not by chance.</summary>
    private static string RandomMac()
    {
        Span<byte> random = stackalloc byte[3];
        RandomNumberGenerator.Fill(random);
        return $"52:54:00:{random[0]:x2}:{random[1]:x2}:{random[2]:x2}";
    }

    private DirectBoot? GuestBoot()
    {
        if (options.GuestImage is not { } folder || !File.Exists(Path.Combine(folder, "kernel")))
        {
            return null;
        }

        var words = Path.Combine(folder, "cmdline");
        return new DirectBoot(Path.Combine(folder, "kernel"), Path.Combine(folder, "initrd"), File.Exists(words) ? File.ReadAllText(words).Trim() : "console=ttyS0 quiet panic=1");
    }
}
