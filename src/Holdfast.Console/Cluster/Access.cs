namespace Holdfast.Console.Cluster;

/// <summary>The API token that goes with every question, and the sentence with which one was refused last.</summary>
public sealed class Access
{
    public string? Token { get; set; }

    /// <summary>What the last 401 or 403 to a question said; null: the last question was answered.</summary>
    public string? Refusal { get; private set; }

    public event Action? Changed;

    /// <summary>Called with every answer's status, and with the sentence of one that refuses.</summary>
    public void Saw(string? refusal)
    {
        if (Refusal != refusal)
        {
            Refusal = refusal;
            Changed?.Invoke();
        }
    }
}
