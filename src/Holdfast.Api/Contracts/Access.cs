using System.Text.Json.Serialization;

namespace Holdfast.Api;

/// <summary>What somebody may do. Each route says which of these it needs.</summary>
[JsonConverter(typeof(CamelCaseEnum<Role>))]
public enum Role
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Reads, and works with what there is: machines are started, stopped and moved, hosts drained.</summary>
    Operator,

    /// <summary>Reads, and reads the audit log.</summary>
    Auditor,

    /// <summary>Everything: also what exists, who may what, fencing and disarming.</summary>
    Admin,
}

/// <summary>How somebody made known who they are.</summary>
[JsonConverter(typeof(CamelCaseEnum<CallerKind>))]
public enum CallerKind
{
    /// <summary>Over the host's unix socket, by the uid that the kernel names: whoever may open the socket is an administrator.</summary>
    Socket,

    /// <summary>By a token.</summary>
    Token,

    /// <summary>Another host's agent, by the cluster's secret.</summary>
    Agent,

    /// <summary>Not at all, where the configuration lets anybody read.</summary>
    Anonymous,
}

/// <summary><c>GET /v1/whoami</c>: who asks, as the agent sees it.</summary>
/// <param name="Name">A token's name, a uid, a host.</param>
/// <param name="Via">The host whose agent passed the request on; null: it came directly.</param>
public sealed record Caller(string Name, Role Role, CallerKind Kind, string? Via = null)
{
    public override string ToString() => $"{Kind switch { CallerKind.Token => $"the token '{Name}'", CallerKind.Agent => $"the agent of {Name}", CallerKind.Anonymous => "who gives no token", _ => Name }}";
}

/// <summary><c>POST /v1/tokens</c>: make a token. Answered with its secret, once.</summary>
/// <param name="Name">Small letters, digits, '.', '_', '@' and '-'; who asks is known by it from then on, also in the audit log.</param>
/// <param name="ExpiresSeconds">It is refused after this; null: only when it is revoked.</param>
public sealed record CreateToken(string Name, Role Role, double? ExpiresSeconds = null);

/// <param name="Secret">What the client sends. The cluster keeps only its hash: it is never shown again.</param>
public sealed record NewToken(string Secret, AccessToken Token);

/// <summary>One line of <c>GET /v1/tokens</c>. <c>DELETE /v1/tokens/NAME</c> revokes it.</summary>
/// <param name="By">Who made it.</param>
/// <param name="Expires">Null: never.</param>
public sealed record AccessToken(string Name, Role Role, string By, DateTimeOffset Created, DateTimeOffset? Expires, bool Expired);

/// <summary><c>GET /v1/audit/log</c>: who did what on which host, the oldest first.</summary>
/// <param name="Silent">Hosts whose agent did not answer: what they were told is missing.</param>
public sealed record AuditReport(AuditRecord[] Records, string[] Silent);

/// <summary>One order, or one that was refused, as the host that got it has written it down.</summary>
public sealed record AuditRecord
{
    public required DateTimeOffset At { get; init; }

    /// <summary>The host that got it.</summary>
    public required string Host { get; init; }

    /// <summary>A token's name, a uid, a host; "nobody known" without any of these.</summary>
    public required string Who { get; init; }

    public CallerKind? Kind { get; init; }

    public Role? Role { get; init; }

    /// <summary>The host whose agent passed it on; null: it came directly.</summary>
    public string? Via { get; init; }

    /// <summary>The client's address; null on the unix socket.</summary>
    public string? Address { get; init; }

    /// <summary>Method and path: <c>POST /v1/vms/web/stop</c>; of the end of long work its kind and machine.</summary>
    public required string What { get; init; }

    /// <summary>What the path does not say: the name of what is made, the reason that was given.</summary>
    public string? Detail { get; init; }

    /// <summary>"done", "accepted" (a task does it), "refused" or "failed".</summary>
    public required string Outcome { get; init; }

    /// <summary>Why it was refused or failed.</summary>
    public string? Why { get; init; }

    /// <summary>The task that does it, or that has ended.</summary>
    public string? Task { get; init; }
}
