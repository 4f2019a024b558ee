namespace Holdfast.Cli.Commands;

/// <summary>What cannot be taken back is done only after its name was typed.</summary>
internal static class TypedConfirmation
{
    /// <param name="question">"Delete m1 and its disks?"</param>
    /// <param name="unasked">What is said where nobody can be asked.</param>
    /// <param name="undone">What is said when another name was typed.</param>
    public static void Ask(Terminal terminal, string name, string question, string unasked, string undone)
    {
        if (!terminal.Live || Console.IsInputRedirected)
        {
            throw new UsageException(unasked);
        }

        terminal.Error.Write($"{question} Type its name: ");
        if (Console.ReadLine()?.Trim() != name)
        {
            throw new UsageException(undone);
        }
    }
}
