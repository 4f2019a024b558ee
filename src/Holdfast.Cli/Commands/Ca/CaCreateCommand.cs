using System.CommandLine;
using Holdfast.Certificates;

namespace Holdfast.Cli.Commands.Ca;

internal sealed class CaCreateCommand : CaCommand
{
    private readonly Argument<string> cluster = new("cluster") { Description = "Name of the cluster." };

    public CaCreateCommand(Context context)
        : base(context, "create", "Make the cluster's certificate authority.") => Add(cluster);

    protected override void Work(ParseResult parse)
    {
        var place = parse.GetRequiredValue(Place);
        using var authority = ClusterAuthority.Create(Good(parse.GetRequiredValue(cluster), "cluster"), DateTimeOffset.UtcNow);
        authority.Save(place);
        Terminal.Out.WriteLine($"The authority is in {place} until {authority.NotAfter:yyyy-MM-dd}. Who has {ClusterAuthority.KeyFile} can make hosts of this cluster: keep it from everybody else, and keep a copy.");
    }
}
