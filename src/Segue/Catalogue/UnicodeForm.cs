using System.Buffers;
using System.Text;

namespace Segue.Catalogue;

/// <summary>
/// The normal forms of Unicode (UAX #15), from tables of our own: .NET asks ICU, and where that is missing, as in most container images, normalizes
/// nothing without a word, so that the same name would have another key there. The same tables everywhere mean the same keys everywhere, whatever the
/// version of ICU. Lone surrogates stay as they are.
/// </summary>
internal static class UnicodeForm
{
    private const int HangulFirst = 0xAC00, LeadFirst = 0x1100, VowelFirst = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly UnicodeFormTable s_table = UnicodeFormTable.Load();

    /// <summary>NFKC: what looks or means alike is one, composed.</summary>
    public static string ComposeCompatible(string text) => IsPlain(text) ? text : Normalize(text, isCompatible: true, isComposed: true);

    /// <summary>NFD: letters and their marks apart.</summary>
    public static string Decompose(string text) => IsPlain(text) ? text : Normalize(text, isCompatible: false, isComposed: false);

    /// <summary>NFKD: letters and their marks apart, what means alike made one.</summary>
    public static string DecomposeCompatible(string text) => IsPlain(text) ? text : Normalize(text, isCompatible: true, isComposed: false);

    /// <summary>NFD into a buffer.</summary>
    /// <returns>False where the buffer is too short.</returns>
    public static bool TryDecompose(ReadOnlySpan<char> text, Span<char> into, out int written)
    {
        int[] points = ArrayPool<int>.Shared.Rent(text.Length * UnicodeFormTable.LongestDecomposition);
        int count = Decompose(text, isCompatible: false, points);
        bool fits = TryWrite(points.AsSpan(0, count), into, out written);
        ArrayPool<int>.Shared.Return(points);
        return fits;
    }

    /// <summary>Nothing below U+00A0 has another form.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('\0', '\u009F');

    private static string Normalize(string text, bool isCompatible, bool isComposed)
    {
        int[] points = ArrayPool<int>.Shared.Rent(text.Length * UnicodeFormTable.LongestDecomposition);
        int count = Decompose(text, isCompatible, points);
        if (isComposed)
            count = Compose(points.AsSpan(0, count));
        char[] written = ArrayPool<char>.Shared.Rent(count * 2);
        TryWrite(points.AsSpan(0, count), written, out int length);
        string normalized = written.AsSpan(0, length).SequenceEqual(text) ? text : new string(written, 0, length);
        ArrayPool<char>.Shared.Return(written);
        ArrayPool<int>.Shared.Return(points);
        return normalized;
    }

    private static int Decompose(ReadOnlySpan<char> text, bool isCompatible, Span<int> points)
    {
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            int point = text[i];
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                point = char.ConvertToUtf32(text[i], text[++i]);
            int syllable = point - HangulFirst;
            if ((uint)syllable < Syllables)
            {
                points[count++] = LeadFirst + syllable / (Vowels * Tails);
                points[count++] = VowelFirst + syllable % (Vowels * Tails) / Tails;
                if (syllable % Tails > 0)
                    points[count++] = TailBase + syllable % Tails;
            }
            else if (s_table.DecompositionOf(point, isCompatible) is { } parts)
            {
                parts.CopyTo(points[count..]);
                count += parts.Length;
            }
            else
            {
                points[count++] = point;
            }
        }

        Order(points[..count]);
        return count;
    }

    /// <summary>
    /// Canonical order: marks behind one letter stand by their classes, those of one class as they were (an insertion sort: runs are short).
    /// </summary>
    private static void Order(Span<int> points)
    {
        for (int i = 1; i < points.Length; i++)
        {
            int point = points[i], order = s_table.ClassOf(point), at = i;
            if (order == 0)
                continue;
            for (; at > 0 && s_table.ClassOf(points[at - 1]) > order; at--)
                points[at] = points[at - 1];
            points[at] = point;
        }
    }

    /// <summary>Each mark joins the letter before it where nothing between them stands in its way.</summary>
    private static int Compose(Span<int> points)
    {
        int count = 0, letter = -1, classBefore = -1;
        foreach (int point in points)
        {
            int order = s_table.ClassOf(point);
            bool reaches = letter >= 0 && (letter == count - 1 || classBefore < order && classBefore > 0);
            int composed = reaches ? Pair(points[letter], point) : -1;
            if (composed >= 0)
            {
                points[letter] = composed;
                continue;
            }

            if (order == 0)
                letter = count;
            classBefore = order;
            points[count++] = point;
        }

        return count;
    }

    private static int Pair(int first, int second)
    {
        int lead = first - LeadFirst, vowel = second - VowelFirst;
        if ((uint)lead < Leads && (uint)vowel < Vowels)
            return HangulFirst + (lead * Vowels + vowel) * Tails;
        int syllable = first - HangulFirst, tail = second - TailBase;
        if ((uint)syllable < Syllables && syllable % Tails == 0 && tail is > 0 and < Tails)
            return first + tail;
        return s_table.CompositionOf(first, second);
    }

    private static bool TryWrite(ReadOnlySpan<int> points, Span<char> into, out int written)
    {
        written = 0;
        foreach (int point in points)
        {
            if (written + (point > char.MaxValue ? 2 : 1) > into.Length)
                return false;
            if (point > char.MaxValue)
                written += new Rune(point).EncodeToUtf16(into[written..]);
            else
                into[written++] = (char)point; // A lone surrogate among them.
        }

        return true;
    }
}
