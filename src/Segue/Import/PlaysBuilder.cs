using System.Buffers.Text;
using System.Text;
using Segue.Catalogue;
using Segue.Interactions;

namespace Segue.Import;

/// <summary>
/// Collects (listener, artist, plays) in any order into <see cref="Plays"/>. Plays of one pair are added up. Listeners and artists are
/// numbered by their sorted ids (as numbers where all are numbers), so that the order of rows and of files does not show in the result.
/// </summary>
internal sealed class PlaysBuilder
{
    private readonly Utf8Interner _users = new();
    private readonly Utf8Interner _artists = new();
    private readonly Utf8Interner _spellings = new();
    private readonly List<byte[]> _keys = []; // Of each spelling.
    private readonly List<string?> _names = [];
    private readonly List<int> _user = [];
    private readonly List<int> _artist = [];
    private readonly List<float> _plays = [];

    public long Rows => _plays.Count;

    public bool HasNames => _names.Exists(n => n is not null);

    public void Add(ReadOnlySpan<byte> user, ReadOnlySpan<byte> artist, float plays)
    {
        _user.Add(_users.IndexOf(user));
        _artist.Add(_artists.IndexOf(artist));
        _plays.Add(plays);
    }

    /// <summary>The key of an artist that has no id: its name in the form in which names are compared.</summary>
    public ReadOnlySpan<byte> KeyOfName(ReadOnlySpan<byte> name)
    {
        int raw = _spellings.IndexOf(name);
        if (raw == _keys.Count)
            _keys.Add(Encoding.UTF8.GetBytes(NameKey.Of(Encoding.UTF8.GetString(name))));
        return _keys[raw];
    }

    /// <summary>Says what an artist is called; the first name stays.</summary>
    /// <returns>False when the artist had a name.</returns>
    public bool Name(ReadOnlySpan<byte> artist, ReadOnlySpan<byte> name)
    {
        int index = _artists.IndexOf(artist);
        while (_names.Count <= index)
            _names.Add(null);
        if (_names[index] is not null)
            return false;
        _names[index] = Encoding.UTF8.GetString(name);
        return true;
    }

    /// <param name="merged">Rows that repeated a pair.</param>
    public Plays Build(out long merged)
    {
        int[] userOrder = Order(_users), artistOrder = Order(_artists);
        int[] userRank = Rank(userOrder), artistRank = Rank(artistOrder);
        int[] rows = [.. _user.Select(u => userRank[u])];
        int[] columns = [.. _artist.Select(a => artistRank[a])];
        CsrMatrix counts = CsrMatrix.FromEntries(_users.Count, _artists.Count, rows, columns, _plays.ToArray());
        merged = rows.Length - counts.Nonzeros;
        TextColumn ids = _artists.ToColumn(artistOrder);
        TextColumn names = TextColumn.From(artistOrder.Select((a, rank) => (a < _names.Count ? _names[a] : null) ?? ids[rank]));
        return new Plays(_users.ToColumn(userOrder), new Artists(ids, names), counts);
    }

    /// <summary>Indices by ascending id.</summary>
    private static int[] Order(Utf8Interner ids)
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

    private static int[] Rank(int[] order)
    {
        int[] rank = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
            rank[order[i]] = i;
        return rank;
    }
}
