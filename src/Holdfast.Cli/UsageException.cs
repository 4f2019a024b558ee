namespace Holdfast.Cli;

/// <summary>A wrong call that only the command itself can see; the message is the one sentence to show.</summary>
internal sealed class UsageException(string sentence) : Exception(sentence);
