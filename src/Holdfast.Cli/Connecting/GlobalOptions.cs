using System.CommandLine;

namespace Holdfast.Cli.Connecting;

internal enum OutputFormat
{
    Table,
    Json,
}

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Host { get; } = new("--host")
    {
        Description = "Address of the agent to ask (NAME, ADDRESS or ADDRESS:PORT, a host of the lab by name); also HOLDFAST_HOST.",
        HelpName = "ADDR",
        Recursive = true,
    };

    public Option<string?> Socket { get; } = new("--socket")
    {
        Description = "Unix socket of the agent to ask.",
        HelpName = "PATH",
        Recursive = true,
    };

    public Option<string?> Token { get; } = new("--token")
    {
        Description = "Token that says who asks; better as HOLDFAST_TOKEN, which other users of this machine cannot read.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public Option<string?> Authority { get; } = new("--ca")
    {
        Description = "The cluster's ca-cert.pem, by which the agent must prove itself; also HOLDFAST_CA, ~/.config/holdfast/ca-cert.pem.",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<string?> Lab { get; } = new("--lab")
    {
        Description = "Lab to use when several run.",
        HelpName = "NAME",
        Recursive = true,
    };

    public Option<bool> Local { get; } = new("--local")
    {
        Description = "Ask the agent for what it knows by itself, not for the cluster's answer.",
        Recursive = true,
    };

    public Option<OutputFormat> Output { get; } = new("--output", "-o")
    {
        Description = "'json' for programs, 'table' for people.",
        HelpName = "json|table",
        Recursive = true,
        CustomParser = result => result.Tokens is [.., { Value: var text }] ? Format(text, result) : OutputFormat.Table,
    };

    public void AddTo(Command root)
    {
        foreach (Option option in (Option[])[Host, Socket, Token, Authority, Lab, Local, Output])
        {
            root.Options.Add(option);
        }
    }

    private static OutputFormat Format(string text, System.CommandLine.Parsing.ArgumentResult result)
    {
        if (text is not ("json" or "table"))
        {
            result.AddError($"'{text}' is no output format; use json or table.");
        }

        return text == "json" ? OutputFormat.Json : OutputFormat.Table;
    }
}
