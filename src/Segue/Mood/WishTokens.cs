using System.Buffers;
using System.Globalization;
using System.Text;
using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// One word of a wish. <see cref="Word"/> is in the form in which lexicon phrases are kept: lower case, accents and apostrophes gone.
/// <see cref="Start"/> and <see cref="End"/> are its place in the text; <see cref="AfterStop"/> says that punctuation stands before it,
/// <see cref="Joined"/> that a hyphen does, <see cref="Quote"/> the number of the quotation it stands in (0: none).
/// </summary>
internal readonly record struct WishToken(string Word, int Start, int End, bool AfterStop, bool Joined, bool Capital, int Quote);

/// <summary>Cuts a text into words. Never fails: what is no word (control characters, lone surrogates) separates words.</summary>
internal static class WishTokens
{
    /// <summary>A wish is a sentence or a few; of a longer text only the beginning is read, and the reading says so.</summary>
    public const int TokensMax = 400;

    private const int WordCharsMax = 60;
    private const string Stops = ",.;:!?()[]{}\n\r|…–—。，、！？；：،؛؟";
    private const string Quotes = "\"“”„«»「」『』";
    private static readonly SearchValues<char> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ");
    private static readonly HashSet<string> s_elisions =
        ["l", "d", "j", "c", "m", "s", "t", "n", "qu", "un", "dell", "all", "nell", "sull", "dall", "quell", "jusqu", "lorsqu"];

    /// <summary>A phrase in the form of tokens, joined by single spaces: how lexicon phrases and names are compared.</summary>
    public static string Normalize(string phrase) => IsPlain(phrase) ? phrase.ToLowerInvariant() : string.Join(' ', Cut(phrase, out _).Select(t => t.Word));

    /// <param name="text">Any text.</param>
    /// <param name="isCut">Whether there was more of it than is read.</param>
    public static List<WishToken> Cut(string text, out bool isCut)
    {
        var cutter = new Cutter(text);
        isCut = cutter.Run();
        return cutter.Tokens;
    }

    /// <summary>Words of ASCII between single blanks, as most of a lexicon's phrases are: nothing is to be cut.</summary>
    private static bool IsPlain(string phrase) =>
        phrase.Length is > 0 and <= WordCharsMax && !phrase.AsSpan().ContainsAnyExcept(s_plain) && phrase[0] != ' ' && phrase[^1] != ' '
        && !phrase.Contains("  ", StringComparison.Ordinal);

    private sealed class Cutter(string text)
    {
        private readonly StringBuilder _word = new();
        private int _start = -1, _quote, _quotes;
        private bool _afterStop, _joined;

        public List<WishToken> Tokens { get; } = [];

        public bool Run()
        {
            for (int at = 0; at < text.Length;)
            {
                if (Tokens.Count >= TokensMax)
                    return true;
                Rune.DecodeFromUtf16(text.AsSpan(at), out Rune rune, out int length);
                Take(rune, at);
                at += length;
            }

            Finish(text.Length);
            return false;
        }

        private void Take(Rune rune, int at)
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (Rune.IsLetterOrDigit(rune) || rune.Value == '&' && _word.Length > 0 && NextIsLetter(at + 1))
            {
                if (_word.Length == 0)
                    _start = at;
                if (_word.Length < WordCharsMax)
                    Append(rune);
            }
            else if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.Format or UnicodeCategory.EnclosingMark)
            {
                return; // Accents are dropped from the letters that carry them; joiners and variation selectors carry nothing.
            }
            else if (rune.Value is '\'' or '’' or 'ʼ' or '`' or '´')
            {
                if (s_elisions.Contains(_word.ToString()) && NextIsLetter(at + 1))
                    Finish(at);
            }
            else
            {
                Finish(at);
                Separate(rune, category, at);
            }
        }

        private void Separate(Rune rune, UnicodeCategory category, int at)
        {
            if (rune.Value is '-' or '‐' or '‑' or '_')
                (_joined, _afterStop) = (Touches(at), _afterStop || !Touches(at));
            else if (rune.Value == '&' || rune.Value == '+')
                Add("and", at, at + 1);
            else if (rune.IsBmp && Quotes.Contains((char)rune.Value))
                _quote = _quote == 0 ? ++_quotes : 0;
            else if (rune.IsBmp && Stops.Contains((char)rune.Value))
                (_afterStop, _joined) = (true, false);
            else if (category is UnicodeCategory.OtherSymbol && rune.Value >= 0x2600)
                Add(rune.ToString(), at, at + rune.Utf16SequenceLength);
            else
                _joined = false;
        }

        /// <summary>Whether a hyphen joins two words, rather than standing between two thoughts.</summary>
        private bool Touches(int at) => at > 0 && char.IsLetterOrDigit(text[at - 1]) && NextIsLetter(at + 1);

        private bool NextIsLetter(int at) => at < text.Length && char.IsLetterOrDigit(text[at]);

        private void Append(Rune rune)
        {
            if (rune.IsAscii)
            {
                _word.Append(char.ToLowerInvariant((char)rune.Value));
                return;
            }

            string letter = Rune.ToLowerInvariant(rune).ToString();
            string plain = letter switch { "ß" => "ss", "ø" => "o", "æ" => "ae", "œ" => "oe", "ı" => "i", "ł" => "l", _ => letter };
            foreach (char c in UnicodeForm.DecomposeCompatible(plain))
            {
                if (char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                    _word.Append(c);
            }
        }

        private void Finish(int end)
        {
            if (_word.Length > 0)
                Add(_word.ToString(), _start, end);
            _word.Clear();
        }

        private void Add(string word, int start, int end)
        {
            Tokens.Add(new WishToken(word, start, end, _afterStop, _joined, char.IsUpper(text[start]), _quote));
            (_afterStop, _joined) = (false, false);
        }
    }
}
