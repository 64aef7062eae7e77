using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Segue.Cli;

/// <summary>
/// How a command ends that does not succeed: its exit code, and what is said of it on stderr, as one line or, with --json, as one line of JSON. The
/// one place that maps what is thrown to what is told.
/// </summary>
/// <param name="ExitCode">1 failed, 2 wrong usage, 128 + the signal's number when stopped, 0 when the reader of the answer had enough.</param>
/// <param name="Kind">A stable name for programs, such as "unknown-name"; docs/command-line.md lists them.</param>
/// <param name="Message">One line; empty when there is nothing to say.</param>
internal sealed record Failure(int ExitCode, string Kind, string Message)
{
    public const int Failed = 1, WrongUsage = 2;

    /// <summary>Set to anything, the trace of what was thrown follows the line.</summary>
    private const string DebugVariable = "SEGUE_DEBUG";

    private const int NoSpaceOnUnix = 28, NoSpaceOnWindows = unchecked((int)0x80070070), QuotaOnLinux = 122, QuotaOnMac = 69;

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Lines that follow for people, such as "Did you mean '--seed'?".</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>Names that may have been meant, for programs.</summary>
    public IReadOnlyList<string> DidYouMean { get; init; } = [];

    /// <summary>What else programs may want to know: file, line, parameter ...</summary>
    public JsonObject Details { get; init; } = [];

    private Exception? Thrown { get; init; }

    /// <param name="thrown">Whatever left a command.</param>
    /// <param name="stopped">The exit code of a stop where one was asked for: then every exception is the work coming to its end.</param>
    public static Failure Of(Exception thrown, int? stopped)
    {
        if (InnerOf(thrown).Any(e => e is ReaderGoneException))
            return new Failure(0, "reader-gone", "");
        Exception e = Cause(thrown);
        Failure failure = stopped is { } code ? new Failure(code, "stopped", "stopped; nothing was half-written") : Map(e);
        return failure with { Thrown = thrown };
    }

    /// <summary>Something was thrown that is no exception.</summary>
    public static Failure Unknown(object? thrown) => new(Failed, "fault", FaultOf($"{thrown}"));

    public void Tell(Terminal terminal, bool asJson)
    {
        if (Message.Length > 0 && asJson)
            terminal.Error.WriteLine(TerminalText.EscapeJson(ToJson().ToJsonString(s_json)));
        else if (Message.Length > 0)
            terminal.Error.WriteLine(string.Join('\n', Advice.Prepend($"segue: {OneLine(Message)}")));
        if (Thrown is not null && !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(DebugVariable)))
            terminal.Error.WriteLine(Thrown.ToString());
    }

    private static Failure Map(Exception e) => e switch
    {
        WrongUsageException => new(WrongUsage, "wrong-usage", e.Message),
        InvalidRequestException request => new(WrongUsage, "wrong-usage", request.Describe(ParameterNames.OptionOf))
        {
            Details = new JsonObject
            {
                ["faults"] = new JsonArray([.. request.Faults.Select(f => (JsonNode?)new JsonObject
                {
                    ["parameter"] = ParameterNames.OptionOf(f.Parameter),
                    ["problem"] = f.Problem,
                    ["allowed"] = f.Allowed,
                })]),
            },
        },
        ModelNotFoundException missing => new(Failed, "model-not-found", $"{missing.Message}; {ParameterNames.HowToMake(missing)}")
        {
            Details = new JsonObject { ["of"] = missing.Kind },
        },
        UnknownNameException unknown => new(Failed, "unknown-name", e.Message)
        {
            DidYouMean = unknown.Nearest,
            Details = new JsonObject { ["of"] = unknown.Kind, ["name"] = unknown.Name },
        },
        DataException data => new(Failed, "data", e.Message)
        {
            Details = data.Line > 0 ? new JsonObject { ["file"] = data.Path, ["line"] = data.Line } : new JsonObject { ["file"] = data.Path },
        },
        ModelFileException model => new(Failed, "model-file", e.Message) { Details = new JsonObject { ["file"] = model.Path } },
        SegueException { InnerException: IOException inner } when IsFull(inner) => new(Failed, "disk-full", e.Message),
        SegueException => new(Failed, "failed", e.Message),
        IOException when IsFull(e) => new(Failed, "disk-full", $"{e.Message.TrimEnd('.')}; make room and run it again"),
        IOException or UnauthorizedAccessException => new(Failed, "system", e.Message),
        OutOfMemoryException => new(Failed, "out-of-memory", "there is not enough memory for this; free some, or give less data"),
        OperationCanceledException => new(Failed, "failed", "the work was broken off from inside (a time limit?); run it again"),
        _ => new(Failed, "fault", FaultOf($"{e.GetType().Name}: {e.Message}")),
    };

    private static string FaultOf(string what) =>
        $"a fault of segue's own: {OneLine(what)} (please report it, with what {DebugVariable}=1 in front of the command prints)";

    /// <summary>What a person can do something about comes before what was wrapped around it.</summary>
    private static Exception Cause(Exception thrown)
    {
        Exception[] all = [.. InnerOf(thrown)];
        return all.FirstOrDefault(e => e is SegueException or WrongUsageException)
            ?? all.FirstOrDefault(e => e is IOException or UnauthorizedAccessException or OutOfMemoryException)
            ?? all.First(e => e is not (AggregateException or TargetInvocationException or TypeInitializationException) || e.InnerException is null);
    }

    /// <summary>The exception and all inside it, outermost first.</summary>
    private static IEnumerable<Exception> InnerOf(Exception e)
    {
        yield return e;
        IEnumerable<Exception> inner = e is AggregateException many ? many.InnerExceptions : e.InnerException is { } one ? [one] : [];
        foreach (Exception found in inner.SelectMany(InnerOf))
            yield return found;
    }

    private static bool IsFull(Exception e) => e.HResult is NoSpaceOnWindows
        || !OperatingSystem.IsWindows() && e.HResult is NoSpaceOnUnix
        || OperatingSystem.IsLinux() && e.HResult is QuotaOnLinux
        || OperatingSystem.IsMacOS() && e.HResult is QuotaOnMac;

    private static string OneLine(string text) => TerminalText.CleanLine(text).Trim();

    private JsonObject ToJson()
    {
        JsonObject error = new() { ["kind"] = Kind, ["message"] = OneLine(Message) };
        foreach ((string name, JsonNode? value) in Details)
            error[name] = value?.DeepClone();
        if (DidYouMean.Count > 0)
            error["didYouMean"] = new JsonArray([.. DidYouMean.Select(n => (JsonNode?)n)]);
        return new JsonObject { ["error"] = error };
    }
}
