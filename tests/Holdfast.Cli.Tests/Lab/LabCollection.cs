namespace Holdfast.Cli.Tests.Lab;

[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<RunningLab>
{
    public const string Name = "lab";
}
