using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Vm;

internal sealed class VmShowCommand : ClusterCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public VmShowCommand(Context context)
        : base(context, "show", "Show one machine, and how soon it runs again when its host dies.") => Add(machine);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel) =>
        Show(parse, await client.MachineAsync(parse.GetRequiredValue(machine), cancel), ApiJson.Readable.MachineDetail, Write);

    private void Write(MachineDetail m)
    {
        var table = new Table("FIELD", "VALUE")
            .Row("name", m.Name)
            .Row("id", m.Id.ToString())
            .Row("desired", Words.Of(m.Desired))
            .Row("state", m.Reason is null ? Words.Of(m.State) : $"{Words.Of(m.State)}: {m.Reason}")
            .Row("host", m.Host)
            .Row("epoch", $"{m.Epoch}")
            .Row("memory", Words.Size(m.MemoryMiB))
            .Row("cpus", $"{m.Cpus}")
            .Row("cpu use", m.Use is { } use ? FormattableString.Invariant($"{use.Cpus:0.00} of {m.Cpus}") : null)
            .Row("memory use", m.Use?.MemoryMiB is { } held ? Words.Size(held) : null)
            .Row("apart from", m.ApartGroup is { } group ? $"other machines of the group {group}" : null)
            .Row("priority", $"{m.Priority}")
            .Row("on isolation", Words.Of(m.OnIsolation))
            .Row("on hung", Words.Of(m.OnHung))
            .Row("guest", m.Guest is { } guest ? Words.Of(guest) : null)
            .Row("datastore", m.Datastore)
            .Row("mac", m.Mac)
            .Row("ip", string.Join(", ", m.Ips));
        foreach (var disk in m.Disks)
        {
            table.Row("disk", $"{disk.Path} ({Words.Size(disk.SizeMiB)} on {disk.Datastore})");
        }

        if (m.Bound is { } bound)
        {
            table.Row("runs again", Words.BoundText(bound));
            foreach (var part in bound.Parts)
            {
                table.Row("", $"{part.Name} {Words.Seconds(part.Seconds)}{(part.Case is null ? "" : $" ({part.Case})")}");
            }
        }

        if (m.LastMove is { } move)
        {
            table.Row("last move", $"{move.From} → {move.To} {move.Outcome}, total {Words.Ms(move.TotalMs)}, pause {Words.Ms(move.PauseMs)}");
        }

        table.Write(Terminal);
    }
}
