namespace Holdfast.Daemon.Options;

/// <summary>The configuration is wrong; the message is the one sentence to show.</summary>
internal sealed class OptionsException(string sentence) : Exception(sentence);
