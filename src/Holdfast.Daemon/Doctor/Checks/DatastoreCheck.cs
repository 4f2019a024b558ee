using Holdfast.Core.Storage;

namespace Holdfast.Daemon.Doctor.Checks;

/// <param name="stores">Name and path of those that this host knows; null: it does not know which there are.</param>
/// <param name="mountOf">How a path is mounted, by the kernel's word alone.</param>
/// <param name="isFormatted">Whether a path has a lease area; may hang with its server.</param>
internal sealed class DatastoreCheck(IReadOnlyList<(string Name, string Path)>? stores, Func<string, Task<StoreMount?>> mountOf, Func<string, bool> isFormatted, TimeSpan limit) : ICheck
{
    public string Name => "datastores";

    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => stores switch
    {
        null => [Finding.Unknown("this host's list of datastores cannot be read", "start the agent, which writes it anew")],
        [] => [Finding.Warning("this host knows no datastore, so that no machine can run here", "add one with 'holdfast datastore add'")],
        _ => [.. (await Task.WhenAll(stores.Select(LookAsync))).SelectMany(f => f)],
    };

    private async Task<IEnumerable<Finding>> LookAsync((string Name, string Path) store)
    {
        bool formatted;
        try
        {
            formatted = await Adapters.Linux.BlockingWork.RunAsync($"looking at {store.Path}", limit, () => isFormatted(store.Path));
        }
        catch (Exception e) when (e is TimeoutException or IOException or UnauthorizedAccessException)
        {
            return [Finding.Failed($"{store.Name}: {e.Message.TrimEnd('.')}", $"look whether the server of {store.Path} answers and is reached over this host's storage network")];
        }

        if (!formatted)
        {
            return [Finding.Failed($"{store.Name}: {store.Path} has no lease area", "mount the datastore there (an empty directory is not it), as on the other hosts")];
        }

        var mount = await mountOf(store.Path);
        List<Finding> wrong = mount is null ? [Finding.Unknown($"{store.Name}: the kernel does not say how {store.Path} is mounted", $"see 'findmnt -T {store.Path}'")]
            : [.. MountLint.Look(mount, shared: true).Select(f => Split(store.Name, f))];
        return wrong.Count > 0 ? wrong : [Finding.Ok($"{store.Name}: {store.Path} ({mount!.Type}) has its lease area and is mounted as it should be")];
    }

    /// <summary>The linter's sentence says what is wrong, and behind the last semicolon how to mend it.</summary>
    private static Finding Split(string store, StoreFinding finding)
    {
        var at = finding.Says.LastIndexOf("; ", StringComparison.Ordinal);
        var (says, mend) = at > 0 ? (finding.Says[..at], finding.Says[(at + 2)..].TrimEnd('.')) : (finding.Says.TrimEnd('.'), "see docs/operations/installation.md");
        return finding.Refuses ? Finding.Failed($"{store}: {says}", mend) : Finding.Warning($"{store}: {says}", mend);
    }
}
