using Segue.Catalogue;

namespace Segue.Import;

/// <summary>What one import has gathered so far, and the rules it goes by.</summary>
internal sealed class ImportRun(ImportOptions options, History? before, IProgress<ImportProgress>? progress, CancellationToken cancellation) : IDisposable
{
    /// <summary>Rows after which a file of another kind than it seemed is given up.</summary>
    private const long RowsBeforeGivingUp = 1000;

    private const long RowsPerTick = 1 << 14;

    private long _rows;

    public ImportOptions Options => options;

    public CancellationToken Cancellation => cancellation;

    public Ledger Ledger { get; } = new();

    /// <summary>Where plays go: those of all files, or while a part is made, of one.</summary>
    public PlaysBuilder Plays { get; set; } = new();

    /// <summary>What was known of a listener before, and what is found.</summary>
    public HistoryBuilder History { get; } = HistoryBuilder.From(before);

    public bool FoundHistory { get; private set; }

    /// <summary>The files that plays came from.</summary>
    public List<LedgerFile> PlaysFiles { get; } = [];

    public TracksBuilder Tracks { get; } = new();

    /// <summary>Tags and friends.</summary>
    public SideTables Side { get; } = new();

    public void Dispose() => Plays.Dispose();

    /// <param name="ledger">The books of the file that is read.</param>
    public void BeginHistory(LedgerFile ledger)
    {
        FoundHistory = true;
        History.NextFile(ledger);
    }

    /// <summary>Says which columns of a table are not used, so that nobody believes them read.</summary>
    public void NoteUnused(InputFile input, TableHead table, IReadOnlyList<int> used)
    {
        const int ShownMax = 30;
        string[] unused = [.. table.Rows[0].Where((name, c) => !used.Contains(c) && TableHead.Key(name).Length > 0).Select(n => n.Trim())];
        if (unused.Length == 0)
            return;
        string more = unused.Length > ShownMax ? $" and {unused.Length - ShownMax:N0} more" : "";
        string names = LedgerReason.Sample(System.Text.Encoding.UTF8.GetBytes(string.Join(", ", unused.Take(ShownMax))), charsMax: 600);
        Ledger.Note($"{input.Name}: columns that are not used: {names}{more}");
    }

    /// <summary>Called once a row: now and then says how far it is, and looks whether going on makes sense.</summary>
    public void Tick(InputFile input, LedgerFile ledger)
    {
        if (++_rows % RowsPerTick == 0)
        {
            cancellation.ThrowIfCancellationRequested();
            progress?.Report(new ImportProgress(input.Name, input.BytesRead, input.BytesTotal, _rows));
        }

        if (ledger.RowsRead == RowsBeforeGivingUp && ledger.Rejected * 2 > ledger.RowsRead)
            throw Refuse(ledger);
    }

    /// <summary>Says that a file need not be read.</summary>
    public void Skip(InputFile input, LedgerFile ledger)
    {
        _rows += ledger.RowsRead;
        progress?.Report(new ImportProgress(input.Name, input.BytesTotal, input.BytesTotal, _rows));
    }

    /// <summary>Closes the books of a file.</summary>
    /// <exception cref="DataException">There was no row in it, or too many were rejected.</exception>
    public void Close(InputFile input, LedgerFile ledger, TableRows rows)
    {
        if (rows.NotUtf8.Count > 0)
            Ledger.Note($"{input.Name}: {rows.NotUtf8.Count:N0} rows are not UTF-8 (first at line {rows.NotUtf8.FirstLine}) and were read as Latin-1 (Windows-1252)");
        Close(input, ledger);
    }

    public void Close(InputFile input, LedgerFile ledger)
    {
        progress?.Report(new ImportProgress(input.Name, input.BytesTotal, input.BytesTotal, _rows));
        if (ledger.RowsRead == 0 && !input.WasNamed)
            Ledger.Note($"{input.Name} ({ledger.Format}) has no rows");
        else if (ledger.RowsRead == 0)
            throw new DataException(ledger.Path, 0, "has no rows (a header at most); was the download or export cut off?");
        if (ledger.Rejected > options.RejectedShareMax * ledger.RowsRead)
            throw Refuse(ledger);
    }

    /// <summary>The share, in whole hundredths, that would let the file pass.</summary>
    private static string Enough(LedgerFile ledger) =>
        (Math.Ceiling((double)ledger.Rejected / ledger.RowsRead * 100) / 100).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static DataException Refuse(LedgerFile ledger)
    {
        (LedgerReason reason, LedgerSample sample) = ledger.FirstRejected!.Value;
        string others = ledger.Rejected == 1 ? "" : $" ({ledger.Rejected:N0} of {ledger.RowsRead:N0} rows cannot be read; this is the first)";
        return new DataException(ledger.Path, sample.Line,
            $"{reason.Reason}: «{sample.Text}»{others}. Read as '{ledger.Format}'; mend the file, or take the good rows with --max-rejected {Enough(ledger)}");
    }
}
