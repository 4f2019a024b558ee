namespace Holdfast.Guard;

/// <summary>What the guard is started with.</summary>
internal sealed record GuardArguments(string Socket, string State, string? Watchdog)
{
    public const string Usage = "usage: holdfast-guard --socket PATH --state FILE [--watchdog PATH]";

    public static GuardArguments? Parse(IReadOnlyList<string> words, out string? refusal)
    {
        string? socket = null, state = null, watchdog = null;
        refusal = null;
        for (var i = 0; i < words.Count; i += 2)
        {
            var value = i + 1 < words.Count ? words[i + 1] : null;
            if (value is null || words[i] is not ("--socket" or "--state" or "--watchdog"))
            {
                refusal = value is null ? $"'{words[i]}' needs a value. {Usage}" : $"'{words[i]}' is not an option. {Usage}";
                return null;
            }

            _ = words[i] switch { "--socket" => socket = value, "--state" => state = value, _ => watchdog = value };
        }

        if (socket is null || state is null)
        {
            refusal = $"'{(socket is null ? "--socket" : "--state")}' is missing. {Usage}";
            return null;
        }

        return new(socket, state, watchdog);
    }
}
