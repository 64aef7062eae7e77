using System.Globalization;
using Segue.Cli;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Terminal terminal = Terminal.OfProcess();
using StopSignals stop = StopSignals.Listen();
AppDomain.CurrentDomain.UnhandledException += (_, e) =>
{
    // A thread of its own died. Without this the runtime prints a trace and leaves a core.
    Failure failure = e.ExceptionObject is Exception exception ? Failure.Of(exception, stop.Stopped) : Failure.Unknown(e.ExceptionObject);
    failure.Tell(terminal, asJson: CommandLine.WantsJson(args));
    Environment.Exit(failure.ExitCode);
};
return CommandLine.Run(args, terminal, stop);
