using Holdfast.Cli;

using var terminal = Terminal.OfProcess();
return await new CommandLine(terminal, Environment.GetEnvironmentVariable).RunAsync(args);
