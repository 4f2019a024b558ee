using Holdfast.Api;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>Something that an agent must say while a drill's fault lasts.</summary>
internal abstract record Sign(string By)
{
    /// <summary>It is said with what the other agents have measured, not by this one alone.</summary>
    public virtual bool IsShared => false;

    /// <summary>Null when it is so; else what is said instead.</summary>
    public abstract Task<string?> MissingAsync(HoldfastClient by, CancellationToken cancel);

    public sealed record Names(string By, string Culprit) : Sign(By)
    {
        public override bool IsShared => true;

        public override async Task<string?> MissingAsync(HoldfastClient by, CancellationToken cancel)
        {
            var culprits = (await by.NetworksAsync(cancel)).Culprits;
            return culprits.Any(c => c.Contains(Culprit, StringComparison.Ordinal)) ? null : culprits is [] ? "it names nothing" : $"it names {string.Join("; ", culprits)}";
        }

        public override string ToString() => $"{By} names {Culprit}";
    }

    public sealed record Judges(string By, string Host, string Verdict) : Sign(By)
    {
        public override async Task<string?> MissingAsync(HoldfastClient by, CancellationToken cancel) =>
            await by.HostAsync(Host, cancel) is var host && host.Verdict == Verdict ? null : $"it says {host.Verdict}: {string.Join(' ', host.Evidence)}";

        public override string ToString() => $"{By} says that {Host} is {Verdict}";
    }

    public sealed record InRow(string By, int Row) : Sign(By)
    {
        public override async Task<string?> MissingAsync(HoldfastClient by, CancellationToken cancel) =>
            await by.HostAsync(By, cancel) is var host && host.Row == Row ? null : $"it is in row {host.Row}";

        public override string ToString() => $"{By} is in row {Row} of the isolation table";
    }
}
