using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// Reads a wish in free text: "something sad and slow for a rainy night, no vocals".
/// <para>One pass from left to right cuts the words into segments, the longest phrase of the lexicon first, an exact one before one that has the same stems.
/// A second pass over the segments settles what each negation and each "very" applies to. What is left over is unknown: first its spelling,
/// then its meaning is compared with the lexicon (<see cref="UnknownWords"/>). Then <see cref="WishCombiner"/> puts the pieces together.</para>
/// <para>Negation flips the next thing and goes on over a directly following "and", "or", "nor", and over the commas of a list that ends in "or";
/// it ends at other punctuation and at "but" and its kind. "drum-free" flips what stands before it; two negations are none.</para>
/// <para>Names of artists and songs come before the lexicon only where they give themselves away (<see cref="CatalogueNames"/>).</para>
/// Immutable; safe for many threads.
/// </summary>
public sealed class WishReader
{
    private const float Very = 1.5f, Slightly = 0.6f;

    // A guess that is surer than this can carry a wish alone.
    private const double SureFrom = 0.65;

    private readonly Lexicon _lexicon;
    private readonly CatalogueNames? _names;
    private readonly UnknownWords? _unknown;
    private readonly Misspellings _misspellings;

    /// <param name="lexicon">The words.</param>
    /// <param name="names">The artists and songs that a wish may name; null reads none.</param>
    /// <param name="unknown">Reads what the lexicon lacks; null leaves it unread.</param>
    /// <param name="isWord">Whether a lower-case word is a word, however unknown to the lexicon, and so no misspelling; null where nobody can say.</param>
    public WishReader(Lexicon lexicon, CatalogueNames? names = null, UnknownWords? unknown = null, Func<string, bool>? isWord = null) =>
        (_lexicon, _names, _unknown, _misspellings) = (lexicon, names, unknown, new Misspellings(lexicon, isWord));

    /// <summary>
    /// A reader for a catalogue with everything on: its names, and the static embedder for unknown words (or another: <paramref name="unknown"/>).
    /// </summary>
    /// <param name="lexicon">The built-in one where null.</param>
    public static WishReader For(Tracks tracks, Lexicon? lexicon = null, UnknownWords? unknown = null)
    {
        lexicon ??= Lexicon.Default;
        return new WishReader(lexicon, new CatalogueNames(tracks), unknown ?? new UnknownWords(lexicon, StaticWords.Embed), StaticWords.IsWord);
    }

    public Lexicon Lexicon => _lexicon;

    /// <summary>The reading of a text; never fails, whatever the text.</summary>
    /// <param name="named">
    /// What the answers shall resemble or keep away from besides what the text names: with a song here, the text "happier" means happier than that.
    /// </param>
    public Wish Read(string text, params IEnumerable<WishReference> named)
    {
        List<WishToken> tokens = WishTokens.Cut(text, out bool isCut);
        var reading = new Reading(this, text, tokens, _lexicon.LanguageOf(tokens), named);
        reading.Cut();
        reading.Settle();
        reading.Guess();
        Wish wish = reading.Finish();
        return isCut ? wish with { Notes = [.. wish.Notes, $"only the first {WishTokens.TokensMax} words were read"] } : wish;
    }

    /// <summary>A run of words that means one thing together. One that asks has an entry, a name or a range, or is unknown.</summary>
    private readonly record struct Segment(WordRole Role, LexiconEntry? Entry, int First, int Count)
    {
        public bool Opposite { get; init; }

        public bool IsComparison { get; init; }

        public WishReference? Name { get; init; }

        public FeatureTarget? Range { get; init; }

        /// <summary>A negation that is about likeness: "unlike", "nothing like".</summary>
        public bool IsUnlike => Role == WordRole.Not && Entry!.Phrase.EndsWith("like", StringComparison.Ordinal);

        public bool IsUnknown => Role == WordRole.Asks && Entry is null && Name is null && Range is null;
    }

    private readonly record struct Unknown(string Phrase, string Words, float Factor, bool Negated);

    private sealed class Reading(WishReader reader, string text, List<WishToken> tokens, int language, IEnumerable<WishReference> given)
    {
        private readonly List<Segment> _segments = [];
        private readonly List<WishItem> _items = [];
        private readonly List<Unknown> _unknown = [];
        private readonly List<string> _notUnderstood = [];
        private readonly List<GuessedWord> _guessed = [];
        private readonly List<WishReference> _references = [.. given];
        private readonly List<FeatureTarget> _ranges = [];

        private Lexicon Lexicon => reader._lexicon;

