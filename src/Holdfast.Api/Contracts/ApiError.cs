namespace Holdfast.Api;

/// <summary>The body of every answer that is not a success.</summary>
/// <param name="Error">One sentence that names the thing and the way out; the command line prints it as it is.</param>
public sealed record ApiError(string Error, ErrorCode Code)
{
    /// <summary>The HTTP status that goes with <see cref="Code"/>.</summary>
    public int HttpStatus => Code switch
    {
        ErrorCode.Usage => 400,
        ErrorCode.NotFound => 404,
        ErrorCode.Conflict or ErrorCode.NoRoom => 409,
        ErrorCode.NoQuorum or ErrorCode.Unavailable => 503,
        _ => 500,
    };
}
