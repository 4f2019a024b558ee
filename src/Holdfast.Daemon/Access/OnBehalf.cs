using Holdfast.Api;

namespace Holdfast.Daemon.Access;

/// <summary>For whom an agent passes a request on. Believed of agents only.</summary>
internal static class OnBehalf
{
    /// <summary>Who asked the agent that passes this on: <c>token;operator;alice</c>.</summary>
    public const string Header = "Holdfast-For";

    public static string Text(Caller? caller) => caller is null ? "" : $"{caller.Kind};{TokenBook.Word(caller.Role)};{caller.Name}";

    /// <summary>Who asks through an agent: the agent itself, or for whom it does. Null: the text cannot be read.</summary>
    public static Caller? Of(string text, string via) => text.Length == 0 ? new(via, Role.Admin, CallerKind.Agent, via)
        : text.Split(';', 3) is [var kind, var role, var name] && Enum.TryParse<CallerKind>(kind, out var k) && TokenBook.RoleOf(role) is { } r ? new(name, r, k, via)
        : null;
}
