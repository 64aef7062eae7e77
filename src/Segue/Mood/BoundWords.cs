namespace Segue.Mood;

/// <summary>Phrases that say how a number bounds what is asked, in all languages: "no more than", "mindestens", "antes de".</summary>
/// <typeparam name="T">The bounds.</typeparam>
internal sealed class BoundWords<T>
    where T : struct, Enum
{
    private const int WordsMax = 4;

    private readonly Dictionary<string, T> _bounds = new(StringComparer.Ordinal);

    /// <param name="phrases">Of each bound the phrases, by commas; where two bounds have one, the first counts.</param>
    public BoundWords(params (T Bound, string Phrases)[] phrases)
    {
        foreach ((T bound, string text) in phrases)
        {
            foreach (string phrase in text.Split(", ").Select(WishTokens.Normalize))
                _bounds.TryAdd(phrase, bound);
        }
    }

    /// <summary>What the longest phrase from this word on says, with a word left behind it; null where none starts here.</summary>
    /// <param name="at">Moved behind the phrase.</param>
    public T? Longest(IReadOnlyList<WishToken> tokens, ref int at)
    {
        int from = at;
        for (int count = Math.Min(WordsMax, tokens.Count - at - 1); count > 0; count--)
        {
            if (_bounds.TryGetValue(string.Join(' ', Enumerable.Range(from, count).Select(i => tokens[i].Word)), out T bound))
            {
                at += count;
                return bound;
            }
        }

        return null;
    }
}
