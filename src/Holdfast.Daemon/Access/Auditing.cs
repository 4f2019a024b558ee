using Holdfast.Api;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Tasks;

namespace Holdfast.Daemon.Access;

/// <summary>
/// Around every request: what changes something, what is not for every reader, and what is refused for who asks is written down with its outcome; the end of a task by itself.
/// Bodies are not, as they may hold what nobody else should read: a handler says what belongs to the record (<see cref="AuditedWords.Audited"/>).
/// </summary>
internal sealed class Auditing(string host, AuditLog log, TaskBoard tasks)
{
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(10);

    public async Task AroundAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (ApiException e)
        {
            Refused(context, e);
            throw;
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            Write(context, "failed", e.Message);
            throw;
        }

        var status = context.Response.StatusCode;
        Write(context, status == StatusCodes.Status202Accepted ? "accepted" : status < 400 ? "done" : "refused", status < 400 ? null : $"the answer was {status}");
    }

    private void Refused(HttpContext context, ApiException e)
    {
        // Too many: each by itself would be what the limit is there against.
        if (e.Code != ErrorCode.TooMany)
        {
            Write(context, e.Code == ErrorCode.Failed ? "failed" : "refused", e.Message, always: e.Code is ErrorCode.Unauthorized or ErrorCode.Forbidden);
        }
    }

    private void Write(HttpContext context, string outcome, string? why, bool always = false)
    {
        if (context.Items.ContainsKey(typeof(Auditing)) || (!always && !Matters(context)))
        {
            return;
        }

        var caller = context.Caller();
        var record = new AuditRecord
        {
            At = DateTimeOffset.UtcNow,
            Host = host,
            Who = caller?.Name ?? "nobody known",
            Kind = caller?.Kind,
            Role = caller?.Role,
            Via = caller?.Via,
            Address = context.Connection.RemoteIpAddress?.ToString(),
            What = $"{context.Request.Method} {context.Request.Path}",
            Detail = context.Items.TryGetValue(typeof(AuditedWords), out var words) ? (string?)words : null,
            Outcome = outcome,
            Why = why,
            Task = context.Items.TryGetValue(typeof(TaskReport), out var task) ? (string?)task : null,
        };
        log.Add(record);
        if (record.Task is { } id)
        {
            _ = FollowAsync(record, id);
        }
    }

    private static bool Matters(HttpContext context) => context.GetEndpoint() is RouteEndpoint route
        && (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) || route.Metadata.GetMetadata<Operation>()?.Needs is Needs.Admin or Needs.Auditor);

    /// <summary>How the long work ended, for who began it.</summary>
    private async Task FollowAsync(AuditRecord begun, string id)
    {
        var task = await tasks.FindAsync(id, Look, CancellationToken.None);
        while (task is { State: TaskState.Running })
        {
            task = await tasks.FindAsync(id, Look, CancellationToken.None);
        }

        if (task is not null)
        {
            log.Add(begun with
            {
                At = DateTimeOffset.UtcNow,
                What = task.Machine is null ? task.Kind : $"{task.Kind} {task.Machine}",
                Outcome = task.State == TaskState.Done ? "done" : "failed",
                Why = task.Error?.Error,
            });
        }
    }
}

internal static class AuditedWords
{
    /// <summary>What the audit log says besides the path. Never a secret.</summary>
    public static void Audited(this HttpContext context, string words) => context.Items[typeof(AuditedWords)] = words;

    /// <summary>This request is not written down whatever becomes of it.</summary>
    public static void Unaudited(this HttpContext context) => context.Items[typeof(Auditing)] = true;
}
