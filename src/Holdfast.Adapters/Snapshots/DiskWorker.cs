using System.Collections.Immutable;
using System.Security.Cryptography;
using Holdfast.Adapters.Images;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Agent;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Snapshots;

/// <summary>
/// Carries out <see cref="ChangeDisks"/>. Only new files are written, under names that were never used; what counts changes with one file that is stored whole or not at all; and only
/// what that has made superfluous is deleted after it. So wherever it is interrupted, the chain that counts is whole (docs/adr/0022 goes through the points one by one).
/// </summary>
internal sealed class DiskWorker(Func<DateTimeOffset> clock)
{
    /// <summary>Small files, headers and sums.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Below what the core's caller waits for.</summary>
    private static readonly TimeSpan CopyLimit = TimeSpan.FromMinutes(8);

    /// <param name="running">Null: the machine has no process anywhere.</param>
    /// <returns>Null: done; else one sentence.</returns>
    public async Task<string?> RunAsync(ChangeDisks call, IRunningDisks? running)
    {
        try
        {
            var job = new Job(call, new ChainFolder(call.Folder), running, clock);
            await job.LoadAsync();
            return call.Work switch
            {
                TakeSnapshot take => await job.TakeAsync(take),
                RevertToSnapshot revert => await job.RevertAsync(revert),
                DeleteSnapshot delete => await job.DeleteAsync(delete),
                CompactDisks => await job.CompactAsync(),
                _ => $"the agent does not know {call.Work.GetType().Name}",
            };
        }
        catch (ChainException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return $"{call.Definition.Name}: {call.Work.Words}: {e.Message}";
        }
    }

    private sealed class Job(ChangeDisks call, ChainFolder folder, IRunningDisks? running, Func<DateTimeOffset> clock)
    {
        private readonly string mark = RandomNumberGenerator.GetHexString(8, lowercase: true);
        private DiskChain chain = null!;

        private string Name => call.Definition.Name;

        /// <summary>The chain as it is, with an interrupted snapshot brought to an end.</summary>
        public async Task LoadAsync()
        {
            chain = await Files("reading its chain", () => folder.Read(call.Definition.Id)) ?? DiskChain.Of(call.Definition);
            if (running is null)
            {
                await StoreAsync(chain.Settled(), always: false);
                return;
            }

            var writes = await running.FilesAsync();
            if (IsActive(writes))
            {
                await StoreAsync(chain.Open is { } done ? chain.Taken(false, await SealsAsync(done)) : chain, always: false);
            }
            else if (chain.Open is { } open && Are(writes, open.Files.Select(f => (f.Disk, f.File))))
            {
                await GoForwardAsync(running, open);
            }
            else
            {
                throw new ChainException($"{Name} writes to other files than its chain says ({string.Join(", ", writes.Values)}); stop it, and look at the files in {call.Folder} before it is started again.");
            }
        }

        /// <summary>
        /// It has not gone over, as far as is seen. Safety: the order to do so may still be under way in libvirt, so its new files are not taken away; it goes over to them now. What was sealed by
        /// that is of another instant than the snapshot says, so the snapshot is none.
        /// </summary>
        private async Task GoForwardAsync(IRunningDisks machine, MachineSnapshot open)
        {
            if (await machine.SwitchAsync(Actives()) is { } why && !IsActive(await machine.FilesAsync()))
            {
                throw new ChainException($"The snapshot '{open.Name}' of {Name} was interrupted and cannot be brought to an end: {why.Why}; {Name} runs on, and nothing is lost.");
            }

            await StoreAsync(chain.Settled());
        }

        private bool IsActive(ImmutableSortedDictionary<int, string> writes) => Are(writes, chain.Active.Select(a => (a.Disk, a.File)));

        private bool Are(ImmutableSortedDictionary<int, string> writes, IEnumerable<(string Disk, string File)> files) => files.All(f => writes.GetValueOrDefault(Place(f.Disk)) == f.File);

        private ImmutableSortedDictionary<int, string> Actives() => chain.Active.ToImmutableSortedDictionary(a => Place(a.Disk), a => a.File);

        public async Task<string?> TakeAsync(TakeSnapshot take)
        {
            if (SnapshotRules.WhyNotTake(chain, Name, take.Name) is { } refusal)
            {
                return refusal;
            }

            var next = chain.Take(take.Name, clock(), running is not null, mark);
            if (await CreateAsync(next) is { } failure)
            {
                return failure;
            }

            // Stored before the machine goes over: an empty file on top reads as the one below it, so this is true whether or not the machine ever does.
            await StoreAsync(next);
            var quiesced = false;
            if (running is not null)
            {
                var (done, why) = await SwitchAsync(running, take);
                if (why is { Unknown: true } || (why is not null && !Are(await running.FilesAsync(), chain.Open!.Files.Select(f => (f.Disk, f.File)))))
                {
                    return $"whether {Name} writes to its new files is not known ({why.Why}); it runs on, and the next order about its snapshots finds it out.";
                }

                if (why is not null)
                {
                    // It has said no and is seen where it was: nothing of it is under way any more.
                    await DropAsync(chain.Undone());
                    return $"no snapshot was taken of {Name}, which runs on as before: {why.Why}";
                }

                quiesced = done;
            }

            await StoreAsync(chain.Taken(quiesced, await SealsAsync(next.Find(take.Name)!)));
            return null;
        }

