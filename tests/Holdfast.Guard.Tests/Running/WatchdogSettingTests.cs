using Holdfast.Guard.Linux;

namespace Holdfast.Guard.Tests.Running;

public sealed class WatchdogSettingTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-setting-").FullName;

    private string Configuration => Path.Combine(folder, "holdfastd.json");

    private string Remembered => Path.Combine(folder, "guard.state.watchdog");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("{ \"watchdog\": \"/dev/watchdog\" }", "/dev/watchdog")]
    [InlineData("// ours\n{ \"host\": \"h1\", \"Watchdog\": \"/dev/watchdog1\", }", "/dev/watchdog1")]
    [InlineData("{ \"watchdog\": null }", null)]
    [InlineData("{ \"host\": \"h1\" }", null)]
    public void The_watchdog_is_the_one_of_the_agent_s_configuration(string text, string? device)
    {
        File.WriteAllText(Configuration, text);
        Assert.Equal(device, WatchdogSetting.Read(Configuration, Remembered, out var complaint));
        Assert.Null(complaint);
    }

    [Theory]
    [InlineData("{ \"watchdog\": ")]
    [InlineData("{ \"watchdog\": 1 }")]
    [InlineData("[]")]
    [InlineData(null)]
    public void A_guard_that_comes_back_to_a_broken_file_takes_the_watchdog_of_the_one_before(string? broken)
    {
        Assert.Null(WatchdogSetting.Read(Configuration, Remembered, out var first));
        Assert.Contains("goes on with no watchdog", first);

        File.WriteAllText(Configuration, "{ \"watchdog\": \"/dev/watchdog\" }");
        WatchdogSetting.Read(Configuration, Remembered, out _);
        if (broken is null)
        {
            File.Delete(Configuration);
        }
        else
        {
            File.WriteAllText(Configuration, broken);
        }

        Assert.Equal("/dev/watchdog", WatchdogSetting.Read(Configuration, Remembered, out var complaint));
        Assert.Contains("the watchdog /dev/watchdog of the guard before; 'holdfastd --check' says", complaint);
    }

    [Fact]
    public void A_watchdog_that_was_taken_out_is_not_remembered()
    {
        File.WriteAllText(Configuration, "{ \"watchdog\": \"/dev/watchdog\" }");
        WatchdogSetting.Read(Configuration, Remembered, out _);
        File.WriteAllText(Configuration, "{ }");
        WatchdogSetting.Read(Configuration, Remembered, out _);
        File.WriteAllText(Configuration, "{");
        Assert.Null(WatchdogSetting.Read(Configuration, Remembered, out _));
    }

    [Fact]
    public void A_watchdog_is_named_once()
    {
        Assert.Null(GuardArguments.Parse(["--socket", "s", "--state", "f", "--watchdog", "w", "--configuration", "c"], out var refusal));
        Assert.StartsWith("'--watchdog' and '--configuration' both name a watchdog; give one of them.", refusal);
        Assert.Equal("c", GuardArguments.Parse(["--socket", "s", "--state", "f", "--configuration", "c"], out _)?.Configuration);
    }
}
