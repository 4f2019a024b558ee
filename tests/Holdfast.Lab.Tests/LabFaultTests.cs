namespace Holdfast.Lab.Tests;

/// <summary>The words of a fault, as people type them and as they travel to the supervisor.</summary>
public sealed class LabFaultTests
{
    [Theory]
    [InlineData("hang-guest h1 web")]
    [InlineData("guest-agent h2 web stop")]
    [InlineData("guest-agent h2 web cont")]
    [InlineData("store-writes h2 refused")]
    [InlineData("point h1 before-Continue hold")]
    [InlineData("point h1 before-Continue go")]
    public void A_guests_fault_is_read_as_it_is_written(string words) => Assert.Equal(words, LabFault.Parse(words.Split(' ')).ToString());

    [Theory]
    [InlineData("hang-guest h1")]
    [InlineData("guest-agent h1 web")]
    [InlineData("guest-agent h1 web pause")]
    public void What_is_no_fault_is_answered_with_those_that_are(string words)
    {
        var refused = Assert.Throws<LabException>(() => LabFault.Parse(words.Split(' ')));
        Assert.Contains("guest-agent HOST VM stop|cont", refused.Message, StringComparison.Ordinal);
        Assert.Contains("hang-guest HOST VM", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_point_is_refused_where_no_agent_obeys_and_where_there_is_no_such_step()
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-points-").FullName;
        try
        {
            var files = new Faults.PointFiles("h1", folder);
            Assert.Contains("'holdfast lab up --fault-points'", Assert.Throws<LabException>(() => files.Set(new("h1", "before-End", Hold: true))).Message, StringComparison.Ordinal);
            File.WriteAllText($"{folder}/steps", "End\nContinue\n");
            Assert.Contains("End, Continue", Assert.Throws<LabException>(() => files.Set(new("h1", "before-Begin", Hold: true))).Message, StringComparison.Ordinal);
            files.Set(new("h1", "before-End", Hold: true));
            files.Set(new("h1", "after-End", Hold: true));
            files.Set(new("h1", "after-End", Hold: false));
            Assert.Equal(["before-End", "steps"], Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            files.Clear();
            Assert.Equal(["steps"], Directory.GetFiles(folder).Select(Path.GetFileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_agents_libraries_are_read_from_ldd_and_one_that_is_missing_is_named()
    {
        const string Ldd = """
            	linux-vdso.so.1 (0x00007fcd29e26000)
            	libudev.so.1 => /lib/x86_64-linux-gnu/libudev.so.1 (0x00007fcd29cef000)
            	/lib64/ld-linux-x86-64.so.2 (0x00007fcd29e28000)
            """;
        Assert.Equal(["/lib/x86_64-linux-gnu/libudev.so.1", "/lib64/ld-linux-x86-64.so.2"], Guest.GuestAgent.Parse(Ldd));
        var missing = Assert.Throws<LabException>(() => Guest.GuestAgent.Parse(Ldd + "\n\tliburing.so.2 => not found\n"));
        Assert.Contains("liburing.so.2", missing.Message, StringComparison.Ordinal);
    }
}