        public async Task<string?> RevertAsync(RevertToSnapshot revert)
        {
            if (SnapshotRules.WhyNotKnown(chain, Name, revert.Name) is { } refusal)
            {
                return refusal;
            }

            var next = chain.Revert(revert.Name, mark);
            await Files("looking at its files", () => Checked(next, chain.Find(revert.Name)!.Files.Select(f => f.File)));
            if (await CreateAsync(next) is { } failure)
            {
                return failure;
            }

            await DropAsync(next);
            return null;
        }

        public async Task<string?> DeleteAsync(DeleteSnapshot delete)
        {
            if (chain.Find(delete.Name) is null)
            {
                return SnapshotRules.WhyNotKnown(chain, Name, delete.Name);
            }

            await DropAsync(chain.Remove(delete.Name));
            return running is null ? await CompactAsync() : null;
        }

        public async Task<string?> CompactAsync()
        {
            foreach (var active in chain.Active.Where(a => chain.IsMergeable(a.File)).ToArray())
            {
                await Files("looking at its files", () => Checked(chain, [active.File]));
                var named = chain.NamedBelow(active.File);
                var format = named is null ? ImageFormat.Raw : ImageFormat.Qcow2;
                var file = DiskChain.NameOf(active.Disk, mark, format);
                if (await MergeAsync(active, file, named) is { } why)
                {
                    await Files("deleting what is left", () => Deleted([file]));
                    return $"the disk {active.Disk} of {Name} could not be merged and is as before: {why}";
                }

                await DropAsync(chain.Merged(active.Disk, file, format, named?.File));
            }

            return null;
        }

        /// <summary>Safety: into a new file that nothing else uses. One that another host may use by now is never changed in place.</summary>
        private async Task<string?> MergeAsync(ActiveFile active, string file, DiskLayer? named)
        {
            var (from, to) = (folder.PathOf(active.File), folder.PathOf(file));
            var why = named is null ? await QemuImg.ConvertToRawAsync(from, active.Format, to, CopyLimit) : await CopiedAsync(from, to) ?? await QemuImg.LayOnAsync(to, named.File, named.Format, CopyLimit);
            return why ?? await Files<string?>("storing the merged file", () =>
            {
                using var merged = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
                if (named is null)
                {
                    // All its blocks, as when the machine was made; a store that cannot keeps it sparse.
                    _ = Allocation.TryAllocate(merged.SafeFileHandle, merged.Length);
                }

                merged.Flush(flushToDisk: true);
                return null;
            });
        }

        private static async Task<string?> CopiedAsync(string from, string to) => await BlockingWork.RunAsync<string?>($"copying {from}", CopyLimit, () =>
        {
            File.Copy(from, to);
            return null;
        });

        /// <summary>The guest rests for as short as can be, and is let go on whatever becomes of the rest.</summary>
        private static async Task<(bool Quiesced, SwitchFailure? Failure)> Switched(IRunningDisks running, TakeSnapshot take, ImmutableSortedDictionary<int, string> files)
        {
            var quiesced = take.Quiesce && await running.QuiesceAsync();
            try
            {
                return (quiesced, await running.SwitchAsync(files));
            }
            finally
            {
                if (take.Quiesce)
                {
                    await running.ResumeAsync();
                }
            }
        }

        private Task<(bool Quiesced, SwitchFailure? Failure)> SwitchAsync(IRunningDisks machine, TakeSnapshot take) =>
            Switched(machine, take, Actives());

        /// <summary>The empty files on top, on the disk before anything names them.</summary>
        private async Task<string?> CreateAsync(DiskChain next)
        {
            foreach (var active in next.Active)
            {
                var layer = next.Layer(active.File);
                var below = next.Layer(layer.Backing!);
                var bytes = await Files("looking at its files", () => LayerFile.DiskBytes(folder.PathOf(below.File), below.Format));
                if (await QemuImg.CreateOnTopAsync(folder.PathOf(active.File), below.File, below.Format, bytes) is { } why)
                {
                    await Files("deleting what is left", () => Deleted(chain.NoLonger(next)));
                    return $"no new file could be made for the disk {active.Disk} of {Name}, which is as before: {why}";
                }

                await Files("storing its new file", () => Stored(folder.PathOf(active.File)));
            }

            return null;
        }

        private Task<ImmutableSortedDictionary<string, LayerSeal>> SealsAsync(MachineSnapshot snapshot) => Files(
            "summing its files", () => snapshot.Files.Select(f => f.File).Distinct().ToImmutableSortedDictionary(f => f, f => LayerFile.Seal(folder.PathOf(f)), StringComparer.Ordinal));

        private async Task StoreAsync(DiskChain next, bool always = true)
        {
            if (always || !ReferenceEquals(next, chain))
            {
                await Files("storing its chain", () =>
                {
                    folder.Write(next, call.Epoch);
                    return true;
                });
                chain = next;
            }
        }

        /// <summary>Stores a chain, and then deletes what it does not need any more.</summary>
        private async Task DropAsync(DiskChain next)
        {
            var superfluous = next.NoLonger(chain);
            await StoreAsync(next);
            await Files("deleting its old files", () => Deleted(superfluous));
        }

        private int Place(string disk) => call.Definition.Disks.Select((d, n) => (d, n)).First(d => d.d.File == disk).n;

        private bool Checked(DiskChain of, IEnumerable<string> files)
        {
            folder.Check(of, files);
            return true;
        }

        private bool Deleted(ImmutableArray<string> files)
        {
            foreach (var file in files)
            {
                File.Delete(folder.PathOf(file));
            }

            return true;
        }

        private static bool Stored(string file)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
            return true;
        }

        private static Task<T> Files<T>(string what, Func<T> work) => BlockingWork.RunAsync(what, Limit, work);
    }
}
