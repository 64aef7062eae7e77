using System.Text;
using System.Text.Json.Nodes;

namespace Segue.Import;

/// <summary>What became of a row.</summary>
public enum RowOutcome
{
    /// <summary>Brought something new.</summary>
    Accepted,

    /// <summary>Added to something that was there: the same listener and artist again, the same track under another genre, a play known
    /// already.</summary>
    Merged,

    /// <summary>Understood and left out on purpose: no plays, a podcast, a skipped song.</summary>
    Skipped,

    /// <summary>Not what its column should hold.</summary>
    Rejected,
}

/// <summary>
/// The books of an import: rows read = accepted + merged + skipped + rejected, and for every row that was left out a reason.
/// Counts are exact; of the rows themselves a few samples a reason are kept, so that a file of a billion bad rows fits in memory too.
/// </summary>
public sealed class Ledger
{
    private readonly List<LedgerFile> _files = [];
    private readonly List<string> _notes = [];
    private readonly HashSet<string> _noted = new(StringComparer.Ordinal);

    /// <summary>One a file, in the order in which they were read; files inside an archive are named <c>archive.zip!inner</c>.</summary>
    public IReadOnlyList<LedgerFile> Files => _files;

    /// <summary>What a person should know besides: files left aside, text that was not UTF-8.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Rows of all files.</summary>
    public long RowsRead => _files.Sum(f => f.RowsRead);

    /// <summary>Rows that are in the result.</summary>
    public long Accepted => _files.Sum(f => f.Accepted);

    /// <summary>Rows that were added to another of the same pair.</summary>
    public long Merged => _files.Sum(f => f.Merged);

    /// <summary>Rows that say nothing to use, such as headers.</summary>
    public long Skipped => _files.Sum(f => f.Skipped);

    /// <summary>Rows that cannot be read.</summary>
    public long Rejected => _files.Sum(f => f.Rejected);

    /// <summary>Rows read are counted where they are cut from the file, outcomes where they are decided; this holds or there is a bug.</summary>
    public bool Reconciles => _files.All(f => f.Reconciles);

    internal LedgerFile Open(string path, string format, int samplesMax)
    {
        LedgerFile file = new(path, format, samplesMax);
        _files.Add(file);
        return file;
    }

    internal void Note(string text)
    {
        if (_noted.Add(text))
            _notes.Add(text);
    }

    /// <summary>A few lines for a person: totals, then each reason with its count and first place.</summary>
    public IEnumerable<string> Summary()
    {
        yield return $"{RowsRead:N0} rows read = {Accepted:N0} accepted + {Merged:N0} merged + {Skipped:N0} skipped + {Rejected:N0} rejected";
        const int LinesMax = 30;
        int lines = 0, more = 0;
        foreach (LedgerFile file in _files)
        {
            foreach (LedgerReason reason in file.Reasons.OrderByDescending(r => r.Outcome).ThenByDescending(r => r.Count))
            {
                if (lines++ >= LinesMax)
                {
                    more++;
                    continue;
                }

                LedgerSample first = reason.Samples[0];
                yield return $"  {reason.Outcome.ToString().ToLowerInvariant()} {reason.Count:N0}: {reason.Reason}; first at {file.Path}:{first.Line}: «{first.Text}»";
            }
        }

        if (more > 0)
            yield return $"  ... and {more:N0} more reasons; --ledger FILE has them all";
        foreach (string note in _notes.Take(LinesMax))
            yield return "  note: " + note;
        if (_notes.Count > LinesMax)
            yield return $"  ... and {_notes.Count - LinesMax:N0} more notes; --ledger FILE has them all";
    }

    /// <summary>Everything, in the shape of the product's contract.</summary>
    public JsonObject ToJson() => new()
    {
        ["rows"] = RowsRead,
        ["accepted"] = Accepted,
        ["merged"] = Merged,
        ["skipped"] = Skipped,
        ["rejected"] = Rejected,
        ["files"] = new JsonArray([.. _files.Select(f => f.ToJson())]),
        ["notes"] = new JsonArray([.. _notes.Select(n => JsonValue.Create(n))]),
    };
}

