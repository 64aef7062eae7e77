using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Segue.Catalogue;

/// <summary>
/// Finds rows of a <see cref="TextColumn"/> by name: exactly up to <see cref="NameKey.Of"/>, or the nearest by spelling.
/// Sorted 64-bit hashes of the keys with their rows, so that it is saved and mapped like any other column; a hit is confirmed on the text itself.
/// </summary>
internal sealed class NameIndex
{
    private readonly TextColumn _names;
    private readonly ReadOnlyMemory<ulong> _hashes;
    private readonly ReadOnlyMemory<int> _rows;

    /// <summary>Wraps columns that were built by <see cref="Build"/> and loaded again.</summary>
    /// <exception cref="ArgumentException">The columns do not fit the names.</exception>
    public NameIndex(TextColumn names, ReadOnlyMemory<ulong> hashes, ReadOnlyMemory<int> rows)
    {
        if (hashes.Length != names.Count || rows.Length != names.Count)
            throw new ArgumentException($"A name index over {names.Count} names has {hashes.Length} hashes and {rows.Length} rows.", nameof(hashes));
        (_names, _hashes, _rows) = (names, hashes, rows);
    }

    public ReadOnlyMemory<ulong> Hashes => _hashes;

    public ReadOnlyMemory<int> Rows => _rows;

    public static NameIndex Build(TextColumn names)
    {
        ulong[] hashes = new ulong[names.Count];
        int[] rows = new int[names.Count];
        for (int i = 0; i < names.Count; i++)
            (hashes[i], rows[i]) = (Hash(NameKey.Of(names[i])), i);

        // Rows as second key: equal names stand in row order, so the first one found is the first one there was.
        Array.Sort(hashes, rows);
        for (int i = 0; i < hashes.Length;)
        {
            int end = i + 1;
            while (end < hashes.Length && hashes[end] == hashes[i])
                end++;
            Array.Sort(rows, i, end - i);
            i = end;
        }

        return new NameIndex(names, hashes, rows);
    }

    /// <summary>All rows of this name, ascending; empty when there is none.</summary>
    public IReadOnlyList<int> FindAll(string name)
    {
        string key = NameKey.Of(name);
        ulong hash = Hash(key);
        ReadOnlySpan<ulong> hashes = _hashes.Span;
        int at = hashes.BinarySearch(hash);
        if (at < 0)
            return [];
        while (at > 0 && hashes[at - 1] == hash)
            at--;
        List<int> found = [];
        for (; at < hashes.Length && hashes[at] == hash; at++)
        {
            int row = _rows.Span[at];
            if ((uint)row < (uint)_names.Count && NameKey.Of(_names[row]) == key)
                found.Add(row);
        }

        return found;
    }

    /// <summary>The first row of this name, or -1.</summary>
    public int Find(string name) => FindAll(name) is [int row, ..] ? row : -1;

    /// <summary>The first row with exactly this text (for ids, where case counts), or -1.</summary>
    public int FindExact(string text) => FindAll(text).FirstOrDefault(row => _names[row] == text, -1);

    /// <summary>
    /// The names that are spelt most alike, best first, each once; empty when nothing is close. Similarity is 1 − Damerau-Levenshtein
    /// distance / length over <see cref="NameKey.Loose"/> forms, with a bonus where one begins with the other; a scan over all names.
    /// </summary>
    public IReadOnlyList<(int Row, double Similarity)> Nearest(string name, int count, double similarityMin = 0.6)
    {
        string wanted = NameKey.Loose(name);
        if (wanted.Length is 0 or > 200)
            return [];
        List<(int Row, double Similarity)> near = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (int row = 0; row < _names.Count; row++)
        {
            // A name much longer or shorter in bytes cannot be near, and most are neither: decide before decoding.
            int bytes = _names.Utf8[row].Length;
            if (bytes * 2 < wanted.Length || bytes > wanted.Length * 4 + 8)
                continue;
            string candidate = NameKey.Loose(_names[row]);
            double similarity = Spelling.Similarity(wanted, candidate, similarityMin);
            if (similarity >= similarityMin && seen.Add(candidate))
                near.Add((row, similarity));
        }

        near.Sort((a, b) => a.Similarity != b.Similarity ? b.Similarity.CompareTo(a.Similarity) : a.Row.CompareTo(b.Row));
        return near.Count <= count ? near : near.GetRange(0, count);
    }

    private static ulong Hash(string key) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan()));
}
