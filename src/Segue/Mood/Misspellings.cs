using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// Finds the word of the lexicon that a misspelt one was meant to be: letters typed twice ("sloow"), a space lost or too many ("honkytonk", "work
/// out"), and otherwise one slip in six letters or more, two in eight or more, never in the first letter. A word that is a word is left alone
/// ("horse" is no slip for "house"); who knows the words of a language says so.
/// </summary>
internal sealed class Misspellings(Lexicon lexicon, Func<string, bool>? isWord)
{
    private const int OneSlipFrom = 6, OneSlipFromUnlessWord = 5, TwoSlipsFrom = 8;

    public LexiconEntry? Find(string word, int language)
    {
        if (word.Length < 4 || !word.All(char.IsAsciiLetter))
            return null;
        return WithoutRuns(word, language) ?? lexicon.FindCompact(word, language) ?? (isWord?.Invoke(word) == true ? null : Nearest(word, language));
    }

    private LexiconEntry? WithoutRuns(string word, int language)
    {
        foreach (int keep in (int[])[2, 1])
        {
            string shorter = string.Concat(word.Where((c, i) => i < keep || Enumerable.Range(1, keep).Any(back => word[i - back] != c)));
            if (shorter != word && lexicon.Find(shorter, language) is { Role: WordRole.Asks } found)
                return found;
        }

        return null;
    }

    private LexiconEntry? Nearest(string word, int language)
    {
        int slips = word.Length >= TwoSlipsFrom ? 2 : word.Length >= (isWord is null ? OneSlipFrom : OneSlipFromUnlessWord) ? 1 : 0;
        LexiconEntry? best = null;
        int bestDistance = slips + 1;
        if (slips == 0)
            return null;
        foreach (LexiconEntry entry in lexicon.WordsOf(language, word[0]))
        {
            if (Math.Abs(entry.Phrase.Length - word.Length) > slips)
                continue;
            int distance = Spelling.Distance(word, entry.Phrase, bestDistance - 1);

            // Of equally near words the one with the same letters: people swap letters more often than they invent them.
            bool sameLetters = distance == bestDistance && best is not null && SameLetters(word, entry.Phrase) && !SameLetters(word, best.Phrase);
            if (distance < bestDistance || sameLetters)
                (best, bestDistance) = (entry, distance);
        }

        return best;
    }

    private static bool SameLetters(string a, string b) => a.Length == b.Length && a.Order().SequenceEqual(b.Order());
}
