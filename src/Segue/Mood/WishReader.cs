using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>
/// Reads a wish in free text: "something sad and slow for a rainy night, no vocals".
/// <para>One pass from left to right cuts the words into segments, the longest phrase of the lexicon first, an exact one before one that has the same
/// stems.
/// A second pass over the segments settles what each negation and each "very" applies to. What is left over is unknown: first its spelling,
/// then its meaning is compared with the lexicon (<see cref="UnknownWords"/>). Then <see cref="WishCombiner"/> puts the pieces together.</para>
/// <para>Negation flips the next thing and goes on over a directly following "and", "or", "nor", and over the commas of a list that ends in "or";
/// it ends at other punctuation and at "but" and its kind. "drum-free" flips what stands before it; two negations are none.</para>
/// <para>Names of artists and songs come before the lexicon only where they give themselves away (<see cref="CatalogueNames"/>).</para>
/// Immutable; safe for many threads.
/// </summary>
internal sealed class WishReader
{
    private const float Very = 1.5f, Slightly = 0.6f;

    // A guess that is surer than this can carry a wish alone.
    private const double SureFrom = 0.65;

    private const int TopicLettersMin = 3;

    // A want of this weight is a mood, whatever words asked for it.
    private const float MoodFrom = 0.8f;

    private readonly Lexicon _lexicon;
    private readonly CatalogueNames? _names;
    private readonly UnknownWords? _unknown;
    private readonly Misspellings _misspellings;
    private readonly ConceptReader _concepts;
    private readonly IWishVocabulary? _vocabulary;

    /// <param name="lexicon">The words.</param>
    /// <param name="names">The artists and songs that a wish may name; null reads none.</param>
    /// <param name="unknown">Reads what the lexicon lacks; null leaves it unread.</param>
    /// <param name="isWord">Whether a lower-case word is a word, however unknown to the lexicon, and so no misspelling; null where nobody can
    /// say.</param>
    /// <param name="vocabulary">The labels and tags of the catalogue, each of which a wish may name; null reads the concepts of the table
    /// alone.</param>
    public WishReader(
        Lexicon lexicon, CatalogueNames? names = null, UnknownWords? unknown = null, Func<string, bool>? isWord = null, IWishVocabulary? vocabulary = null)
    {
        (_lexicon, _names, _unknown, _misspellings, _vocabulary) = (lexicon, names, unknown, new Misspellings(lexicon, isWord), vocabulary);
        _concepts = new ConceptReader(ConceptTable.Default.With(lexicon.Concepts), vocabulary);
    }