/// <summary>The books of one file.</summary>
public sealed class LedgerFile
{
    private readonly int _samplesMax;
    private readonly Dictionary<string, LedgerReason> _reasons = new(StringComparer.Ordinal);

    internal LedgerFile(string path, string format, int samplesMax) => (Path, Format, _samplesMax) = (path, format, samplesMax);

    /// <summary>The file, as the user named it.</summary>
    public string Path { get; }

    /// <summary>The format that was recognized.</summary>
    public string Format { get; }

    /// <summary>Rows of the file.</summary>
    public long RowsRead { get; internal set; }

    /// <summary>Rows that are in the result.</summary>
    public long Accepted { get; private set; }

    /// <summary>Rows that were added to another of the same pair.</summary>
    public long Merged { get; private set; }

    /// <summary>Rows that say nothing to use.</summary>
    public long Skipped { get; private set; }

    /// <summary>Rows that cannot be read.</summary>
    public long Rejected { get; private set; }

    /// <summary>Whether every row is accounted for.</summary>
    public bool Reconciles => RowsRead == Accepted + Merged + Skipped + Rejected;

    /// <summary>Why rows were not accepted as they are.</summary>
    public IReadOnlyCollection<LedgerReason> Reasons => _reasons.Values;

    /// <summary>The first rejected row, as <c>file:line: reason: «text»</c>.</summary>
    internal (LedgerReason Reason, LedgerSample Sample)? FirstRejected => _reasons.Values
        .Where(r => r.Outcome == RowOutcome.Rejected)
        .Select(r => ((LedgerReason, LedgerSample)?)(r, r.Samples[0]))
        .MinBy(r => r!.Value.Item2.Line);

    internal void Accept() => Accepted++;

    internal void Merge() => Merged++;

    /// <summary>Rows that turned out to repeat others only when everything was put together.</summary>
    internal long MergeAccepted(long count)
    {
        count = Math.Min(count, Accepted);
        Accepted -= count;
        Merged += count;
        return count;
    }

    internal void Skip(string reason, long line, ReadOnlySpan<byte> row)
    {
        Skipped++;
        Count(reason, RowOutcome.Skipped, line, row);
    }

    internal void Reject(string reason, long line, ReadOnlySpan<byte> row)
    {
        Rejected++;
        Count(reason, RowOutcome.Rejected, line, row);
    }

    /// <summary>The row that was read last; only of those that are kept as samples is what is shown made.</summary>
    internal void Skip(string reason, TableRows rows)
    {
        Skipped++;
        Count(reason, RowOutcome.Skipped, rows, -1);
    }

    /// <inheritdoc cref="Skip(string, TableRows)"/>
    /// <param name="faulty">The column that is wrong, or -1.</param>
    internal void Reject(string reason, TableRows rows, int faulty = -1)
    {
        Rejected++;
        Count(reason, RowOutcome.Rejected, rows, faulty);
    }

    internal JsonObject ToJson() => new()
    {
        ["file"] = Path,
        ["format"] = Format,
        ["rows"] = RowsRead,
        ["accepted"] = Accepted,
        ["merged"] = Merged,
        ["skipped"] = Skipped,
        ["rejected"] = Rejected,
        ["reasons"] = new JsonArray([.. _reasons.Values.Select(r => new JsonObject
        {
            ["outcome"] = r.Outcome.ToString().ToLowerInvariant(),
            ["reason"] = r.Reason,
            ["rows"] = r.Count,
            ["samples"] = new JsonArray([.. r.Samples.Select(s => new JsonObject { ["at"] = $"{Path}:{s.Line}", ["line"] = s.Line, ["text"] = s.Text })]),
        })]),
    };

