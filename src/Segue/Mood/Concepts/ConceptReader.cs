namespace Segue.Mood.Concepts;

/// <summary>A concept found in a wish: the words from..to that named it.</summary>
internal readonly record struct FoundConcept(Concept Concept, int From, int To)
{
    public bool Covers(int token) => token >= From && token < To;
}

/// <summary>
/// Finds the concepts of a wish. From left to right, the longest phrase first: a phrase of the table; of the same length, two words or more that are
/// a genre label of the catalogue. Then two or three words that are a tag and touch nothing found become a concept of their own; where they hold a
/// concept, the tag joins it: "90s rock" says more than "90s" and "rock". Last, single words left over that are a label, or a tag that the mood
/// lexicon does not know.
/// </summary>
internal sealed class ConceptReader(ConceptTable table, IWishVocabulary? vocabulary)
{
    private const int TagWordsMax = 3, CompoundLettersMin = 3;

    /// <summary>What German compounds of music end in, the longest first.</summary>
    private static readonly string[] s_heads =
        ["klassiker", "balladen", "stimmung", "klange", "stucke", "lieder", "ballade", "musik", "songs", "abend", "lied", "song", "hits"];

    // A label of the catalogue's own name, or a tag: what they are worth is said by the evidence, not by a table.
    private readonly ConceptTable _table = table;

    /// <param name="words">The words of the wish, normalized.</param>
    /// <param name="isFree">Whether a word may be part of a concept: names and numbers of beats are not.</param>
    /// <param name="breaksBefore">Whether punctuation stands before a word.</param>
    /// <param name="isSmall">Whether a word is grammar ("the", "no"), so that no tag begins or ends with it.</param>
    /// <param name="isLexical">Whether the mood lexicon knows a word.</param>
    public List<FoundConcept> Find(
        IReadOnlyList<string> words, Func<int, bool> isFree, Func<int, bool> breaksBefore, Func<int, bool> isSmall, Func<int, bool> isLexical)
    {
        List<FoundConcept> found = [];
        for (int at = 0; at < words.Count;)
        {
            FoundConcept? next = isFree(at) ? Longest(words, at, Reach(words, at, isFree, breaksBefore)) : null;
            if (next is { } concept)
                found.Add(concept);
            at = next?.To ?? at + 1;
        }

        if (vocabulary is null)
            return found;
        for (int count = TagWordsMax; count > 1; count--)
        {
            for (int at = 0; at + count <= words.Count; at++)
            {
                if (Reach(words, at, isFree, breaksBefore) >= count && !isSmall(at) && !isSmall(at + count - 1))
                    AddTag(words, at, count, found);
            }
        }

        for (int at = 0; at < words.Count; at++)
        {
            if (isFree(at) && !isSmall(at) && !found.Any(f => f.Covers(at)) && Single(words[at], isLexical(at)) is { } single)
                found.Add(new FoundConcept(single, at, at + 1));
        }

        found.Sort((a, b) => a.From.CompareTo(b.From));
        return found;
    }

    /// <summary>How many words from here on stand together.</summary>
    private static int Reach(IReadOnlyList<string> words, int at, Func<int, bool> isFree, Func<int, bool> breaksBefore)
    {
        int count = 1;
        while (at + count < words.Count && isFree(at + count) && !breaksBefore(at + count))
            count++;
        return isFree(at) ? count : 0;
    }

    private FoundConcept? Longest(IReadOnlyList<string> words, int at, int reach)
    {
        for (int count = Math.Min(reach, Math.Max(_table.PhraseWordsMax, TagWordsMax)); count > 0; count--)
        {
            string phrase = string.Join(' ', words.Skip(at).Take(count));
            if ((_table.Find(phrase) ?? (count == 1 ? Compound(phrase) : null)) is { } concept)
                return new FoundConcept(concept, at, at + count);
            if (count > 1 && vocabulary?.Label(phrase) is { } label)
                return new FoundConcept(OfLabel(phrase, label), at, at + count);
        }

        return null;
    }

    /// <summary>What a German compound is about: "Sommerlieder" are songs for the summer, "Liebesmusik" is for love.</summary>
    private Concept? Compound(string word)
    {
        foreach (string head in s_heads)
        {
            if (word.Length < head.Length + CompoundLettersMin || !word.EndsWith(head, StringComparison.Ordinal))
                continue;
            string first = word[..^head.Length];
            return _table.Find(first) ?? (first[^1] is 's' or 'n' ? _table.Find(first[..^1]) : null);
        }

        return null;
    }

    private void AddTag(IReadOnlyList<string> words, int at, int count, List<FoundConcept> found)
    {
        string phrase = string.Join(' ', words.Skip(at).Take(count));
        if (vocabulary!.Tag(phrase) is not { } tag)
            return;
        int[] touched = [.. Enumerable.Range(0, found.Count).Where(i => found[i].From < at + count && found[i].To > at)];
        if (touched.Length == 0)
        {
            found.Add(new FoundConcept(OfTag(phrase, tag), at, at + count));
            return;
        }

        if (touched.Any(i => found[i].From < at || found[i].To > at + count || found[i].To - found[i].From == count))
            return;
        foreach (int i in touched)
            found[i] = found[i] with { Concept = found[i].Concept.With(new Evidence(tag, 1)) };
    }

    private Concept? Single(string word, bool isLexical) =>
        vocabulary!.Label(word) is { } label ? OfLabel(word, label) : !isLexical && vocabulary.Tag(word) is { } tag ? OfTag(word, tag) : null;

    private Concept OfLabel(string phrase, string label) =>
        new(phrase, ConceptKind.Genre, [phrase], vocabulary?.Tag(phrase) is { } tag ? [new Evidence(tag, 1)] : [], [new Evidence(label, 1)], [], Intruder.None);

    private static Concept OfTag(string phrase, string tag) => new(phrase, ConceptKind.Tag, [phrase], [new Evidence(tag, 1)], [], [], Intruder.None);
}
