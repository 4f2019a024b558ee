using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Holdfast.Api;

namespace Holdfast.Daemon.Http.Description;

/// <summary>What the contracts' own comments say, from the file that the compiler writes beside the assembly. Without the file the schemas have no descriptions.</summary>
internal sealed partial class ContractDocs
{
    private readonly Dictionary<string, XElement> members;

    private ContractDocs(Dictionary<string, XElement> members) => this.members = members;

    public static ContractDocs Load()
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{typeof(ApiJson).Assembly.GetName().Name}.xml");
        try
        {
            return new(XDocument.Load(file).Descendants("member").ToDictionary(m => (string)m.Attribute("name")!, StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or XmlException or UnauthorizedAccessException)
        {
            return new([]);
        }
    }

    public string? Of(Type type) => Text(members.GetValueOrDefault($"T:{type.FullName}")?.Element("summary"));

    /// <summary>Of a value of an enumeration.</summary>
    public string? Of(Type type, string value) => Text(members.GetValueOrDefault($"F:{type.FullName}.{value}")?.Element("summary"));

    /// <summary>Of a property; of a record's positional one, what its parameter says.</summary>
    public string? Of(JsonPropertyInfo property) => property.AttributeProvider is MemberInfo { DeclaringType: { } type } member
        ? Text(members.GetValueOrDefault($"P:{type.FullName}.{member.Name}")?.Element("summary")
            ?? members.GetValueOrDefault($"T:{type.FullName}")?.Elements("param").FirstOrDefault(p => (string?)p.Attribute("name") == member.Name))
        : null;

    private static string? Text(XElement? element)
    {
        if (element is null)
        {
            return null;
        }

        var words = string.Concat(element.Nodes().Select(n => n switch
        {
            XText text => text.Value,
            XElement e => e.Value is { Length: > 0 } inner ? inner : ((string?)e.Attribute("cref") ?? (string?)e.Attribute("name") ?? (string?)e.Attribute("langword") ?? "").Split('.', ':')[^1],
            _ => "",
        }));
        return Spaces().Replace(words, " ").Trim() is { Length: > 0 } said ? said : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
