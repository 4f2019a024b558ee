using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Tests.Lab;

/// <summary>What a migration sends cannot be read on the wire, and goes to nobody who does not belong to the cluster.</summary>
[Collection(LabCollection.Name)]
[Trait("Category", "Lab")]
public sealed class MigrationTlsTests(RunningLab lab)
{
    /// <summary>The guest holds some hundred records of this form in its memory.</summary>
    private const string InMemory = "holdfast-guest counter=";

    [Fact]
    public async Task Nothing_of_a_guests_memory_can_be_read_on_the_wire()
    {
        await lab.FreshAsync();
        await lab.CreateAsync("secret", "h1");
        await CaptureAsync(RunningLab.Name);
        await lab.MustAsync("vm", "migrate", "secret", "h2");
        var (bytes, found) = await CapturedAsync(RunningLab.Name);
        Assert.True(bytes > 20_000_000, $"only {bytes} bytes were captured");
        Assert.Equal(0, found);
    }

    [Fact]
    public async Task Where_encryption_is_off_the_same_look_finds_it()
    {
        await using var own = await OwnLab.UpAsync("open", new LabOptions { Hosts = 2, MigrationTls = false });
        using var client = own.Drills.Any();
        await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = "secret", Start = true, Host = "h1" }), TimeSpan.FromMinutes(1));
        await RunningLab.UntilAsync("its guest counts", TimeSpan.FromSeconds(60), async () =>
            (await LabCluster.Truth(own.Drills.Name, CancellationToken.None)).Machines is [{ Counter: > 20 }] ? null : "not yet");
        await CaptureAsync(own.Drills.Name);
        var end = await client.WaitAsync(await client.MigrateAsync("secret", new MigrateMachine("h2")), TimeSpan.FromMinutes(1));
        Assert.True(end.State == TaskState.Done, end.Error?.Error);
        Assert.NotEqual(0, (await CapturedAsync(own.Drills.Name)).Found);
    }

    [Fact]
    public async Task A_host_with_a_strangers_certificate_gets_nothing_and_the_machine_runs_on()
    {
        await lab.FreshAsync();
        var before = await lab.CreateAsync("stays", "h1");
        await StrangerAsync();
        try
        {
            var call = await lab.CallAsync("vm", "migrate", "stays", "h2");
            Assert.Equal(ExitCode.Failed, call.Exit);
            Assert.Contains("certificate", call.Error, StringComparison.Ordinal);
            Assert.Contains("holdfast ca issue", call.Error, StringComparison.Ordinal);
            var after = await lab.SeenAsync("stays", "counts on h1 alone", m => m.Copies is [{ Host: "h1", Executing: true }] && m.Counter > before.Counter + 20);
            Assert.Equal((before.BootId, before.Copies[0].Pid, 0, 0), (after.BootId, after.Copies[0].Pid, after.Gaps, after.ForeignWrites));
        }
        finally
        {
            await RunningLab.InsideAsync("h2", "cp /tmp/own/* /etc/pki/qemu/; rm -r /tmp/own");
        }

        await lab.MustAsync("vm", "migrate", "stays", "h2");
    }

    /// <summary>Gives h2 a certificate that names its addresses, of an authority that is not the cluster's.</summary>
    private static async Task StrangerAsync()
    {
        const string Folder = "/tmp/stranger";
        var addresses = string.Join(' ', LabCluster.Status(RunningLab.Name).Hosts.Single(h => h.Name == "h2").Addresses.Values.Select(a => $"--address {a}"));
        await RunningLab.InsideAsync("h2", $"""
            cp -r /etc/pki/qemu /tmp/own
            /holdfast/bin/holdfast ca create stranger --dir {Folder}/ca
            /holdfast/bin/holdfast ca issue h2 {addresses} --dir {Folder}/ca --out {Folder}/h2
            cp {Folder}/h2/qemu/* /etc/pki/qemu/
            rm -r {Folder}
            """);
    }

    /// <summary>Begins to keep what h1's card of the migration network carries; returns when it does.</summary>
    private static async Task CaptureAsync(string lab) => Assert.Equal(0, await LabCluster.Exec(lab, "h1", ["sh", "-ec", """
        rm -f /tmp/wire /tmp/wire.log
        tcpdump -i migration0 -s 0 -B 65536 -U -w /tmp/wire tcp 2>/tmp/wire.log &
        echo $! >/tmp/wire.pid
        for try in $(seq 100); do grep -q "listening on" /tmp/wire.log && exit 0; sleep 0.1; done
        exit 1
        """], TestContext.Current.CancellationToken));

    /// <returns>How much was kept, and in how many places the guest's records are in it.</returns>
    private static async Task<(long Bytes, int Found)> CapturedAsync(string lab)
    {
        var init = LabCluster.Status(lab).Hosts.Single(h => h.Name == "h1").Pid;
        Assert.Equal(0, await LabCluster.Exec(lab, "h1", ["sh", "-ec", "kill $(cat /tmp/wire.pid); for try in $(seq 100); do grep -q 'packets captured' /tmp/wire.log && exit 0; sleep 0.1; done; exit 1"], TestContext.Current.CancellationToken));
        var wire = await File.ReadAllBytesAsync($"/proc/{init}/root/tmp/wire");
        return (wire.LongLength, Count(wire, System.Text.Encoding.ASCII.GetBytes(InMemory)));
    }

    private static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        var count = 0;
        for (var at = text.IndexOf(word); at >= 0; at = text.IndexOf(word))
        {
            count++;
            text = text[(at + word.Length)..];
        }

        return count;
    }
}
