using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>The second half of a reading: concepts, topics, guesses, and what cannot be known.</summary>
internal sealed partial class WishParser
{
    // A guess that is surer than this can carry a wish alone.
    private const double SureFrom = 0.65;

    private const int TopicLettersMin = 3;

    // A want of this weight is a mood, whatever words asked for it.
    private const float MoodFrom = 0.8f;

    /// <summary>Finds what the words ask of tags, labels, compilations and titles. Names, tempos and grammar are no part of a concept; a negator is
    /// where a phrase begins with it ("no vocals").</summary>
    public void FindConcepts()
    {
        string[] words = [.. tokens.Select(t => t.Word)];
        Segment?[] segmentOf = new Segment?[tokens.Count];
        foreach (Segment segment in _segments)
            segmentOf.AsSpan(segment.First, segment.Count).Fill(segment);
        List<FoundConcept> found = reader.Concepts.Find(
            words,
            at => segmentOf[at] is not ({ Name: not null } or { Range: not null } or { Years: not null }),
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
            _concepts.Add(new WishConcept(Told(concept.Concept, phrase), phrase, negated));
        }
    }

    /// <summary>A concept of which neither tags nor labels nor compilations tell is said to be so, and left to titles: what the features of an
    /// accordion usually are would be a guess.</summary>
    private Concept Told(Concept concept, string phrase)
    {
        if (concept.IsHeardInFeatures || reader.Vocabulary is not { } vocabulary || vocabulary.Tells(concept))
            return concept;
        if (!concept.TitleWords.Any(vocabulary.IsTitleWord))
            _unheard.Add(phrase);
        else
            _onlyTitles.Add(phrase);
        return concept.IsNamed ? concept : concept with { Kind = ConceptKind.Topic };
    }

    /// <summary>A phrase of the lexicon may hold its negator: "nothing electronic".</summary>
    private bool IsNegator(int at) => Lexicon.Find(tokens[at].Word, language) is { Role: WordRole.Not };

    /// <summary>A concept says itself which labels speak for it: "without saxophone" must not take out the jazz that the lexicon knows it
    /// by.</summary>
    private WishItem WithoutGenresOfConcepts(WishItem item) => item.Entry.Genres.Count > 0 && _concepts.Any(c => !c.Concept.IsNamed
        && $" {WishTokens.Normalize(item.Phrase)} ".Contains($" {WishTokens.Normalize(c.Phrase)} ", StringComparison.Ordinal))
        ? item with { Entry = item.Entry with { Genres = [] } } : item;

    /// <summary>Without piano is not electric; only where the word is itself one end of a feature ("not acoustic") is the other end meant.</summary>
    private bool IsWithoutInstrument(WishItem item) => item.Negated && _concepts.Any(c => c.IsNegated
        && c.Concept.Kind is ConceptKind.Instrument or ConceptKind.Topic
        && c.Concept.Phrases.Contains(WishTokens.Normalize(item.Phrase)) && !MoodFeatures.IsEnd(c.Concept.Name));

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
        bool alone = _items.Count + _references.Count + _ranges.Count + _concepts.Count == 0 && _years is null;
        foreach (Segment segment in _topics.Concat(_segments.Where(s => alone && s.IsUnknown)))
        {
            for (int at = segment.First; at < segment.First + segment.Count; at++)
            {
                string word = tokens[at].Word;
                string[] words = [.. new[] { word, WordForms.Stem(word), word + "s" }.Distinct()];
                if (_isConcept[at] || word.Length < TopicLettersMin || !word.All(char.IsLetter) || Lexicon.Find(word, language) is { Role: not WordRole.Asks }
                    || reader.Vocabulary is not { } vocabulary || !words.Any(vocabulary.IsTitleWord))
                    continue;
                _isConcept[at] = true;
                _onlyTitles.Add(word);
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
        bool nothingKnown = _items.Count + _references.Count + _ranges.Count + _concepts.Count == 0 && _years is null;
        foreach (Unknown unknown in _unknown.DistinctBy(u => u.Phrase))
        {
            string[] left = [.. unknown.At.Where(at => !_isConcept[at] && !Lexicon.IsSmall(tokens[at].Word)).Select(at => tokens[at].Word)];
            if (left.Length == 0)
                continue;
            if (left.Length == unknown.At.Length && unknown.HasMeaning
                && reader.Unknown?.Read(unknown.Words) is { } read && read.Guess.Confidence >= SureFrom)
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
        IEnumerable<string> years = _years is not null ? []
            : tokens.Where(t => t.Word.Length == 4 && t.Word.All(char.IsAsciiDigit)).Select(t => t.Word);
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
            Years = _years,
            Guessed = _guessed,
            Concepts = _concepts,
        };
        wish = WishCombiner.Combine(wish, [.. _items.Except(shifts).Where(i => !IsWithoutInstrument(i)).Select(WithoutGenresOfConcepts)]);
        AddMood(wish);
        return wish with { Concepts = [.. _concepts.DistinctBy(c => (c.Concept.Key, c.IsNegated))], Allowed = Allowed() };
    }
}
