namespace Holdfast.Core.Leases;

/// <summary>Why a block of a lease area cannot be used. Each says what was found and the way out.</summary>
public abstract record AreaFault
{
    private AreaFault()
    {
    }

    /// <summary>One sentence for people.</summary>
    public abstract string Sentence { get; }

    public sealed override string ToString() => Sentence;

    /// <summary>It is not there.</summary>
    public sealed record Missing(string Block) : AreaFault
    {
        public override string Sentence => $"{Block} does not exist; mount the datastore, or make its lease area with 'holdfast datastore add'.";
    }

    /// <summary>Something else is there.</summary>
    public sealed record NotALeaseArea(string Block) : AreaFault
    {
        public override string Sentence => $"{Block} is not part of a Holdfast lease area; check the datastore's path.";
    }

    /// <summary>The checksum does not fit the content.</summary>
    public sealed record Damaged(string Block) : AreaFault
    {
        public override string Sentence => $"{Block} is damaged (its checksum does not fit); check the datastore's disks, and see the runbook 'a lease area is damaged'.";
    }

    /// <summary>Written by a program that is too old for this one.</summary>
    public sealed record OlderFormat(string Block, ushort Found, ushort Known) : AreaFault
    {
        public override string Sentence => $"{Block} has the format version {Found}, older than {Known}, which this program needs; stop the cluster's agents and run 'holdfast datastore upgrade'.";
    }

    /// <summary>Written by a program that is newer than this one.</summary>
    public sealed record NewerFormat(string Block, ushort Found, ushort Known) : AreaFault
    {
        public override string Sentence => $"{Block} has the format version {Found}, newer than {Known}, which this program knows; upgrade Holdfast on this host.";
    }

    /// <summary>It belongs to another cluster.</summary>
    public sealed record OtherCluster(string Block, ClusterId Found, ClusterId Expected) : AreaFault
    {
        public override string Sentence => $"{Block} belongs to the cluster {Found}, not to this one ({Expected}); this datastore is in use elsewhere.";
    }

    /// <summary>It belongs to another area of this cluster: a copied store, or a wrong mount.</summary>
    public sealed record OtherArea(string Block, AreaId Found, AreaId Expected) : AreaFault
    {
        public override string Sentence => $"{Block} belongs to the lease area {Found}, not to {Expected}; is another datastore mounted there, or a copy of one?";
    }

    /// <summary>A host wrote into another's block.</summary>
    public sealed record OtherWriter(string Block, int Found, int Expected) : AreaFault
    {
        public override string Sentence => $"{Block} was written by slot {Found} instead of {Expected}; two hosts are configured with one slot.";
    }

    /// <summary>The store returned an error, or no answer in time.</summary>
    public sealed record Unreadable(string Block, string Reason) : AreaFault
    {
        public override string Sentence => $"{Block} cannot be read: {Reason}; check the path to the datastore.";
    }
}
