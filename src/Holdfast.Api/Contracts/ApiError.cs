using System.Text.Json;

namespace Holdfast.Api;

/// <summary>Why something was not done: a failed task has one, and a refused request answers it as a <see cref="Problem"/>.</summary>
/// <param name="Error">One sentence that names the thing and the way out; the command line prints it as it is.</param>
public sealed record ApiError(string Error, ErrorCode Code)
{
    /// <summary>The HTTP status that goes with <see cref="Code"/>.</summary>
    public int HttpStatus => Code.HttpStatus();
}

/// <summary>What is the same for every error of one code.</summary>
public static class ErrorCodes
{
    /// <summary>The code as it travels.</summary>
    public static string Word(this ErrorCode code) => JsonNamingPolicy.CamelCase.ConvertName(code.ToString());

    public static int HttpStatus(this ErrorCode code) => code switch
    {
        ErrorCode.Usage => 400,
        ErrorCode.Unauthorized => 401,
        ErrorCode.Forbidden => 403,
        ErrorCode.NotFound => 404,
        ErrorCode.Conflict or ErrorCode.NoRoom => 409,
        ErrorCode.TooLarge => 413,
        ErrorCode.TooMany => 429,
        ErrorCode.NoQuorum or ErrorCode.Unavailable => 503,
        _ => 500,
    };

    public static string Title(this ErrorCode code) => code switch
    {
        ErrorCode.Usage => "The request is wrong in itself",
        ErrorCode.Unauthorized => "Nobody known asks",
        ErrorCode.Forbidden => "The role does not allow it",
        ErrorCode.NotFound => "There is no such thing",
        ErrorCode.Conflict => "The present state does not allow it",
        ErrorCode.NoRoom => "No host has room",
        ErrorCode.TooLarge => "The request is too large",
        ErrorCode.TooMany => "Too many requests",
        ErrorCode.NoQuorum => "There is no quorum, so nothing can be changed",
        ErrorCode.Unavailable => "A part that it needs does not answer",
        _ => "It was tried and failed",
    };
}
