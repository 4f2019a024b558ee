namespace Holdfast.Daemon.Options;

/// <summary>The configuration is wrong; the message is the one sentence to show.</summary>
/// <param name="line">Line of the file that is wrong, from 1; null: the complaint is about no single line.</param>
internal sealed class OptionsException(string sentence, int? line = null) : Exception(sentence)
{
    /// <summary>The same with the place in front: "FILE, line 12: networks[0].role is …".</summary>
    public OptionsException In(string file) => new($"{file}{(line is { } n ? $", line {n}" : "")}: {Message}");

    public int? Line => line;
}
