namespace Holdfast.Api;

/// <summary>The agent refused or failed, or could not be reached. <see cref="Exception.Message"/> is the one sentence to show.</summary>
public sealed class ApiException(ErrorCode code, string sentence, Exception? inner = null) : Exception(sentence, inner)
{
    public ErrorCode Code { get; } = code;

    /// <summary>What a command line that shows this should exit with: 2 for a wrong request, else 1.</summary>
    public int ExitCode => Code == ErrorCode.Usage ? 2 : 1;
}