        /// <summary>Cuts the words into segments.</summary>
        public void Cut()
        {
            for (int at = 0; at < tokens.Count;)
            {
                Segment segment = Next(at);
                at += segment.Count;
                if (segment.IsUnknown && _segments.Count > 0 && _segments[^1].IsUnknown && !tokens[segment.First].AfterStop)
                    _segments[^1] = _segments[^1] with { Count = _segments[^1].Count + 1 };
                else
                    _segments.Add(segment);
            }
        }

        private Segment Next(int at)
        {
            if (TempoReader.Read(tokens, at, out FeatureTarget? range) is > 0 and var taken)
                return new Segment(WordRole.Asks, null, at, taken) { Range = range };
            bool named = _segments.Count > 0 && (_segments[^1].Role is WordRole.Like or WordRole.By || _segments[^1].IsUnlike);
            if (reader._names?.Find(text, tokens, at, named, IsKnown) is { } found)
                return new Segment(WordRole.Asks, null, at, found.Count) { Name = found.Reference };
            return Longest(at) ?? Form(at) ?? new Segment(WordRole.Asks, null, at, 1);
        }

        private Segment? Longest(int at)
        {
            int most = Math.Min(Lexicon.PhraseWordsMax, tokens.Count - at);
            for (int stop = 1; stop < most; stop++)
            {
                if (tokens[at + stop].AfterStop)
                    most = stop;
            }

            for (int count = most; count > 0; count--)
            {
                string phrase = Phrase(at, at + count);
                if ((Lexicon.Find(phrase, language) ?? Lexicon.FindStem(WordForms.StemPhrase(phrase), language)) is not { } entry)
                    continue;
                // "no synths" is a phrase of its own, but "no synth pop" negates "synth pop".
                bool negatesMore = count > 1 && Lexicon.Find(tokens[at].Word, language)?.Role == WordRole.Not && Longest(at + 1) is { } rest && rest.Count >= count;
                if (!negatesMore)
                    return new Segment(entry.Role, entry, at, count) { IsComparison = count == 1 && IsComparative(phrase) };
            }

            return null;
        }

        /// <summary>A form of a known word, or a misspelling of one.</summary>
        private Segment? Form(int at)
        {
            string word = tokens[at].Word;
            foreach ((string form, bool opposite) in WordForms.Bases(word))
            {
                if (Lexicon.Find(form, language) is { Role: WordRole.Asks } entry)
                    return new Segment(WordRole.Asks, entry, at, 1) { Opposite = opposite, IsComparison = word.EndsWith("er", StringComparison.Ordinal) };
            }

            // A capital within the sentence is a name that the catalogue lacks, not a slip.
            if (tokens[at].Capital && at > 0 && !tokens[at].AfterStop || reader._misspellings.Find(word, language) is not { } meant)
                return null;
            _guessed.Add(new GuessedWord(text[tokens[at].Start..tokens[at].End], [meant.Phrase], 1));
            return new Segment(WordRole.Asks, meant, at, 1);
        }

        private bool IsComparative(string word) =>
            word.EndsWith("er", StringComparison.Ordinal) && WordForms.Bases(word).Any(b => Lexicon.Find(b.Word, language) is { Role: WordRole.Asks });

        private string Phrase(int from, int to) => to == from + 1 ? tokens[from].Word : string.Join(' ', Enumerable.Range(from, to - from).Select(i => tokens[i].Word));

        /// <summary>Whether the lexicon has the words from..to as one phrase in some form.</summary>
        private bool IsKnown(int from, int to)
        {
            string phrase = Phrase(from, to);
            return (Lexicon.Find(phrase, language) ?? Lexicon.FindStem(WordForms.StemPhrase(phrase), language)) is not null
                || to == from + 1 && WordForms.Bases(phrase).Any(b => Lexicon.Find(b.Word, language) is not null);
        }

