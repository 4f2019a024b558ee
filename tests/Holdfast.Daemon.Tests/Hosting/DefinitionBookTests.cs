using System.Collections.Immutable;
using Holdfast.Adapters.Etcd;
using Holdfast.Core.Model;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class DefinitionBookTests
{
    private readonly List<MachineDefinition> told = [];

    [Fact]
    public void A_changed_definition_is_told_and_one_that_is_as_before_is_not()
    {
        var book = new DefinitionBook(told.Add);
        var (web, mail) = (new IntentMachine(Snapshots.Definition("web"), Run: true), new IntentMachine(Snapshots.Definition("mail"), Run: true));
        book.Tell(Of(web, mail));
        book.Tell(Of(web, mail));
        Assert.Equal(2, told.Count);
        var changed = web with { Definition = web.Definition with { OnHung = HungResponse.Restart } };
        book.Tell(Of(changed, mail));
        Assert.Equal(HungResponse.Restart, Assert.Single(told.Skip(2)).OnHung);
    }

    private static ImmutableSortedDictionary<Guid, IntentMachine> Of(params IntentMachine[] machines) => machines.ToImmutableSortedDictionary(m => m.Definition.Id, m => m);
}
