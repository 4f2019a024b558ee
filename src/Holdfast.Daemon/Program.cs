using Holdfast.Adapters.Linux;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Options;

// holdfastd --config FILE
var file = "/etc/holdfast/holdfastd.json";
string? faultPoints = null;
for (var n = 0; n < args.Length; n++)
{
    switch (args[n])
    {
        case "--config" when n + 1 < args.Length:
            file = args[++n];
            break;
        case "--check":
            break;
        case "--fault-points" when n + 1 < args.Length:     // a lab's own (docs/adr/0013), so the help does not name it
            faultPoints = args[++n];
            break;
        default:
            Console.Error.WriteLine($"holdfastd: '{args[n]}' is not an option; use --config FILE, and --check to only check it.");
            return 2;
    }
}

try
{
    var options = OptionsReader.Read(file);
    if (args.Contains("--check"))
    {
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
