using Holdfast.Cli;
using Holdfast.Lab.Fencing;

if (args is ["lab-fence", .. var words])
{
    // The lab's fence agent: a failover waits for it, so nothing of the command line is built first.
    return FenceLab.Main(words);
}

using var terminal = Terminal.OfProcess();
return await new CommandLine(terminal, Environment.GetEnvironmentVariable).RunAsync(args);
