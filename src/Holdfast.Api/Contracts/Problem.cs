namespace Holdfast.Api;

/// <summary>The body of every answer that is not a success: problem details as in RFC 9457, <c>application/problem+json</c>.</summary>
/// <param name="Type">A reference to what <paramref name="Code"/> means, on the host that answers: <c>/docs#noRoom</c>.</param>
/// <param name="Title">The kind of problem in a few words, the same for every problem of one code.</param>
/// <param name="Status">The HTTP status again.</param>
/// <param name="Detail">One sentence that names the thing and the way out; the command line prints it as it is.</param>
/// <param name="Code">What a program decides by.</param>
public sealed record Problem(string Type, string Title, int Status, string Detail, ErrorCode Code)
{
    public const string MediaType = "application/problem+json";

    public static Problem Of(ApiError error) => new($"{Routes.Docs}#{error.Code.Word()}", error.Code.Title(), error.HttpStatus, error.Error, error.Code);
}
