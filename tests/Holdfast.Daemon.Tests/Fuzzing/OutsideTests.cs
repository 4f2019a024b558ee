using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;
using Holdfast.Core.Leases;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Options;
using Holdfast.Fuzzing;

namespace Holdfast.Daemon.Tests.Fuzzing;

/// <summary>Whatever comes from outside is read or refused, and nothing else happens.</summary>
public sealed class OutsideTests
{
    private static readonly AreaIdentity Identity = new(new AreaId(Guid.NewGuid()), new ClusterId(Guid.NewGuid()));

    [Fact]
    public void A_slot_s_block()
    {
        var block = new byte[HeartbeatBlock.Length];
        new HeartbeatBlock(new Slot(5), new Incarnation(Guid.NewGuid()), Guid.NewGuid(), 42, HeartbeatFlags.Agentless, 3, 1024, 50).Encode(Identity, block);
        Fuzz.Run([block], bytes => HeartbeatBlock.Decode(bytes, Identity, new Slot(5), out _));
    }

    [Fact]
    public void A_lease_area_s_first_block() =>
        Fuzz.Run([new AreaHeader(Identity, 64, 1).Encode()], bytes => AreaHeader.Decode(bytes, Identity.Cluster, out _));

    [Fact]
    public void A_lease_table() => Fuzz.Run([LeaseTableCodec.Encode(LeaseTable.First(["a", "b", "c"])), LeaseTableCodec.Encode(LeaseTable.Empty)], bytes =>
    {
        try
        {
            LeaseTableCodec.Decode(bytes);
        }
        catch (FormatException)
        {
            // The documented refusal.
        }
    });

    [Fact]
    public void An_agent_s_seal() => Fuzz.Run(
        [.. new[] { new Seal("h1", Seal.NewLife(), 7, "h2").Credential(new byte[32]), OnBehalf.Text(null), "token;operator;alice" }.Select(s => Encoding.UTF8.GetBytes(s))],
        bytes =>
        {
            Seal.Parse(Encoding.Latin1.GetString(bytes));
            OnBehalf.Of(Encoding.Latin1.GetString(bytes), "h1");
        });

    [Fact]
    public void The_configuration() => Fuzz.Run(
        [Encoding.UTF8.GetBytes("""{ "cluster": "lab", "slot": 0, "networks": [{ "name": "c", "role": "cluster", "address": "10.0.0.1" }], "hosts": [{ "name": "h1", "slot": 0, "addresses": { "c": "10.0.0.1" } }], "etcd": { "members": ["h1"] } }"""), Encoding.UTF8.GetBytes("""{ "host": "\ud800", "\udc00": 1 }""")],
        bytes =>
        {
            try
            {
                OptionsReader.Parse(Encoding.UTF8.GetString(bytes));
            }
            catch (OptionsException e)
            {
                Assert.EndsWith(".", e.Message);
            }
        });

    [Fact]
    public void The_API_s_bodies()
    {
        JsonTypeInfo[] bodies =
        [
            ApiJson.Default.CreateMachine, ApiJson.Default.SetMachine, ApiJson.Default.StartMachine, ApiJson.Default.StopMachine, ApiJson.Default.MigrateMachine, ApiJson.Default.RelocateMachine,
            ApiJson.Default.AddDatastore, ApiJson.Default.CreateToken, ApiJson.Default.CreateSnapshot, ApiJson.Default.HostOrderRequest, ApiJson.Default.HighAvailabilityRequest,
        ];
        string[] samples = ["{}", """{ "name": "m", "datastore": "gold", "memoryMiB": 64, "cpus": 1, "host": "h1", "tags": ["a"], "role": "viewer", "expiresInSeconds": 5, "disarmedSeconds": 60 }"""];
        Fuzz.Run([.. samples.Select(s => Encoding.UTF8.GetBytes(s))], bytes =>
        {
            foreach (var body in bodies)
            {
                try
                {
                    JsonSerializer.Deserialize(bytes, body);
                }
                catch (JsonException)
                {
                    // Answered with 400.
                }
            }
        });
    }
}
