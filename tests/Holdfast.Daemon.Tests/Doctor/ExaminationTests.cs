using Holdfast.Api;
using Holdfast.Daemon.Doctor;

namespace Holdfast.Daemon.Tests.Doctor;

public sealed class ExaminationTests
{
    [Fact]
    public async Task A_check_that_hangs_or_breaks_is_unknown_and_holds_up_no_other()
    {
        var findings = await Examination.OfAsync(
        [
            new Check("deaf", _ => new TaskCompletionSource<IReadOnlyList<Finding>>().Task),
            new Check("blocking", _ => { Thread.Sleep(Timeout.Infinite); return null!; }),
            new Check("obedient", async cancel => { await Task.Delay(Timeout.Infinite, cancel); return []; }),
            new Check("broken", _ => throw new InvalidOperationException("No such thing.")),
            new Check("well", _ => Task.FromResult<IReadOnlyList<Finding>>([Finding.Ok("all is well"), Finding.Warning("nearly", "do it")])),
        ], TimeSpan.FromMilliseconds(200));
        Assert.Equal(["deaf", "blocking", "obedient", "broken", "well", "well"], findings.Select(f => f.Check));
        Assert.Equal([.. Enumerable.Repeat(DoctorStates.Unknown, 4), DoctorStates.Ok, DoctorStates.Warning], findings.Select(f => f.State));
        Assert.Equal("this was not found out within 0.2 s", findings[0].Says);
        Assert.Equal("this could not be looked at: No such thing", findings[3].Says);
    }

    [Fact]
    public async Task A_host_without_a_configuration_is_looked_at_all_the_same()
    {
        var report = await HostDoctor.ExamineAsync("/no/such/file");
        Assert.Equal((DoctorStates.Failed, "write it, after the example in /usr/share/doc/holdfast/examples/holdfastd.json"), report.Findings.Where(f => f.Check == "configuration").Select(f => (f.State, f.Mend)).Single());
        Assert.Equal(["configuration", "kvm", "qemu", "libvirt", "apparmor", "time", "agent certificate", "migration certificates"], report.Findings.Select(f => f.Check).Distinct());
        Assert.All(report.Findings, f => Assert.Equal(f.State == DoctorStates.Ok, f.Mend is null));
    }

    private sealed class Check(string name, Func<CancellationToken, Task<IReadOnlyList<Finding>>> look) : ICheck
    {
        public string Name => name;

        public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancel) => look(cancel);
    }
}
