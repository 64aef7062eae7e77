using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>One reading of one text by a <see cref="WishReader"/>: words to segments, and what each negation and each "very" applies to.</summary>
internal sealed partial class WishParser(WishReader reader, string text, List<WishToken> tokens, int language, IEnumerable<WishReference> given)
{
    private const float Very = 1.5f, Slightly = 0.6f;

    /// <summary>A run of words that means one thing together. One that asks has an entry, a name or a range, or is unknown.</summary>
    private readonly record struct Segment(WordRole Role, LexiconEntry? Entry, int First, int Count)
    {
        public bool Opposite { get; init; }

        public bool IsComparison { get; init; }

        public WishReference? Name { get; init; }

        /// <summary>A song that the catalogue does not have.</summary>
        public bool IsMissing { get; init; }

        public FeatureTarget? Range { get; init; }

        public YearRange? Years { get; init; }

        /// <summary>A negation that is about likeness: "unlike", "nothing like".</summary>
        public bool IsUnlike => Role == WordRole.Not && Entry!.Phrase.EndsWith("like", StringComparison.Ordinal);

        public bool IsUnknown => Role == WordRole.Asks && Entry is null && Name is null && Range is null && Years is null && !IsMissing;
    }

    private readonly record struct Unknown(string Phrase, string Words, float Factor, bool Negated, int[] At)
    {
        /// <summary>Numbers and single letters mean nothing that a vector could tell.</summary>
        public bool HasMeaning => !(Words.Length == 1 && char.IsAscii(Words[0]) || Words.All(char.IsAsciiDigit));
    }

    private readonly List<Segment> _segments = [];
    private readonly List<WishItem> _items = [];
    private readonly List<Unknown> _unknown = [];
    private readonly List<string> _notUnderstood = [];
    private readonly List<GuessedWord> _guessed = [];
    private readonly List<WishReference> _references = [.. given];
    private readonly List<FeatureTarget> _ranges = [];
    private readonly bool[] _negated = new bool[tokens.Count];
    private readonly List<WishConcept> _concepts = [];
    private readonly List<Segment> _topics = [];
    private readonly List<string> _unheard = [], _onlyTitles = [];
    private bool[] _isConcept = [];
    private bool? _explicit;
    private YearRange? _years;

    private Lexicon Lexicon => reader.Lexicon;

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
        if (reader.Vocabulary?.KnowsYears == true && YearReader.Read(tokens, at, out YearRange years) is > 0 and var dated)
            return new Segment(WordRole.Asks, null, at, dated) { Years = years };
        bool named = _segments.Count > 0 && (_segments[^1].Role is WordRole.Like or WordRole.By || _segments[^1].IsUnlike);
        if (reader.Names?.Find(text, tokens, at, named, IsKnown) is { } found)
            return new Segment(WordRole.Asks, null, at, found.Count) { Name = found.Reference, IsMissing = found.Reference is null };
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
            // "no synths" is a phrase of its own, but "no synth pop" negates "synth pop", and "no rap" what a list goes on to negate.
            bool negatesMore = count > 1 && IsNegator(at) && Longest(at + 1) is { } rest
                && (rest.Count >= count || rest.Count == count - 1 && rest.Entry?.NamesGenre == true);
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
        if (tokens[at].Capital && at > 0 && !tokens[at].AfterStop
            || reader.Misspellings.Find(word, language) is not { } meant)
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
        bool negating = false, carrying = false, comparing = false, only = false, byDegree = false, about = false;
        float factor = 1;
        for (int k = 0; k < _segments.Count; k++)
        {
            Segment segment = _segments[k];
            if (tokens[segment.First].AfterStop)
            {
                (negating, carrying, comparing, factor) = (carrying && ListGoesOn(k), false, false, 1);
                (byDegree, about) = (byDegree && negating, false);
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
                    (negating, carrying, comparing, byDegree, about) = (false, false, false, false, false);
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
                case WordRole.About:
                    about = true;
                    break;
                case WordRole.Explicit or WordRole.Clean:
                    _explicit = segment.Role == WordRole.Explicit && !negating;
                    (carrying, negating) = (negating, false);
                    break;
                case WordRole.Unheard:
                    _unheard.Add(Text(segment));
                    break;
                case WordRole.Asks when about && segment.Name is null && segment.Range is null && segment.Years is null:
                    _topics.Add(segment with { });
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
        string phrase = Text(segment);
        _negated.AsSpan(segment.First, segment.Count).Fill(negated);
        if (segment.Range is { } range)
            _ranges.Add(range);
        else if (segment.Years is { } years)
            _years = negated ? _years : years;
        else if (segment.Name is { } name)
            _references.Add(name with { Use = negated ? byDegree ? Use.Avoid : Use.Exclude : only ? Use.Only : Use.Resemble });
        else if (segment.IsMissing)
            _notUnderstood.Add(phrase);
        else if (segment.IsUnknown)
            AddUnknown(phrase, segment, factor, negated);
        else if (segment.Entry!.Asks.Count + segment.Entry.Genres.Count > 0)
            _items.Add(new WishItem(segment.Entry, phrase, factor, negated, segment.IsComparison));
    }

    private string Text(Segment segment) => text[tokens[segment.First].Start..tokens[segment.First + segment.Count - 1].End];

    private void AddUnknown(string phrase, Segment segment, float factor, bool negated)
    {
        if (Enumerable.Range(segment.First, segment.Count).All(at => Lexicon.IsSmall(tokens[at].Word)))
            return;
        string words = Phrase(segment.First, segment.First + segment.Count);
        _unknown.Add(new Unknown(phrase, words, factor, negated, [.. Enumerable.Range(segment.First, segment.Count)]));
    }
}
