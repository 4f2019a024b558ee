namespace Holdfast.Guard;

/// <summary>What the guard is started with.</summary>
/// <param name="Watchdog">Null: there is none, or <paramref name="Configuration"/> names it.</param>
/// <param name="Configuration">The agent's file, from which the watchdog is read.</param>
internal sealed record GuardArguments(string Socket, string State, string? Watchdog, string? Configuration = null)
{
    public const string Usage = "usage: holdfast-guard --socket PATH --state FILE [--watchdog PATH | --configuration FILE]";

    public static GuardArguments? Parse(IReadOnlyList<string> words, out string? refusal)
    {
        string? socket = null, state = null, watchdog = null, configuration = null;
        refusal = null;
        for (var i = 0; i < words.Count; i += 2)
        {
            var value = i + 1 < words.Count ? words[i + 1] : null;
            if (value is null || words[i] is not ("--socket" or "--state" or "--watchdog" or "--configuration"))
            {
                refusal = value is null ? $"'{words[i]}' needs a value. {Usage}" : $"'{words[i]}' is not an option. {Usage}";
                return null;
            }

            _ = words[i] switch { "--socket" => socket = value, "--state" => state = value, "--watchdog" => watchdog = value, _ => configuration = value };
        }

        if (socket is null || state is null)
        {
            refusal = $"'{(socket is null ? "--socket" : "--state")}' is missing. {Usage}";
            return null;
        }

        if (watchdog is not null && configuration is not null)
        {
            refusal = $"'--watchdog' and '--configuration' both name a watchdog; give one of them. {Usage}";
            return null;
        }

        return new(socket, state, watchdog, configuration);
    }
}
