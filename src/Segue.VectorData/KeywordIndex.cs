using System.Text;
using Segue.VectorSearch;

namespace Segue.VectorData;

/// <summary>
/// Texts by row, ranked for keywords by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009) with its usual
/// k1 = 1.2 and b = 0.75. Words are runs of letters and digits, compared without case.
/// </summary>
internal sealed class KeywordIndex
{
    private const double K1 = 1.2, B = 0.75;

    private readonly Dictionary<string, Dictionary<int, int>> _postings = new(StringComparer.Ordinal); // word -> row -> times
    private readonly Dictionary<int, string[]> _words = [];
    private long _totalWords;

    /// <summary>Stores the words of a row's text; null for none.</summary>
    public void Set(int row, string[]? words)
    {
        if (_words.Remove(row, out string[]? old))
        {
            _totalWords -= old.Length;
            foreach (string word in old)
            {
                if (_postings.TryGetValue(word, out Dictionary<int, int>? rows) && rows.Remove(row) && rows.Count == 0)
                    _postings.Remove(word);
            }
        }

        if (words is null)
            return;
        _words[row] = words;
        _totalWords += words.Length;
        foreach (string word in words)
        {
            if (!_postings.TryGetValue(word, out Dictionary<int, int>? rows))
                _postings[word] = rows = [];
            rows[row] = rows.GetValueOrDefault(row) + 1;
        }
    }

    /// <summary>The rows with at least one of the keywords, best first.</summary>
    public List<int> Search(IEnumerable<string> keywords, RowSet? allowed)
    {
        Dictionary<int, double> scores = [];
        double meanWords = Math.Max(1, (double)_totalWords / Math.Max(1, _words.Count));
        foreach (string word in keywords.SelectMany(Words).Distinct(StringComparer.Ordinal))
        {
            if (!_postings.TryGetValue(word, out Dictionary<int, int>? rows))
                continue;
            double rarity = Math.Log(1 + (_words.Count - rows.Count + 0.5) / (rows.Count + 0.5));
            foreach ((int row, int times) in rows)
            {
                if (allowed?.Contains(row) == false)
                    continue;
                double length = 1 - B + (B * _words[row].Length / meanWords);
                scores[row] = scores.GetValueOrDefault(row) + (rarity * times * (K1 + 1) / (times + (K1 * length)));
            }
        }

        return [.. scores.OrderByDescending(s => s.Value).ThenBy(s => s.Key).Select(s => s.Key)];
    }

    public static IEnumerable<string> Words(string text)
    {
        StringBuilder word = new();
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                word.Append(char.ToLowerInvariant(c));
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
            yield return word.ToString();
    }
}
