using System.Buffers.Text;
using System.Text;
using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>
/// Collects (listener, artist, plays) in any order into <see cref="Plays"/>. Plays of one pair are added up. Listeners and artists are
/// numbered by their sorted ids (as numbers where all are numbers), so that the order of rows and of files does not show in the result.
///
/// Rows gather in a buffer; when it is full, it becomes a small matrix of its own (a <see cref="PlaysRun"/>), in which pairs are added up: a log of
/// 19 million events shrinks to its pairs while it is read. Runs beyond a budget go to a temporary file. In the end the runs are merged row by row,
/// and a result beyond the budget lies in a temporary file too, mapped: what must fit in memory is the distinct ids and names, the budget, and the
/// buffer, whatever the length of the file.
/// </summary>
/// <param name="bufferRows">Rows that gather before they are added up.</param>
/// <param name="bytesMax">The budget: bytes of runs, and bytes of the result, that stay in memory. Half a gigabyte is 64 million pairs.</param>
internal sealed class PlaysBuilder(int bufferRows = 1 << 23, long bytesMax = 512L << 20) : IDisposable
{
    /// <summary>The minute of a play that nobody dated.</summary>
    public const int Undated = -1;

    private readonly Utf8Interner _users = new();
    private readonly Utf8Interner _artists = new();
    private readonly Utf8Interner _spellings = new();
    private readonly List<byte[]> _keys = []; // Of each spelling.
    private readonly List<byte[]?> _names = [];
    private readonly List<PlaysRun> _runs = [];
    private int[] _user = [];
    private int[] _artist = [];
    private float[] _plays = [];
    private int[] _minute = [];
    private bool _dated;
    private int _buffered;
    private long _runBytes;

    public long Rows { get; private set; }

    public int IndexOfUser(ReadOnlySpan<byte> user) => _users.IndexOf(user);

