using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Api;

/// <summary>All that travels between a client and an agent, generated at build time (the command line is compiled ahead of time).</summary>
/// <remarks>A property with a default has a setter, not an init: generated code assigns every init property, so that one which is
/// missing in the text would become null instead of its default.</remarks>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ClusterStatus))]
[JsonSerializable(typeof(HostSummary[]))]
[JsonSerializable(typeof(HostDetail))]
[JsonSerializable(typeof(HostExplanation))]
[JsonSerializable(typeof(NetworkReport))]
[JsonSerializable(typeof(HighAvailabilityRequest))]
[JsonSerializable(typeof(HostOrderRequest))]
[JsonSerializable(typeof(HighAvailabilityReport))]
[JsonSerializable(typeof(MachineSummary[]))]
[JsonSerializable(typeof(MachineDetail))]
[JsonSerializable(typeof(CreateMachine))]
[JsonSerializable(typeof(SetMachine))]
[JsonSerializable(typeof(StartMachine))]
[JsonSerializable(typeof(StopMachine))]
[JsonSerializable(typeof(MigrateMachine))]
[JsonSerializable(typeof(MigrationPreflight))]
[JsonSerializable(typeof(RelocateMachine))]
[JsonSerializable(typeof(AddDatastore))]
[JsonSerializable(typeof(TaskReport))]
[JsonSerializable(typeof(Datastore))]
[JsonSerializable(typeof(Datastore[]))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(ClusterEvent[]))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(TimerReport))]
[JsonSerializable(typeof(ConsolePlace))]
[JsonSerializable(typeof(BalanceReport))]
[JsonSerializable(typeof(TopologyReport))]
[JsonSerializable(typeof(SightReport))]
[JsonSerializable(typeof(WhatIfReport))]
[JsonSerializable(typeof(SinglePointReport))]
[JsonSerializable(typeof(BsiReport))]
[JsonSerializable(typeof(DrillDone))]
[JsonSerializable(typeof(Caller))]
[JsonSerializable(typeof(CreateToken))]
[JsonSerializable(typeof(NewToken))]
[JsonSerializable(typeof(AccessToken))]
[JsonSerializable(typeof(AccessToken[]))]
[JsonSerializable(typeof(AuditReport))]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(SnapshotReport))]
[JsonSerializable(typeof(CreateSnapshot))]
[JsonSerializable(typeof(DoctorReport))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>The same, indented and without escapes of quotes and umlauts: for people who read JSON on a terminal.</summary>
    public static ApiJson Readable { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
