namespace Holdfast.Api;

/// <summary>The paths of version 1, in one place for the client and the daemon. Every GET takes <c>?local=1</c>: answer from this agent alone.</summary>
public static class Routes
{
    /// <summary>Where an agent listens on its own host.</summary>
    public const string DefaultSocket = "/run/holdfast/holdfastd.sock";

    /// <summary>The TCP port of the API on the cluster network.</summary>
    public const int DefaultPort = 7441;

    public const string Status = "/v1/status";
    public const string Hosts = "/v1/hosts";
    public const string Networks = "/v1/networks";
    public const string HighAvailability = "/v1/ha";
    public const string Machines = "/v1/vms";
    public const string Datastores = "/v1/datastores";
    public const string Events = "/v1/events";

    /// <summary>The last event of each kind, also those before the agent's start.</summary>
    public const string LatestEvents = "/v1/events/latest";
    public const string Timers = "/v1/timers";
    public const string Tasks = "/v1/tasks";
    public const string Topology = "/v1/topology";
    public const string Sight = "/v1/topology/seen";
    public const string Balance = "/v1/balance";
    public const string WhatIf = "/v1/whatif";
    public const string SinglePoints = "/v1/audit/spof";
    public const string BsiAudit = "/v1/audit/bsi";

    /// <summary>A drill is over (POST).</summary>
    public const string Drills = "/v1/drills";

    public const string AuditLog = "/v1/audit/log";
    public const string Tokens = "/v1/tokens";
    public const string WhoAmI = "/v1/whoami";

    /// <summary>Prometheus' text.</summary>
    public const string Metrics = "/metrics";

    /// <summary>The description of this API, OpenAPI 3.1.</summary>
    public const string OpenApi = "/openapi.json";

    /// <summary>A page to read it.</summary>
    public const string Docs = "/docs";

    public static string Host(string name) => $"{Hosts}/{Uri.EscapeDataString(name)}";

    /// <param name="verb">explain (GET); fence, confirm-dead, drain, resume (POST).</param>
    public static string Host(string name, string verb) => $"{Host(name)}/{verb}";

    public static string Machine(string name) => $"{Machines}/{Uri.EscapeDataString(name)}";

    /// <param name="verb">set, start, stop, kill, migrate, cancel-migration, relocate snapshots, compact (POST); explain, preflight, snapshots, console, console/log (GET).</param>
    public static string Machine(string name, string verb) => $"{Machine(name)}/{verb}";

    public static string Snapshot(string machine, string name) => $"{Machine(machine, "snapshots")}/{Uri.EscapeDataString(name)}";

    public static string Datastore(string name) => $"{Datastores}/{Uri.EscapeDataString(name)}";

    public static string Token(string name) => $"{Tokens}/{Uri.EscapeDataString(name)}";

    public static string Task(string id) => $"{Tasks}/{Uri.EscapeDataString(id)}";
}
