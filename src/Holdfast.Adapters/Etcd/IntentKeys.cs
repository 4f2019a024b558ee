using System.Globalization;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Etcd;

/// <summary>The keys in etcd, below one prefix a cluster. Names and addresses are keys of their own, so that one transaction keeps them unique.</summary>
internal sealed class IntentKeys(Guid cluster)
{
    public const string MachineKind = "machine";
    public const string NameKind = "name";
    public const string MacKind = "mac";
    public const string AddressKind = "ip";
    public const string DatastoreKind = "datastore";
    public const string TaskKind = "task";
    public const string TokenKind = "token";

    public string Prefix { get; } = $"/holdfast/{cluster:D}/";

    public string Machine(Guid id) => $"{Prefix}{MachineKind}/{id:D}";

    public string Name(string name) => $"{Prefix}{NameKind}/{name}";

    public string Mac(string mac) => $"{Prefix}{MacKind}/{mac.ToLower(CultureInfo.InvariantCulture)}";

    public string Address(string ip) => $"{Prefix}{AddressKind}/{ip}";

    /// <summary>What only one machine may have, its name first, then its MAC address; each key holds the machine's id.</summary>
    public string[] Claims(MachineDefinition machine) => [Name(machine.Name), Mac(machine.Mac), .. machine.Addresses.Select(Address)];

    public string Datastore(string name) => $"{Prefix}{DatastoreKind}/{name}";

    public string Task(string id) => $"{Prefix}{TaskKind}/{id}";

    public string Token(string name) => $"{Prefix}{TokenKind}/{name}";

    /// <summary>The key without the prefix, as <see cref="IntentView.With"/> takes it.</summary>
    public string Relative(string key) => key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : "";
}
