using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>The tracks in whose names a word stands: an inverted index over the normalized words of titles, or of albums.</summary>
internal sealed class NameWords
{
    private readonly TextColumn _names;

    /// <param name="names">The names that were indexed.</param>
    /// <param name="words">Each word once, in ordinal order: they are searched where they lie.</param>
    /// <param name="tracks">The tracks of each word, ascending.</param>
    public NameWords(TextColumn names, TextColumn words, Ragged<int> tracks)
    {
        if (words.Count != tracks.Count)
            throw new ArgumentException($"{words.Count} words with {tracks.Count} lists.", nameof(tracks));
        (_names, Words, Tracks) = (names, words, tracks);
    }

    public TextColumn Words { get; }

    public Ragged<int> Tracks { get; }

    public static NameWords Of(TextColumn names)
    {
        SortedDictionary<string, List<int>> found = new(StringComparer.Ordinal);
        for (int t = 0; t < names.Count; t++)
        {
            foreach (string word in WishTokens.Cut(names[t], out _).Select(w => w.Word).Distinct())
            {
                if (!found.TryGetValue(word, out List<int>? list))
                    found[word] = list = [];
                list.Add(t);
            }
        }

        return new NameWords(names, TextColumn.From(found.Keys), Ragged<int>.From(found.Values));
    }

    public int Count(string word) => RowOf(word) is >= 0 and var row ? Tracks[row].Length : 0;

    /// <summary>The tracks in whose name the phrase stands as whole words.</summary>
    /// <param name="phrase">Normalized.</param>
    public IReadOnlyList<int> With(string phrase)
    {
        string[] words = phrase.Split(' ');
        int[] rows = [.. words.Select(RowOf)];
        if (rows.Any(r => r < 0))
            return [];
        int[] fewest = Tracks[rows.MinBy(r => Tracks[r].Length)].ToArray();
        return words.Length == 1 ? fewest
            : [.. fewest.Where(t => rows.All(r => Tracks[r].BinarySearch(t) >= 0)
                && $" {WishTokens.Normalize(_names[t])} ".Contains($" {phrase} ", StringComparison.Ordinal))];
    }

    /// <summary>The row of a word, or −1.</summary>
    private int RowOf(string word)
    {
        int low = 0, high = Words.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1, order = string.CompareOrdinal(Words[middle], word);
            if (order == 0)
                return middle;
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }
}
