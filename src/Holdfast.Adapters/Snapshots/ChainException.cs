namespace Holdfast.Adapters.Snapshots;

/// <summary>A machine's files are not as its chain says, or another host has a newer right to them. The message is one sentence for people.</summary>
public sealed class ChainException(string sentence) : Exception(sentence);
