using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Core.Recovery;

namespace Holdfast.Cli.Commands.Recover;

/// <summary>Output of <c>holdfast recover plan -o json</c>.</summary>
/// <param name="Version">Of the lease table, the newest that could be read.</param>
/// <param name="RenewingHosts">Hosts that renewed while we looked.</param>
/// <param name="Unreadable">Parts of the lease area that could not be read: the table may be newer than this.</param>
internal sealed record RecoverReport(string Path, Guid Cluster, ulong Version, string[] RenewingHosts, string[] Unreadable, RecoveryItem[] Machines);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(RecoverReport))]
internal sealed partial class RecoverJson : JsonSerializerContext;
