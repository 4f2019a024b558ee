using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Tests.Calls;

public sealed class DoctorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-doctor-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_is_wrong_stands_with_how_to_mend_it_and_the_exit_code_says_so()
    {
        Program("cat <<'END'\n" + Report(new("kvm", DoctorStates.Ok, "KVM works", null), new("guard", DoctorStates.Failed, "no guard answers", "start it"), new("time", DoctorStates.Unknown, "nobody says", "see chronyc")) + "\nEND");
        var call = await RunAsync("doctor");
        Assert.Equal((ExitCode.Failed, ""), (call.Exit, call.Error));
        Assert.Equal("""
            ok        kvm            KVM works
            FAILED    guard          no guard answers
                                     -> start it
            unknown   time           nobody says
                                     -> see chronyc

            h1: 1 ok, 0 warning, 1 failed, 1 cannot be checked.

            """, call.Out);
    }

    [Fact]
    public async Task Warnings_alone_are_no_failure_and_programs_get_JSON()
    {
        Program("[ \"$1 $2 $3\" = '--doctor --config /some/file' ] || exit 9\ncat <<'END'\n" + Report(new DoctorFinding("time", DoctorStates.Warning, "not synchronised", "install chrony")) + "\nEND");
        var call = await RunAsync("doctor", "--config", "/some/file", "-o", "json");
        Assert.Equal(ExitCode.Done, call.Exit);
        using var json = JsonDocument.Parse(call.Out);
        Assert.Equal("install chrony", json.RootElement.GetProperty("findings")[0].GetProperty("mend").GetString());
    }

    [Fact]
    public async Task A_program_that_is_missing_or_fails_is_said_in_one_sentence()
    {
        (await RunAsync("doctor")).IsOneSentence(ExitCode.Failed, $"{folder}/holdfastd", "install Holdfast's package");
        Program("echo 'holdfastd: no such option.' >&2; exit 2");
        (await RunAsync("doctor")).IsOneSentence(ExitCode.Failed, "could not look at the host: holdfastd: no such option.");
        Program("echo nonsense");
        (await RunAsync("doctor")).IsOneSentence(ExitCode.Failed, "printed something else than expected");
    }

    private static string Report(params DoctorFinding[] findings) =>
        JsonSerializer.Serialize(new DoctorReport { Host = "h1", Version = "0.1.0", At = DateTimeOffset.UtcNow, Findings = findings }, ApiJson.Default.DoctorReport);

    private void Program(string script)
    {
        var file = Path.Combine(folder, "holdfastd");
        File.WriteAllText(file, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<Call> RunAsync(params string[] words) => Call.RunAsync(words, name => name == "HOLDFAST_BIN" ? folder : null);
}