    /// <summary>
    /// A reader for a catalogue with everything on: its names, and the static embedder for unknown words (or another: <paramref name="unknown"/>).
    /// </summary>
    /// <param name="lexicon">The built-in one where null.</param>
    /// <param name="vocabulary">The labels and tags of the catalogue: its <see cref="Knowledge.SongKnowledge"/>.</param>
    public static WishReader For(Tracks tracks, Lexicon? lexicon = null, UnknownWords? unknown = null, IWishVocabulary? vocabulary = null)
    {
        lexicon ??= Lexicon.Default;
        return new WishReader(lexicon, new CatalogueNames(tracks), unknown ?? new UnknownWords(lexicon, StaticWords.Embed), StaticWords.IsWord, vocabulary);
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
        reading.FindConcepts();
        reading.FindTopics();
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

    private readonly record struct Unknown(string Phrase, string Words, float Factor, bool Negated, int[] At);

    private sealed class Reading(WishReader reader, string text, List<WishToken> tokens, int language, IEnumerable<WishReference> given)
    {
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
                // "no synths" is a phrase of its own, but "no synth pop" negates "synth pop", and "no rap" what a list goes on to negate.
                bool negatesMore = count > 1 && IsNegator(at) && Longest(at + 1) is { } rest && (rest.Count >= count || rest.Count == count - 1 && rest.Entry?.NamesGenre == true);
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
                    case WordRole.Asks when about && segment.Name is null && segment.Range is null:
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
            else if (segment.Name is { } name)
                _references.Add(name with { Use = negated ? byDegree ? Use.Avoid : Use.Exclude : only ? Use.Only : Use.Resemble });
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
            // Numbers and single letters mean nothing that a vector could tell.
            string words = Phrase(segment.First, segment.First + segment.Count);
            if (words.Length == 1 && char.IsAscii(words[0]) || words.All(char.IsAsciiDigit))
                _notUnderstood.Add(phrase);
            else
                _unknown.Add(new Unknown(phrase, words, factor, negated, [.. Enumerable.Range(segment.First, segment.Count)]));
        }

        /// <summary>Finds what the words ask of tags, labels, compilations and titles. Names, tempos and grammar are no part of a concept; a negator
        /// is where a phrase begins with it ("no vocals").</summary>
        public void FindConcepts()
        {
            string[] words = [.. tokens.Select(t => t.Word)];
            Segment?[] segmentOf = new Segment?[tokens.Count];
            foreach (Segment segment in _segments)
                segmentOf.AsSpan(segment.First, segment.Count).Fill(segment);
            List<FoundConcept> found = reader._concepts.Find(
                words,
                at => segmentOf[at] is not ({ Name: not null } or { Range: not null }),
                at => tokens[at].AfterStop,
                at => segmentOf[at] is { Role: not WordRole.Asks } || Lexicon.Find(words[at], language) is { Role: not WordRole.Asks },
                at => segmentOf[at] is { IsUnknown: false });
            _isConcept = new bool[tokens.Count];
            foreach (FoundConcept concept in found)
            {
                _isConcept.AsSpan(concept.From, concept.To - concept.From).Fill(true);
                bool ownNegator = segmentOf[concept.From] is { Role: WordRole.Not };
                bool negated = !ownNegator && (Enumerable.Range(concept.From, concept.To - concept.From).Any(at => _negated[at])
                    || segmentOf[concept.From] is { Role: WordRole.Asks } segment && Enumerable.Range(segment.First, concept.From - segment.First).Any(IsNegator));
                string phrase = text[tokens[concept.From].Start..tokens[concept.To - 1].End];
                _concepts.Add(new WishConcept(concept.Concept, phrase, negated));
            }
        }

        /// <summary>A phrase of the lexicon may hold its negator: "nothing electronic".</summary>
        private bool IsNegator(int at) => Lexicon.Find(tokens[at].Word, language) is { Role: WordRole.Not };

        /// <summary>A concept says itself which labels speak for it: "without saxophone" must not take out the jazz that the lexicon knows it
        /// by.</summary>
        private WishItem WithoutGenresOfConcepts(WishItem item) => item.Entry.Genres.Count > 0 && _concepts.Any(c => !c.Concept.IsNamed
            && $" {WishTokens.Normalize(item.Phrase)} ".Contains($" {WishTokens.Normalize(c.Phrase)} ", StringComparison.Ordinal))
            ? item with { Entry = item.Entry with { Genres = [] } } : item;

        /// <summary>What of the kept-out the wish asks for.</summary>
        private Intruder Allowed()
        {
            Intruder allowed = IntruderTable.Default.AskedBy([.. tokens.Select((t, at) => _negated[at] ? "" : t.Word)]);
            foreach (WishConcept concept in _concepts)
                allowed |= concept.IsNegated ? Intruder.None : concept.Concept.Allows;
            return allowed;
        }

        /// <summary>A mood that is said in words which no concept has ("grieving", in any language) reaches the tags by what it asks of the
        /// features.</summary>
        private void AddMood(Wish wish)
        {
            if (_concepts.Any(c => c.Concept.Kind is ConceptKind.Mood or ConceptKind.Occasion or ConceptKind.Season))
                return;
            FeatureWant? valence = wish.Wants.FirstOrDefault(w => w.Feature == AudioFeature.Valence && Math.Abs(w.Weight) >= MoodFrom);
            if (valence is not null && ConceptTable.Default.Named(valence.Weight < 0 ? "sad" : "happy") is { } mood)
                _concepts.Add(new WishConcept(mood with { Phrases = [.. valence.Phrases.Select(WishTokens.Normalize)] }, valence.Phrases[0], false));
        }

        /// <summary>
        /// What a text speaks of no data tells, but titles may: the words behind "about", and words that neither the lexicon nor a concept has but
        /// several titles do.
        /// </summary>
        public void FindTopics()
        {
            // Beside what is known an unknown word is said to be unknown: "una tarde tranquila" is calm before its title is about an afternoon.
            bool alone = _items.Count + _references.Count + _ranges.Count + _concepts.Count == 0;
            foreach (Segment segment in _topics.Concat(_segments.Where(s => alone && s.IsUnknown)))
            {
                for (int at = segment.First; at < segment.First + segment.Count; at++)
                {
                    string word = tokens[at].Word;
                    if (_isConcept[at] || word.Length < TopicLettersMin || !word.All(char.IsLetter) || Lexicon.Find(word, language) is { Role: not WordRole.Asks } || reader._vocabulary?.IsTitleWord(word) != true)
                        continue;
                    _isConcept[at] = true;
                    _onlyTitles.Add(word);
                    string[] words = [.. new[] { word, WordForms.Stem(word), word + "s" }.Distinct()];
                    _concepts.Add(new WishConcept(new Concept(word, ConceptKind.Topic, [word], [], [], words, Intruder.None), word, _negated[at]));
                }

                if (_topics.Contains(segment) && !Enumerable.Range(segment.First, segment.Count).Any(at => _isConcept[at]))
                    _notUnderstood.Add(Text(segment));
            }
        }

        /// <summary>Reads unknown words by their meaning, where that is sure: a wrong guess is worse than to say that a word was not
        /// understood.</summary>
        public void Guess()
        {
            bool nothingKnown = _items.Count + _references.Count + _ranges.Count + _concepts.Count == 0;
            foreach (Unknown unknown in _unknown.DistinctBy(u => u.Phrase))
            {
                string[] left = [.. unknown.At.Where(at => !_isConcept[at] && !Lexicon.IsSmall(tokens[at].Word)).Select(at => tokens[at].Word)];
                if (left.Length == 0)
                    continue;
                if (left.Length == unknown.At.Length && reader._unknown?.Read(unknown.Words) is { } read && read.Guess.Confidence >= SureFrom)
                {
                    // A guessed genre counts only where no word was known: it weighs too much for a guess.
                    LexiconEntry entry = nothingKnown ? read.Entry : read.Entry with { Genres = [] };
                    _items.Add(new WishItem(entry, unknown.Phrase, unknown.Factor * (float)read.Guess.Confidence, unknown.Negated, false));
                    _guessed.Add(read.Guess with { Word = unknown.Phrase });
                }
                else
                {
                    _notUnderstood.AddRange(left.Length == unknown.At.Length ? [unknown.Phrase] : left);
                }
            }
        }

        /// <summary>What no data tells, word by word; and what titles alone tell.</summary>
        private string[] CannotHear()
        {
            IEnumerable<string> years = tokens.Where(t => t.Word.Length == 4 && t.Word.All(char.IsAsciiDigit)).Select(t => t.Word);
            return [.. _unheard.Concat(_notUnderstood).Concat(years.Where(y => !_notUnderstood.Contains(y))).Distinct()];
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
                CannotHear = CannotHear(),
                OnlyTitles = [.. _onlyTitles.Distinct()],
                Explicit = _explicit,
                Guessed = _guessed,
            };
            wish = WishCombiner.Combine(wish, [.. _items.Except(shifts).Select(WithoutGenresOfConcepts)]);
            AddMood(wish);
            return wish with { Concepts = [.. _concepts.DistinctBy(c => (c.Concept.Key, c.IsNegated))], Allowed = Allowed() };
        }
    }
}
