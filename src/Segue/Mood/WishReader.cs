namespace Segue.Mood;

/// <summary>
/// Reads a wish in free text: "something sad and slow for a rainy night, no vocals".
/// <para>One pass from left to right cuts the words into segments, the longest phrase of the lexicon first, an exact one before one that has the same stems.
/// A second pass over the segments settles what each negation and each "very" applies to. What is left over is unknown: first its spelling,
/// then its meaning is compared with the lexicon (<c>UnknownWords</c>). Then <see cref="WishCombiner"/> puts the pieces together.</para>
/// <para>Negation flips the next thing and goes on over a directly following "and", "or", "nor", and over the commas of a list that ends in "or";
/// it ends at other punctuation and at "but" and its kind. "drum-free" flips what stands before it; two negations are none.</para>
/// Immutable; safe for many threads.
/// </summary>
public sealed partial class WishReader(Lexicon lexicon)
{
    private const float Very = 1.5f, Slightly = 0.6f;

    public Lexicon Lexicon => lexicon;

    /// <summary>The reading of a text; never fails, whatever the text.</summary>
    public Wish Read(string text)
    {
        List<WishToken> tokens = WishTokens.Cut(text, out bool isCut);
        int language = lexicon.LanguageOf(tokens);
        var reading = new Reading(this, text, tokens, language);
        reading.Cut();
        reading.Settle();
        Wish wish = reading.Finish();
        return isCut ? wish with { Notes = [.. wish.Notes, $"only the first {WishTokens.TokensMax} words were read"] } : wish;
    }

    /// <summary>A run of words that means one thing together; Entry is null where nobody knows what.</summary>
    private readonly record struct Segment(WordRole Role, LexiconEntry? Entry, int First, int Count, bool Opposite = false)
    {
        public bool SaysSomething => Role == WordRole.Asks;
    }

    private sealed class Reading(WishReader reader, string text, List<WishToken> tokens, int language)
    {
        private readonly List<Segment> _segments = [];
        private readonly List<WishItem> _items = [];
        private readonly List<string> _notUnderstood = [];

        public void Cut()
        {
            for (int at = 0; at < tokens.Count;)
            {
                Segment segment = Longest(at);
                _segments.Add(segment);
                at += segment.Count;
            }
        }

        private Segment Longest(int at)
        {
            int most = Math.Min(reader.Lexicon.PhraseWordsMax, tokens.Count - at);
            for (int stop = 1; stop < most; stop++)
            {
                if (tokens[at + stop].AfterStop)
                    most = stop;
            }

            for (int count = most; count > 0; count--)
            {
                string phrase = count == 1 ? tokens[at].Word : string.Join(' ', tokens.Skip(at).Take(count).Select(t => t.Word));
                LexiconEntry? entry = reader.Lexicon.Find(phrase, language) ?? reader.Lexicon.FindStem(WordForms.StemPhrase(phrase), language);
                if (entry is not null)
                    return new Segment(entry.Role, entry, at, count);
            }

            foreach ((string word, bool opposite) in WordForms.Bases(tokens[at].Word))
            {
                if (reader.Lexicon.Find(word, language) is { Role: WordRole.Asks } entry)
                    return new Segment(WordRole.Asks, entry, at, 1, opposite);
            }

            return new Segment(WordRole.Asks, null, at, 1);
        }

        /// <summary>What each negation and each "very" applies to.</summary>
        public void Settle()
        {
            bool negating = false, carrying = false;
            float factor = 1;
            for (int k = 0; k < _segments.Count; k++)
            {
                Segment segment = _segments[k];
                if (tokens[segment.First].AfterStop)
                    (negating, carrying, factor) = (carrying && ListGoesOn(k), false, 1);
                switch (segment.Role)
                {
                    case WordRole.Not:
                        (negating, carrying) = (!negating, false);
                        break;
                    case WordRole.And or WordRole.Or:
                        negating |= carrying;
                        break;
                    case WordRole.Break:
                        (negating, carrying) = (false, false);
                        break;
                    case WordRole.Very:
                        factor *= Very;
                        break;
                    case WordRole.Slightly:
                        factor *= Slightly;
                        break;
                    case WordRole.Asks:
                        bool free = k + 1 < _segments.Count && _segments[k + 1].Role == WordRole.Free && tokens[_segments[k + 1].First].Joined;
                        Take(segment, negating ^ segment.Opposite ^ free, factor);
                        (carrying, negating, factor) = (negating, false, 1);
                        break;
                }
            }
        }

        /// <summary>Whether a list "X, Y or Z" goes on at this segment, which stands after a comma.</summary>
        private bool ListGoesOn(int k)
        {
            for (; k < _segments.Count; k++)
            {
                if (_segments[k].Role == WordRole.Or)
                    return true;
                if (!_segments[k].SaysSomething || k + 1 < _segments.Count && !tokens[_segments[k + 1].First].AfterStop && _segments[k + 1].Role != WordRole.Or)
                    return false;
            }

            return false;
        }

        private void Take(Segment segment, bool negated, float factor)
        {
            string phrase = text[tokens[segment.First].Start..tokens[segment.First + segment.Count - 1].End];
            if (segment.Entry is null)
                _notUnderstood.Add(phrase);
            else if (segment.Entry.Asks.Count + segment.Entry.Genres.Count > 0)
                _items.Add(new WishItem(segment.Entry, phrase, factor, negated));
        }

        public Wish Finish() =>
            WishCombiner.Combine(new Wish { Text = text, Language = reader.Lexicon.Languages[language], NotUnderstood = [.. _notUnderstood.Distinct()] }, _items);
    }
}
