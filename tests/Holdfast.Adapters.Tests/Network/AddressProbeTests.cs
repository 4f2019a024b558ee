using System.Net;
using Holdfast.Adapters.Network;

namespace Holdfast.Adapters.Tests.Network;

public sealed class AddressProbeTests
{
    private static readonly IPAddress Router = IPAddress.Parse("10.0.0.250");

    [Fact]
    public async Task One_lost_ping_is_no_silence_and_three_in_a_row_are_until_an_answer_comes()
    {
        var answers = new Queue<bool>([true, false, false, true, false, false, false, false, true]);
        var told = new List<bool>();
        using var probe = new AddressProbe([Router], (_, answered) => told.Add(answered), (_, _) => Task.FromResult(answers.Dequeue()));
        Assert.Null(probe.Answers[Router.ToString()]);
        var seen = new List<bool?>();
        while (answers.Count > 0)
        {
            await probe.AskOnceAsync(Router);
            seen.Add(probe.Answers[Router.ToString()]);
        }

        Assert.Equal([true, true, true, true, true, true, false, false, true], seen);
        Assert.Equal([false, true], told);
    }

    [Fact]
    public async Task An_address_that_never_answered_is_told_as_silent_too()
    {
        var told = new List<bool>();
        using var probe = new AddressProbe([Router], (_, answered) => told.Add(answered), (_, _) => Task.FromResult(false));
        for (var n = 0; n < 4; n++)
        {
            await probe.AskOnceAsync(Router);
        }

        Assert.Equal([false], told);
    }
}
