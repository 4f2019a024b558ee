namespace Holdfast.Cli.Tests.Lab;

[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class DuplicateAddressTests(RunningLab lab)
{
    [Fact]
    public async Task A_second_device_with_a_machine_s_address_is_told_on_both_hosts_within_seconds_with_both_places()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("twin", "h1");
        var mac = (await lab.MachineAsync("twin")).Mac;

        // A live migration and back moves the address twice, and is no second device.
        await lab.MustAsync("vm", "migrate", "twin", "h2");
        await lab.MustAsync("vm", "migrate", "twin", "h1");
        await lab.SeenAsync("twin", "counts on h1 alone", m => m.Copies is [{ Host: "h1", Executing: true }] && m.Counter > before.Counter + 40);
        Assert.Empty(await ToldAsync("h1"));

        // It talks for longer than a machine that has moved takes to count as settled.
        await RunningLab.InsideAsync("h2", $"""
            ip link add twin0 address {mac} type veth peer name twin1
            ip link set twin1 master guest0 up
            ip link set twin0 up
            ip address add 10.129.9.9/9 dev twin0
            ping -c 7 -W 1 -I twin0 10.128.0.1 >/dev/null || true
            """);
        try
        {
            await UntilToldAsync("h1", $"a second device has the MAC address {mac} of twin: the machine is on port ", " of h1, the other is behind port guest0up of h1 (its uplink)");
            await UntilToldAsync("h2", $"a second device has the MAC address {mac} of twin: the machine is on h1, the other is behind port twin1 of h2");
            Assert.Contains($"a second device has the MAC address {mac}", (await lab.CallAsync("status", "--host", "h2")).Out, StringComparison.Ordinal);
            Assert.Empty(await ToldAsync("h3"));
        }
        finally
        {
            await RunningLab.InsideAsync("h2", "ip link del twin0");
        }
    }

    private Task UntilToldAsync(string host, params string[] parts) => RunningLab.UntilAsync($"{host} tells of the second device", TimeSpan.FromSeconds(15), async () =>
        (await ToldAsync(host)) is var told && told.Any(text => parts.All(part => text.Contains(part, StringComparison.Ordinal))) ? null : string.Join("; ", told));

    private Task<string[]> ToldAsync(string host) => lab.EventsAsync(host, "duplicate-address", "twin");
}
