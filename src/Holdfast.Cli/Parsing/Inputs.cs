using System.CommandLine;
using Holdfast.Api;

namespace Holdfast.Cli.Parsing;

/// <summary>The arguments and options that several commands share, with their checks.</summary>
internal static class Inputs
{
    /// <summary>The machine to create: its name is checked before anybody is asked.</summary>
    public static Argument<string> NewName(string what)
    {
        var argument = new Argument<string>("name") { Description = $"Name of the {what}: a small letter, then small letters, digits and hyphens." };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && NameRule.Refusal(text, what) is { } refusal)
            {
                result.AddError(refusal);
            }
        });
        return argument;
    }

    public static Argument<string> Machine() => new("vm") { Description = "Name of the machine." };

    /// <summary>A size option in MiB.</summary>
    public static Option<int> SizeOption(string name, int fallback, string description) => new(name)
    {
        Description = $"{description} (default {fallback}MiB)",
        HelpName = "SIZE",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var value = Size.MiB(result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value, out var error);
            if (error is not null)
            {
                result.AddError(error);
            }

            return value ?? 0;
        },
    };

    /// <summary>Addresses of a machine, each with the option before it; they are checked before anybody is asked.</summary>
    public static Option<string[]> AddressesOption(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "A.B.C.D" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Select(token => AddressRule.Refusal(token.Value)).OfType<string>().FirstOrDefault() is { } refusal)
            {
                result.AddError(refusal);
            }
        });
        return option;
    }

    public static Option<HungResponse?> OnHungOption()
    {
        var option = new Option<HungResponse?>("--on-hung")
        {
            Description = "What its host does when its guest is hung (guest agent, disk and CPU show no sign of life): tell it only, or start it anew on the same host.",
            HelpName = "ignore|restart", CustomParser = result => result.Tokens[^1].Value == "restart" ? HungResponse.Restart : HungResponse.Ignore,
        };
        return option.AcceptOnlyFromAmong("ignore", "restart");
    }

    /// <summary>A whole number within bounds, with one sentence when it is not.</summary>
    public static Option<int> NumberOption(string name, int fallback, int least, int most, string description) => new(name)
    {
        Description = $"{description} (default {fallback})",
        HelpName = "N",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            if (int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            {
                return value;
            }

            result.AddError($"'{text}' is no value for {name}; give a whole number from {least} to {most}.");
            return fallback;
        },
    };
}
