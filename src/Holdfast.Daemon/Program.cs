using System.Text.Json;
using Holdfast.Adapters.Linux;
using Holdfast.Api;
using Holdfast.Daemon.Doctor;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Options;

// holdfastd [--config FILE] [--check | --doctor]
var file = "/etc/holdfast/holdfastd.json";
string? faultPoints = null;
for (var n = 0; n < args.Length; n++)
{
    switch (args[n])
    {
        case "--config" when n + 1 < args.Length:
            file = args[++n];
            break;
        case "--check" or "--doctor":
            break;
        case "--fault-points" when n + 1 < args.Length:     // a lab's own (docs/adr/0013), so the help does not name it
            faultPoints = args[++n];
            break;
        default:
            Console.Error.WriteLine($"holdfastd: '{args[n]}' is not an option; use --config FILE, --check to only check it, or --doctor to look at this host and print JSON.");
            return 2;
    }
}

try
{
    if (args.Contains("--doctor"))
    {
        Console.WriteLine(JsonSerializer.Serialize(await HostDoctor.ExamineAsync(file), ApiJson.Default.DoctorReport));
        return 0;
    }

    var options = OptionsReader.Read(file);
    if (args.Contains("--check"))
    {
        _ = HostIdentity.Secrets(options.SecretFile);
        return 0;
    }

    Priority.Raise();
    ThreadPool.SetMinThreads(16, 16);
    return await new HostNode(options, faultPoints, text => Console.WriteLine($"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {text}")).RunAsync();
}
catch (Exception e) when (e is OptionsException or InvalidOperationException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"holdfastd: {e.Message}");
    return e is OptionsException ? 2 : 1;
}
