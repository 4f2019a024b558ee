namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class AddressTests(RunningLab lab)
{
    [Fact]
    public async Task An_IP_address_of_another_machine_is_refused_with_its_name_until_it_is_taken_from_it()
    {
        await lab.FreshAsync();
        await lab.MustAsync("vm", "create", "web2", "--ip", "10.200.0.3", "--host", "h1");
        const string refusal = "10.200.0.3 belongs to machine web2; take another or remove it there with 'holdfast vm set web2 --remove-ip 10.200.0.3'.";

        // Asked of another host's agent, which may not have heard of the first yet.
        var created = await lab.CallAsync("vm", "create", "web3", "--ip", "10.200.0.4", "--ip", "10.200.0.3", "--host", "h2");
        Assert.Equal(ExitCode.Failed, created.Exit);
        Assert.Contains(refusal, created.Error, StringComparison.Ordinal);
        Assert.Single(await lab.MachinesAsync());
        await lab.MustAsync("vm", "create", "web3", "--ip", "10.200.0.4", "--host", "h2");
        Assert.Contains(refusal, (await lab.CallAsync("vm", "set", "web3", "--ip", "10.200.0.3", "--host", "h3")).Error, StringComparison.Ordinal);

        await lab.MustAsync("vm", "set", "web2", "--remove-ip", "10.200.0.3");
        await lab.MustAsync("vm", "set", "web3", "--ip", "10.200.0.3");
        Assert.Equal(["10.200.0.4", "10.200.0.3"], (await lab.MachineAsync("web3")).Ips);
        Assert.Contains("web3 has no address 10.9.9.9; it has 10.200.0.4, 10.200.0.3.", (await lab.CallAsync("vm", "set", "web3", "--remove-ip", "10.9.9.9")).Error, StringComparison.Ordinal);

        await lab.MustAsync("vm", "delete", "web3", "--yes");
        await lab.MustAsync("vm", "set", "web2", "--ip", "10.200.0.4");
    }
}
