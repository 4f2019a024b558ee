using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Daemon.Http;

/// <summary>Requests read and answers written with the contracts' generated JSON; every failure is a <see cref="Problem"/>.</summary>
internal static class Answers
{
    /// <summary>How many agents have passed this request on: between agents only.</summary>
    public const string PassedOnHeader = "Holdfast-Passed-On";

    private static readonly string[] OfAnswers = [HeaderNames.ContentLength, HeaderNames.ContentEncoding, HeaderNames.ETag, HeaderNames.Location, HeaderNames.CacheControl];

    public static int TimesPassedOn(this HttpContext context) => int.TryParse(context.Request.Headers[PassedOnHeader], CultureInfo.InvariantCulture, out var times) ? times : 0;

    public static bool IsLocal(this HttpContext context) => context.Request.Query.TryGetValue("local", out var value) && value == "1";

    public static string Name(this HttpContext context) => (string)context.Request.RouteValues["name"]!;

    public static Task AnswerAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }

    /// <summary>The same with a tag of what it says, so that who has it already is told only that (RFC 9110, 13.1.2).</summary>
    public static Task TaggedAsync<T>(this HttpContext context, T value, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(value, type);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(body))[..32]}\"");
        (context.Response.Headers.ETag, context.Response.Headers.CacheControl) = (tag.ToString(), "no-cache");
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.GetTypedHeaders().IfNoneMatch.Any(had => had.Equals(EntityTagHeaderValue.Any) || had.Compare(tag, useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        (context.Response.ContentType, context.Response.ContentLength) = ("application/json; charset=utf-8", body.Length);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    public static Task AcceptedAsync(this HttpContext context, TaskReport task)
    {
        context.Response.Headers.Location = Routes.Task(task.Id);
        context.Items[typeof(TaskReport)] = task.Id;
        return context.AnswerAsync(task, ApiJson.Default.TaskReport, StatusCodes.Status202Accepted);
    }

    /// <summary>A body that comes in chunks has no length.</summary>
    public static bool HasBody(this HttpContext context) => context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0;

    /// <summary>The body; an empty one is <paramref name="empty"/> where that makes sense.</summary>
    public static async Task<T> BodyAsync<T>(this HttpContext context, JsonTypeInfo<T> type, T? empty = null)
        where T : class
    {
        if (empty is not null && !context.HasBody())
        {
            return empty;
        }

        try
        {
            context.Request.Body.Position = 0;
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("the body is null");
        }
        catch (JsonException e)
        {
            throw new ApiException(ErrorCode.Usage, $"The request's body cannot be read: {e.Message.Split(". Path:")[0].TrimEnd('.')}.", e);
        }
    }

    /// <summary>Around every request: bodies can be read twice (and so be forwarded), and exceptions become sentences.</summary>
    public static async Task GuardedAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            context.Request.EnableBuffering();
            await next(context);
            if (context.Response is { HasStarted: false, ContentLength: null, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed })
            {
                await FailAsync(context, new ApiError($"This agent has no {context.Request.Method} {context.Request.Path}; its version may differ from yours.", ErrorCode.NotFound));
            }
        }
        catch (ApiException e)
        {
            await FailAsync(context, new ApiError(e.Message, e.Code));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(context, new ApiError(
                $"The request cannot be taken: {e.Message.TrimEnd('.')}.", e.StatusCode is StatusCodes.Status413PayloadTooLarge ? ErrorCode.TooLarge : ErrorCode.Usage));
        }
        catch (Exception e)
        {
            await FailAsync(context, new ApiError($"{context.Request.Method} {context.Request.Path} failed: {e.Message}", ErrorCode.Failed));
        }
    }

    /// <summary>Answers with a problem, whatever was said before; a body that has begun is broken off.</summary>
    public static Task FailAsync(HttpContext context, ApiError error)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        // What a browser must be let know of this answer (CORS) stays; what belonged to another answer goes.
        foreach (var header in OfAnswers)
        {
            context.Response.Headers.Remove(header);
        }

        context.Response.StatusCode = error.HttpStatus;
        return context.Response.WriteAsJsonAsync(Problem.Of(error), ApiJson.Default.Problem, Problem.MediaType, context.RequestAborted);
    }
}