    /// <summary>Takes over the books that an earlier import of the same file closed.</summary>
    internal void Restore(JsonObject books)
    {
        RowsRead = (long)books["rows"]!;
        (Accepted, Merged, Skipped, Rejected) = ((long)books["accepted"]!, (long)books["merged"]!, (long)books["skipped"]!, (long)books["rejected"]!);
        foreach (JsonNode? reason in books["reasons"]!.AsArray())
        {
            LedgerReason entry = new((string)reason!["reason"]!, Enum.Parse<RowOutcome>((string)reason["outcome"]!, ignoreCase: true));
            entry.Restore((long)reason["rows"]!, reason["samples"]!.AsArray().Select(s => new LedgerSample((long)s!["line"]!, (string)s["text"]!)));
            _reasons.Add(entry.Reason, entry);
        }
    }

    private void Count(string reason, RowOutcome outcome, long line, ReadOnlySpan<byte> row) => EntryOf(reason, outcome).Add(line, row, _samplesMax);

    private void Count(string reason, RowOutcome outcome, TableRows rows, int faulty)
    {
        LedgerReason entry = EntryOf(reason, outcome);
        entry.Add(rows.Line, entry.Samples.Count < _samplesMax ? rows.Shown(faulty) : [], _samplesMax);
    }

    private LedgerReason EntryOf(string reason, RowOutcome outcome)
    {
        // Reasons carry no text from the row but small numbers; should a file find a thousand ways to be wrong, the rest are counted as one.
        if (_reasons.Count >= 100 && !_reasons.ContainsKey(reason))
            reason = $"other reasons ({outcome.ToString().ToLowerInvariant()})";
        if (!_reasons.TryGetValue(reason, out LedgerReason? entry))
            _reasons.Add(reason, entry = new LedgerReason(reason, outcome));
        return entry;
    }
}

/// <summary>Why rows were left out: how many, and the first few.</summary>
public sealed class LedgerReason
{
    /// <summary>Characters of a row that are shown.</summary>
    internal const int CharsMax = 80;

    private readonly List<LedgerSample> _samples = [];

    internal LedgerReason(string reason, RowOutcome outcome) => (Reason, Outcome) = (reason, outcome);

    /// <summary>What was wrong with the rows, or what became of them.</summary>
    public string Reason { get; }

    /// <summary>What became of the rows.</summary>
    public RowOutcome Outcome { get; }

    /// <summary>How many rows.</summary>
    public long Count { get; private set; }

    /// <summary>Some of the rows.</summary>
    public IReadOnlyList<LedgerSample> Samples => _samples;

    internal void Add(long line, ReadOnlySpan<byte> row, int samplesMax)
    {
        Count++;
        if (_samples.Count < samplesMax)
            _samples.Add(new LedgerSample(line, Sample(row)));
    }

    internal void Restore(long count, IEnumerable<LedgerSample> samples)
    {
        Count = count;
        _samples.AddRange(samples);
    }

    /// <summary>The start of a row, fit to be shown on one line.</summary>
    internal static string Sample(ReadOnlySpan<byte> row, int charsMax = CharsMax)
    {
        string text = Encoding.UTF8.GetString(row[..Math.Min(row.Length, charsMax * 4)]);
        StringBuilder shown = new();
        foreach (Rune c in text.EnumerateRunes())
        {
            if (shown.Length >= charsMax)
                break;
            shown.Append(c.Value == '\t' ? "→" : Rune.IsControl(c) || c == Rune.ReplacementChar ? "·" : c.ToString());
        }

        return text.Length > shown.Length || row.Length > charsMax * 4 ? shown + "..." : shown.ToString();
    }
}

/// <summary>A row that was left out.</summary>
/// <param name="Line">The 1-based line on which it starts.</param>
/// <param name="Text">The row, cut to a readable length, tabs shown as →.</param>
public readonly record struct LedgerSample(long Line, string Text);