        /// <summary>What each negation and each "very" applies to.</summary>
        public void Settle()
        {
            bool negating = false, carrying = false, comparing = false, only = false, byDegree = false;
            float factor = 1;
            for (int k = 0; k < _segments.Count; k++)
            {
                Segment segment = _segments[k];
                if (tokens[segment.First].AfterStop)
                {
                    (negating, carrying, comparing, factor) = (carrying && ListGoesOn(k), false, false, 1);
                    byDegree &= negating;
                }

                switch (segment.Role)
                {
                    case WordRole.Not:
                        (negating, carrying, byDegree) = (!negating, false, byDegree || segment.IsUnlike);
                        break;
                    case WordRole.Less:
                        (negating, carrying, comparing, byDegree) = (!negating, false, true, true);
                        break;
                    case WordRole.Like:
                        byDegree = true;
                        break;
                    case WordRole.More:
                        comparing = true;
                        break;
                    case WordRole.And or WordRole.Or:
                        negating |= carrying;
                        break;
                    case WordRole.Break:
                        (negating, carrying, comparing, byDegree) = (false, false, false, false);
                        break;
                    case WordRole.Very:
                        factor *= Very;
                        break;
                    case WordRole.Slightly:
                        factor *= Slightly;
                        break;
                    case WordRole.By:
                        only = true;
                        break;
                    case WordRole.Asks:
                        bool free = k + 1 < _segments.Count && _segments[k + 1].Role == WordRole.Free && tokens[_segments[k + 1].First].Joined;
                        Take(segment with { IsComparison = segment.IsComparison || comparing }, negating ^ segment.Opposite ^ free, factor, only, byDegree);
                        (carrying, negating, comparing, factor, only, byDegree) = (negating, false, false, 1, false, negating && byDegree);
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
                if (_segments[k].Role != WordRole.Asks || k + 1 < _segments.Count && !tokens[_segments[k + 1].First].AfterStop && _segments[k + 1].Role != WordRole.Or)
                    return false;
            }

            return false;
        }

        /// <param name="byDegree">Whether a negated name is to be unlike ("less like X") rather than away ("not X").</param>
        private void Take(Segment segment, bool negated, float factor, bool only, bool byDegree)
        {
            string phrase = text[tokens[segment.First].Start..tokens[segment.First + segment.Count - 1].End];
            if (segment.Range is { } range)
                _ranges.Add(range);
            else if (segment.Name is { } name)
                _references.Add(name with { Use = negated ? byDegree ? Use.Avoid : Use.Exclude : only ? Use.Only : Use.Resemble });
            else if (segment.IsUnknown)
                AddUnknown(phrase, segment, factor, negated);
            else if (segment.Entry!.Asks.Count + segment.Entry.Genres.Count > 0)
                _items.Add(new WishItem(segment.Entry, phrase, factor, negated, segment.IsComparison));
        }

        private void AddUnknown(string phrase, Segment segment, float factor, bool negated)
        {
            // Numbers and single letters mean nothing that a vector could tell.
            string words = Phrase(segment.First, segment.First + segment.Count);
            if (words.Length == 1 && char.IsAscii(words[0]) || words.All(char.IsAsciiDigit))
                _notUnderstood.Add(phrase);
            else
                _unknown.Add(new Unknown(phrase, words, factor, negated));
        }

        /// <summary>Reads unknown words by their meaning.</summary>
        public void Guess()
        {
            bool nothingKnown = _items.Count + _references.Count + _ranges.Count == 0;
            List<(WishItem Item, GuessedWord Guess)> guesses = [];
            foreach (Unknown unknown in _unknown.DistinctBy(u => u.Phrase))
            {
                if (reader._unknown?.Read(unknown.Words) is { } read)
                {
                    // A guessed genre counts only where no word was known: it weighs too much for a guess.
                    LexiconEntry entry = nothingKnown ? read.Entry : read.Entry with { Genres = [] };
                    var item = new WishItem(entry, unknown.Phrase, unknown.Factor * (float)read.Guess.Confidence, unknown.Negated, false);
                    guesses.Add((item, read.Guess with { Word = unknown.Phrase }));
                }
                else
                {
                    _notUnderstood.Add(unknown.Phrase);
                }
            }

            // Where all is guessed, one guess must be sure, else the wish was about something else.
            if (nothingKnown && !guesses.Any(g => g.Guess.Confidence >= SureFrom))
            {
                _notUnderstood.AddRange(guesses.Select(g => g.Guess.Word));
                return;
            }

            _items.AddRange(guesses.Select(g => g.Item));
            _guessed.AddRange(guesses.Select(g => g.Guess));
        }

        public Wish Finish()
        {
            bool relative = _references.Any(r => r.Use == Use.Resemble);
            WishItem[] shifts = relative ? [.. _items.Where(i => i.IsComparison)] : [];
            Ask[] asks = [.. shifts.SelectMany(i => i.Entry.Asks.Where(a => a.IsPrimary)
                .Select(a => a with { Strength = (i.Negated ? -1 : 1) * Math.Sign(a.Strength) * i.Factor })).DistinctBy(a => a.Feature)];
            var wish = new Wish
            {
                Text = text,
                Language = Lexicon.Languages[language],
                References = [.. _references.Select(r => r.Use == Use.Resemble ? r with { Shifts = asks } : r)],
                Ranges = [.. _ranges.DistinctBy(r => r.Feature)],
                NotUnderstood = [.. _notUnderstood.Distinct()],
                Guessed = _guessed,
            };
            return WishCombiner.Combine(wish, [.. _items.Except(shifts)]);
        }
    }
}
