using System.CommandLine;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Cli.Commands;
using Holdfast.Cli.Connecting;
using Holdfast.Lab;

namespace Holdfast.Cli;

/// <summary>The whole command line: parses, runs one command, and turns whatever stops it into one sentence and an exit code.</summary>
internal sealed class CommandLine(Terminal terminal, Func<string, string?> environment)
{
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancel = default)
    {
        var root = Root.Build(terminal, environment);
        var parse = root.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false });
        if (parse.Errors.Count > 0 && parse.Action is null or System.CommandLine.Invocation.ParseErrorAction)
        {
            return Refuse(Sentence(parse), ExitCode.Usage);
        }

        try
        {
            return await parse.InvokeAsync(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) }, cancel);
        }
        catch (ApiException e)
        {
            return Refuse(e.Message, e.ExitCode);
        }
        catch (UsageException e)
        {
            return Refuse(e.Message, ExitCode.Usage);
        }
        catch (Exception e) when (e is LabException or CertificateException)
        {
            return Refuse(e.Message, ExitCode.Failed);
        }
        catch (OperationCanceledException)
        {
            return Refuse("Interrupted; what an agent has already accepted goes on.", ExitCode.Interrupted);
        }
        catch (IOException e)
        {
            return Refuse(e.Message, ExitCode.Failed);
        }
    }

    private static string Sentence(ParseResult parse)
    {
        // A bad value makes later words look wrong too, so the first error is the cause; but an unknown command is named, not the missing one.
        var first = OneLine((parse.Errors.FirstOrDefault(e => !e.Message.StartsWith("Required command", StringComparison.Ordinal)) ?? parse.Errors[0]).Message);
        return first.EndsWith('.') && !first.StartsWith("Required", StringComparison.Ordinal) && !first.StartsWith("Unrecognized", StringComparison.Ordinal)
            ? first
            : $"{first.TrimEnd('.')}; see '{Usage(parse)} --help'.";
    }

    /// <summary>The parser names the values that it knows on a line each.</summary>
    private static string OneLine(string message)
    {
        var lines = message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length == 1 ? lines[0] : $"{lines[0]} {string.Join(", ", lines[1..])}";
    }

    private static string Usage(ParseResult parse)
    {
        var words = new Stack<string>();
        for (var at = parse.CommandResult; at is not null; at = at.Parent as System.CommandLine.Parsing.CommandResult)
        {
            words.Push(at.Command is RootCommand ? "holdfast" : at.Command.Name);
        }

        return string.Join(' ', words);
    }

    private int Refuse(string sentence, int code)
    {
        terminal.Out.Flush();
        terminal.Error.WriteLine(sentence);
        return code;
    }
}
