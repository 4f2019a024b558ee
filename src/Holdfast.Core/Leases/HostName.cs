using System.Text;

namespace Holdfast.Core.Leases;

/// <summary>The rule for host names in a lease table.</summary>
public static class HostName
{
    /// <summary>Null when the name fits, else one sentence that says why not.</summary>
    public static string? Refusal(string name) =>
        name.Length == 0 ? "A host needs a name."
        : Encoding.UTF8.GetByteCount(name) > HostRecord.LongestName ? $"Host name '{name}' is longer than {HostRecord.LongestName} bytes; use the short host name."
        : null;

    internal static string Checked(string name) => Refusal(name) is { } refusal ? throw new ArgumentException(refusal, nameof(name)) : name;
}
