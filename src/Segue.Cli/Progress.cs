using Segue.Making;

namespace Segue.Cli;

/// <summary>Progress of one piece of work on stderr: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere.</summary>
internal sealed class Progress : IDisposable
{
    private const int BarWidth = 30;
    private static readonly TimeSpan s_redrawEvery = TimeSpan.FromMilliseconds(100), s_lineEvery = TimeSpan.FromSeconds(2);

    private readonly string _work;
    private readonly Terminal _terminal;
    private readonly bool _quiet;
    private readonly long _start;
    private readonly Lock _lock = new();
    private long _last;
    private int _drawn;

    public Progress(string work, Terminal terminal, bool quiet)
    {
        (_work, _terminal, _quiet) = (work, terminal, quiet);
        _start = _last = terminal.Time.GetTimestamp();
    }

    public string Work => _work;

    public TimeSpan Elapsed => _terminal.Time.GetElapsedTime(_start);

    /// <summary>Says how far the work is. May be called often and from any thread.</summary>
    /// <param name="done">Share done, 0..1; negative when it is not known.</param>
    /// <param name="detail">What there is to see, e.g. "iteration 3, loss 0.0123".</param>
    /// <param name="always">Say it even when the last word was a moment ago (a milestone).</param>
    public void Report(double done, string detail, bool always = false)
    {
        if (_quiet)
            return;
        lock (_lock)
        {
            TimeSpan since = _terminal.Time.GetElapsedTime(_last);
            if (!always && since < (_terminal.ErrorIsTerminal ? s_redrawEvery : s_lineEvery))
                return;
            _last = _terminal.Time.GetTimestamp();
            if (_terminal.ErrorIsTerminal)
                Redraw($"{_work} {Bar(done)}{detail}{Remaining(done)}");
            else
                _terminal.Error.WriteLine($"{_work}: {(done >= 0 ? $"{done:0%} " : "")}{detail}");
        }
    }

    public void Dispose()
    {
        if (_drawn > 0)
            Redraw("");
        _drawn = 0;
    }

    private static string Bar(double done)
    {
        if (done < 0)
            return "";
        int full = (int)(Math.Clamp(done, 0, 1) * BarWidth);
        return $"[{new string('#', full)}{new string('.', BarWidth - full)}] {done,4:0%} ";
    }

    private string Remaining(double done) =>
        done is > 0.02 and < 1 && Elapsed.TotalSeconds > 2 ? $"  {Elapsed.TotalSeconds / done * (1 - done):0} s left" : "";

    private void Redraw(string line)
    {
        _terminal.Redraw(line, _drawn);
        _drawn = line.Length;
    }
}

/// <summary>The bars of one piece of long work, one after another: each kind of work has its own.</summary>
internal sealed class ProgressBars(Terminal terminal, bool quiet) : IProgress<MakingProgress>, IDisposable
{
    private readonly Lock _lock = new();
    private Progress? _bar;

    public void Report(MakingProgress value)
    {
        lock (_lock)
        {
            if (_bar?.Work != value.Work)
            {
                _bar?.Dispose();
                _bar = new Progress(value.Work, terminal, quiet);
            }

            _bar.Report(value.Share, value.Detail, always: value.IsMilestone);
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _bar?.Dispose();
    }
}
