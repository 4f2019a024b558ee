using System.Runtime.InteropServices;
using Holdfast.Guard;
using Holdfast.Guard.Linux;

if (GuardArguments.Parse(args, out var refusal) is not { } arguments)
{
    Console.Error.WriteLine($"holdfast-guard: {refusal}");
    return 2;
}

foreach (var path in new[] { arguments.Socket, arguments.State })
{
    if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
    {
        Console.Error.WriteLine($"holdfast-guard: the folder {folder} does not exist; create it.");
        return 2;
    }
}

if (GuardLock.Take(arguments.State + ".lock", out refusal) is not { } guardLock)
{
    Console.Error.WriteLine($"holdfast-guard: {refusal}");
    return 1;
}

var shell = new GuardShell(arguments, guardLock);
foreach (var missing in RealTime.Prepare())
{
    shell.Say(missing);
}

using var ended = new ManualResetEventSlim();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => c.Cancel = true);
shell.Start();
ended.Wait();
Console.Error.WriteLine($"holdfast-guard: {shell.End()}");
return 0;

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Set();
}