    public int IndexOfArtist(ReadOnlySpan<byte> artist) => _artists.IndexOf(artist);

    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> artist, float plays, int minute = Undated) =>
        Add(_users.IndexOf(user), _artists.IndexOf(artist), plays, minute);

    /// <param name="user">From <see cref="IndexOfUser"/>.</param>
    /// <param name="artist">From <see cref="IndexOfArtist"/>.</param>
    /// <param name="minute">When, in minutes since 1970 (UTC); the earliest of a pair is kept.</param>
    public void Add(int user, int artist, float plays, int minute = Undated)
    {
        if (_buffered == _user.Length)
            MakeRoom();
        _user[_buffered] = user;
        _artist[_buffered] = artist;
        _minute[_buffered] = minute;
        _dated |= minute >= 0;
        _plays[_buffered++] = plays;
        Rows++;
    }

    /// <summary>Rows that were added up before they came here.</summary>
    public void CountMerged(long rows) => Rows += rows;

    /// <summary>The key of an artist that has no id: its name in the form in which names are compared.</summary>
    public ReadOnlySpan<byte> KeyOfName(ReadOnlySpan<byte> name)
    {
        int raw = _spellings.IndexOf(name);
        if (raw == _keys.Count)
            _keys.Add(Encoding.UTF8.GetBytes(NameKey.Of(Encoding.UTF8.GetString(name))));
        return _keys[raw];
    }

    /// <summary>Says what an artist is called. Of several spellings one with large and small letters stays, and of those the first by code: not the
    /// one that came first.</summary>
    /// <returns>False when the artist had a name.</returns>
    public bool Name(ReadOnlySpan<byte> artist, ReadOnlySpan<byte> name)
    {
        int index = _artists.IndexOf(artist);
        while (_names.Count <= index)
            _names.Add(null);
        byte[]? known = _names[index];
        if (known is null || !name.SequenceEqual(known) && IsBetter(name, known))
            _names[index] = name.ToArray();
        return known is null;
    }

    private static bool IsBetter(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known)
    {
        static bool IsMixed(ReadOnlySpan<byte> text) =>
            text.IndexOfAnyInRange((byte)'A', (byte)'Z') >= 0 && (text.IndexOfAnyInRange((byte)'a', (byte)'z') >= 0 || !Ascii.IsValid(text));
        bool isMixed = IsMixed(name);
        return isMixed == IsMixed(known) ? name.SequenceCompareTo(known) < 0 : isMixed;
    }

    /// <param name="merged">Rows that repeated a pair.</param>
    /// <exception cref="SegueException">More distinct pairs than a matrix can hold.</exception>
    public Plays Build(out long merged)
    {
        CloseRun();
        (_user, _artist, _plays, _minute) = ([], [], [], []);
        int[] userOrder = Order(_users), artistOrder = Order(_artists);
        (CsrMatrix counts, ReadOnlyMemory<int> first) = PlaysRun.Merge(_runs, userOrder, Rank(artistOrder), bytesMax);
        Dispose();
        merged = Rows - counts.Nonzeros;
        TextColumn ids = _artists.ToColumn(artistOrder);
        TextColumn names = TextColumn.From(
            artistOrder.Select((a, rank) => a < _names.Count && _names[a] is { } name ? Encoding.UTF8.GetString(name) : ids[rank]));
        return new Plays(_users.ToColumn(userOrder), new Artists(ids, names), counts) { FirstPlayedMinutes = first };
    }

    /// <summary>Deletes the temporary files.</summary>
    public void Dispose()
    {
        foreach (PlaysRun run in _runs)
            run.Dispose();
        _runs.Clear();
    }

    private void MakeRoom()
    {
        if (_buffered >= bufferRows)
        {
            CloseRun();
            return;
        }

        int rows = Math.Min(bufferRows, Math.Max(1024, _buffered * 2));
        Array.Resize(ref _user, rows);
        Array.Resize(ref _artist, rows);
        Array.Resize(ref _plays, rows);
        Array.Resize(ref _minute, rows);
    }

    private void CloseRun()
    {
        if (_buffered == 0)
            return;
        CsrMatrix pairs = CsrMatrix.FromEntries(_users.Count, _artists.Count, _user.AsSpan(0, _buffered), _artist.AsSpan(0, _buffered), _plays.AsSpan(0, _buffered));
        int[]? first = _dated ? FirstPlayed(pairs) : null;
        (_buffered, _dated) = (0, false);
        long bytes = (long)pairs.Nonzeros * (PlaysRun.PairBytes + (first is null ? 0 : sizeof(int)));
        bool onDisk = _runBytes + bytes > bytesMax;
        _runs.Add(new PlaysRun(pairs, first, onDisk));
        _runBytes += onDisk ? 0 : bytes;
    }

    /// <summary>The earliest minute of each pair among what is buffered.</summary>
    private int[] FirstPlayed(CsrMatrix pairs)
    {
        int[] first = new int[pairs.Nonzeros];
        Array.Fill(first, Undated);
        for (int k = 0; k < _buffered; k++)
        {
            if (_minute[k] < 0)
                continue;
            ref int earliest = ref first[pairs.Starts.Span[_user[k]] + pairs.RowIndices(_user[k]).BinarySearch(_artist[k])];
            earliest = PlaysRun.Earlier(earliest, _minute[k]);
        }

        return first;
    }

    /// <summary>Indices by ascending id.</summary>
    internal static int[] Order(Utf8Interner ids)
    {
        int[] order = new int[ids.Count];
        ulong[] numbers = new ulong[ids.Count];
        bool allNumbers = true;
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            allNumbers &= Utf8Parser.TryParse(ids[i], out numbers[i], out int used) && used == ids[i].Length && (used == 1 || ids[i][0] != '0');
        }

        if (allNumbers)
            Array.Sort(numbers, order);
        else
            Array.Sort(order, (a, b) => ids[a].SequenceCompareTo(ids[b]));
        return order;
    }

    internal static int[] Rank(int[] order)
    {
        int[] rank = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        return rank;
    }
}
