using System.Runtime.InteropServices;
using Holdfast.Adapters.Linux;
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

using var service = ServiceNotice.OfProcess();
string? complaint = null;
if (arguments.Configuration is { } configuration)
{
    arguments = arguments with { Watchdog = WatchdogSetting.Read(configuration, arguments.State + ".watchdog", out complaint) };
}

var shell = new GuardShell(arguments, guardLock);
if (complaint is not null)
{
    shell.Say(complaint);
}

foreach (var missing in RealTime.Prepare())
{
    shell.Say(missing);
}

using var ended = new ManualResetEventSlim();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, c => c.Cancel = true);
shell.Start();
service.Ready($"{(arguments.Watchdog is { } device ? $"with the watchdog {device}" : "without a watchdog")}, agents are heard at {arguments.Socket}");
ended.Wait();
service.Stopping();
Console.Error.WriteLine($"holdfast-guard: {shell.End()}");
return 0;

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.Set();
}
