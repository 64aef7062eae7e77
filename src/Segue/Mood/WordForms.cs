using System.Buffers;

namespace Segue.Mood;

/// <summary>
/// Word forms without a dictionary. <see cref="Stem"/> undoes inflection only (plural, -ing, -ed), so that phrases meet in any form.
/// <see cref="Bases"/> goes on to the words a single word may be derived from (happier, sadly, weariness, restless); each is tried in the
/// lexicon as it stands and nothing is merged, so that "campy" never becomes "camping".
/// </summary>
internal static class WordForms
{
    public static string Stem(string word)
    {
        string stem = Singular(word);
        if (stem.Length >= 6 && stem.EndsWith("ing", StringComparison.Ordinal) && HasVowel(stem.AsSpan(0, stem.Length - 3)))
            stem = Undouble(stem[..^3]);
        else if (stem.Length >= 5 && stem.EndsWith("ed", StringComparison.Ordinal) && stem[^3] != 'e' && HasVowel(stem.AsSpan(0, stem.Length - 2)))
            stem = Undouble(stem[..^2]);
        return stem.Length >= 4 && stem[^1] == 'e' && stem[^2] != 'e' ? stem[..^1] : stem;
    }

    /// <summary>The stems of the words of a phrase, joined by single spaces.</summary>
    public static string StemPhrase(string phrase) => string.Join(' ', phrase.Split(' ').Select(Stem));

    /// <summary>Words that this one may be a form of, most likely first; <c>Opposite</c> marks "-less".</summary>
    public static IEnumerable<(string Word, bool Opposite)> Bases(string word)
    {
        foreach ((string suffix, string[] replacements, int lengthMin) in s_derived)
        {
            if (word.Length < suffix.Length + lengthMin || !word.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            string root = word[..^suffix.Length];
            foreach (string replacement in replacements)
                yield return (root + replacement, suffix == "less");
            string single = Undouble(root);
            if (single != root)
                yield return (single, suffix == "less");
        }
    }

    private static readonly SearchValues<char> s_vowels = SearchValues.Create("aeiouy");

    // Longest first. "er" wants four letters before it: "number" is not more numb, "water" not more wat.
    private static readonly (string Suffix, string[] Replacements, int LengthMin)[] s_derived =
    [
        ("iness", ["y"], 3), ("ically", ["ic"], 3), ("fulness", ["ful"], 3), ("lessness", ["less"], 3), ("ness", [""], 3), ("less", ["", "s"], 4), ("iest", ["y"], 3),
        ("ier", ["y"], 3), ("ily", ["y"], 3), ("ably", ["able"], 3), ("ly", ["", "le"], 3), ("est", ["", "e"], 3), ("er", ["", "e"], 4), ("ish", ["", "e"], 3),
        ("ing", ["", "e", "y"], 3), ("ed", ["", "e"], 3), ("ies", ["y", "ie"], 3), ("y", ["", "e"], 4),
    ];

    private static string Singular(string word)
    {
        if (word.Length < 4 || word[^1] != 's' || word[^2] is 's' or 'u' or 'i')
            return word;
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4)
            return word[..^3] + "y";
        bool hissing = word.Length > 4 && word[^2] == 'e' && (word[^3] is 's' or 'x' or 'z' || word[^3] == 'h' && word[^4] is 'c' or 's');
        return hissing ? word[..^2] : word[..^1];
    }

    private static string Undouble(string stem) =>
        stem.Length > 3 && stem[^1] == stem[^2] && stem[^1] is not ('l' or 's' or 'z' or 'e' or 'o') ? stem[..^1] : stem;

    private static bool HasVowel(ReadOnlySpan<char> s) => s.Length >= 3 && s.ContainsAny(s_vowels);
}
