namespace Holdfast.Cli.Parsing;

/// <summary>Names of machines, datastores and labs: they become host names, folders and parts of interface names.</summary>
internal static class NameRule
{
    /// <summary>Null when the name is good, else the sentence to show.</summary>
    public static string? Refusal(string text, string what)
    {
        var good = text.Length is >= 1 and <= 63 && char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        return good ? null : $"'{text}' is not a name for a {what}; use a small letter, then at most 62 small letters, digits and hyphens.";
    }
}
