using System.Collections.Immutable;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Model;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Snapshots;

/// <summary>
/// The chain file in a machine's folder. It appears whole or not at all, under a name that no other writer can take (a link fails where the name is there), and the greatest name counts.
/// All calls block; the caller runs them with a limit.
/// </summary>
public sealed class ChainFolder(string folder)
{
    private const int Tries = 5;

    public string PathOf(string file) => Path.Combine(folder, file);

    /// <summary>The chain that counts; null: the machine never had a snapshot.</summary>
    /// <exception cref="ChainException">It was altered, or is another machine's.</exception>
    public DiskChain? Read(Guid machine) => Newest(machine)?.Chain;

    /// <summary>
    /// What a machine that is started under <paramref name="epoch"/> has as disks. The chain is taken over into that epoch first, by one renaming on the server: from then on nothing counts
    /// that an earlier owner may still write, and a stale list of names is found out.
    /// </summary>
    /// <exception cref="ChainException">A file is missing or altered; the message names it.</exception>
    public ImmutableArray<ActiveFile> ForStart(MachineDefinition machine, ulong epoch)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (Newest(machine.Id) is not { } newest)
                {
                    return DiskChain.Of(machine).Active;
                }

                if (newest.Name.Epoch > epoch)
                {
                    throw Newer(newest.Name, epoch);
                }

                Check(newest.Chain, newest.Chain.Active.Select(a => a.File));
                TakeOver(newest.Name, newest.Chain, epoch);
                return newest.Chain.Active;
            }
            catch (FileNotFoundException) when (tries < Tries)
            {
                // It was replaced by a newer one between the listing and the reading.
            }
        }
    }

    /// <summary>Stores a chain under an epoch and makes sure that it is the one that counts. Whatever lies on the chain before may be deleted after this, and not earlier.</summary>
    /// <exception cref="ChainException">Another host has a newer right.</exception>
    public void Write(DiskChain chain, ulong epoch)
    {
        var before = Names();
        if (before.LastOrDefault() is { } last && last.Epoch > epoch)
        {
            throw Newer(last, epoch);
        }

        var name = new ChainName(epoch, before.LastOrDefault() is { } same && same.Epoch == epoch ? same.Number + 1 : 0);
        var written = PathOf($".{name}-{Guid.NewGuid():N}");
        try
        {
            using (var stream = new FileStream(written, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(ChainText.Write(chain));
                stream.Flush(flushToDisk: true);
            }

            File.Move(written, PathOf(name.ToString()), overwrite: false);
            Directories.Sync(folder);
        }
        finally
        {
            File.Delete(written);
        }

        // Safety: only one whose word counts may delete anything. Who takes over later has read this word, and who has taken over before is seen here.
        var after = Names();
        if (after[^1] != name)
        {
            throw Newer(after[^1], epoch);
        }

        foreach (var older in after.SkipLast(1))
        {
            File.Delete(PathOf(older.ToString()));
        }
    }

    /// <summary>Every file that these lie on is there and is what it was.</summary>
    /// <exception cref="ChainException">One is not; the message names it.</exception>
    public void Check(DiskChain chain, IEnumerable<string> files)
    {
        foreach (var layer in files.SelectMany(chain.Below).DistinctBy(l => l.File))
        {
            var path = PathOf(layer.File);
            if (!File.Exists(path))
            {
                throw new ChainException($"{path} is missing, and a disk of the machine consists of it; put it back from a backup of the datastore.");
            }

            if (layer.Format == ImageFormat.Qcow2 && LayerFile.Backing(path) is var backing && backing != layer.Backing)
            {
                throw new ChainException($"{path} was altered: it lies on '{backing ?? "nothing"}' and not on '{layer.Backing ?? "nothing"}' any more; put it back from a backup of the datastore.");
            }

            if (layer.Seal is { } seal && LayerFile.Seal(path) != seal)
            {
                throw new ChainException($"{path} was altered since a snapshot sealed it, so that what lies on it would not fit any more; put it back from a backup of the datastore.");
            }
        }
    }

    private void TakeOver(ChainName name, DiskChain chain, ulong epoch)
    {
        if (name.Epoch == epoch)
        {
            return;
        }

        if (chain.Open is not null)
        {
            try
            {
                Write(chain.Settled(), epoch);
                return;
            }
            catch (IOException)
            {
                // A full store: the renaming below needs no room, and an open snapshot harms nobody.
            }
        }

        // Older ones first: a name that is gone cannot come back into view.
        foreach (var older in Names().Where(n => n.CompareTo(name) < 0))
        {
            File.Delete(PathOf(older.ToString()));
        }

        File.Move(PathOf(name.ToString()), PathOf(new ChainName(epoch, 0).ToString()), overwrite: false);
        Directories.Sync(folder);
    }

    private (ChainName Name, DiskChain Chain)? Newest(Guid machine)
    {
        for (var tries = 1; ; tries++)
        {
            if (Names().LastOrDefault() is not { } name)
            {
                return null;
            }

            try
            {
                var path = PathOf(name.ToString());
                var chain = ChainText.Read(File.ReadAllBytes(path), path);
                return chain.Machine == machine ? (name, chain) : throw new ChainException($"{path} is the chain of another machine ({chain.Machine:D}); put the machine's own back from a backup of the datastore.");
            }
            catch (FileNotFoundException) when (tries < Tries)
            {
                // It was replaced by a newer one between the listing and the reading.
            }
        }
    }

    private List<ChainName> Names() => [.. Directories.Names(folder).Select(ChainName.Parse).OfType<ChainName>().Order()];

    private ChainException Newer(ChainName name, ulong epoch) => new(
        $"{PathOf(name.ToString())} was written under epoch {name.Epoch}, and this host's right is of epoch {epoch}: another host has taken the machine over, or the lease area was made anew; in that case rename the file to '{new ChainName(0, 0)}'.");
}
