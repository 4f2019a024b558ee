namespace Holdfast.Bench;

/// <summary>A measurement that cannot be made; the message is one sentence.</summary>
internal sealed class BenchException(string sentence, bool usage = false) : Exception(sentence)
{
    public bool Usage { get; } = usage;
}
