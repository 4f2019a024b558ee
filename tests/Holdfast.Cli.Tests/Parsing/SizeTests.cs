using Holdfast.Cli.Parsing;

namespace Holdfast.Cli.Tests.Parsing;

public sealed class SizeTests
{
    [Theory]
    [InlineData("192MiB", 192)]
    [InlineData("64mib", 64)]
    [InlineData("2GiB", 2048)]
    [InlineData("1TiB", 1024 * 1024)]
    public void A_size_is_a_whole_number_with_a_unit(string text, int mib) => Assert.Equal(mib, Size.MiB(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("192")]
    [InlineData("MiB")]
    [InlineData("1.5GiB")]
    [InlineData("-1GiB")]
    [InlineData("0MiB")]
    [InlineData("9999999999999999999GiB")]
    [InlineData("2048TiB")]
    public void Anything_else_is_refused_with_a_sentence_that_names_it(string text)
    {
        Assert.Null(Size.MiB(text, out var error));
        Assert.Contains($"'{text}' is not a size", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("web-01", true)]
    [InlineData("", false)]
    [InlineData("-web", false)]
    [InlineData("wéb", false)]
    [InlineData("../etc", false)]
    public void A_name_is_a_small_letter_and_then_letters_digits_and_hyphens(string text, bool good) => Assert.Equal(good, NameRule.Refusal(text, "machine") is null);

    [Fact]
    public void A_name_has_at_most_63_characters()
    {
        Assert.Null(NameRule.Refusal(new string('a', 63), "machine"));
        Assert.NotNull(NameRule.Refusal(new string('a', 64), "machine"));
    }
}
