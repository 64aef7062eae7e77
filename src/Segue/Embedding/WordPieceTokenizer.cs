using System.Buffers;
using System.Globalization;
using System.Text;
using Segue.Catalogue;

namespace Segue.Embedding;

/// <summary>
/// BERT's tokenizer, uncased: a text to the numbers of its pieces, the same numbers that the model was trained with.
/// <list type="number">
/// <item>Clean: control, format, unassigned and replacement characters are dropped; every white space is a space.</item>
/// <item>Every CJK ideograph is a word of its own.</item>
/// <item>Canonical decomposition (NFD), nonspacing marks dropped, lower case: "Sigur Rós" is "sigur ros".</item>
/// <item>Every punctuation mark (and every ASCII symbol) is a word of its own.</item>
/// <item>Each word, greedily from its start, is the longest piece that the vocabulary has, then the longest "##" piece of the rest and so on.
/// A word that does not come out, or is longer than 100 characters, is one [UNK].</item>
/// </list>
/// Devlin et al. 2018 (arXiv 1810.04805) and its <c>tokenization.py</c>; the same steps as the "fast" tokenizer of the models' publishers.
/// Two departures: special tokens written in a text ("[MASK]") are plain text, because texts here are titles that people gave their songs; and
/// no word is a string of its own: ASCII takes one table look-up a character, the rest is normalized in short runs on the stack.
/// </summary>
internal sealed class WordPieceTokenizer
{
    private const int WordRunesMax = 100;

    // A run of other than ASCII characters is normalized at most so many at a time. Cutting it is safe: the only thing decomposition does across
    // characters is to order marks, and the nonspacing ones are dropped right after.
    private const int RunMax = 128;

    // Decomposition makes at most four UTF-16 units of one (Unicode Standard, "Normalization", expansion factors).
    private const int RunNormalizedMax = RunMax * 4;

    private readonly WordPieceVocabulary _vocabulary;

    internal WordPieceTokenizer(WordPieceVocabulary vocabulary, string source)
    {
        _vocabulary = vocabulary;
        Unknown = Special("[UNK]", source);
        Start = Special("[CLS]", source);
        End = Special("[SEP]", source);
        Padding = Special("[PAD]", source);
    }

    /// <summary>Pieces in the vocabulary; ids are 0-based below it.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>The id of [UNK].</summary>
    public int Unknown { get; }

    /// <summary>The id of [CLS].</summary>
    public int Start { get; }

    /// <summary>The id of [SEP].</summary>
    public int End { get; }

    /// <summary>The id of [PAD].</summary>
    public int Padding { get; }

    /// <param name="vocabulary">The content of a <c>vocab.txt</c>: UTF-8, one piece a line.</param>
    /// <param name="source">How to call it in an error, e.g. its path.</param>
    /// <exception cref="DataException">It lacks a special token that BERT needs.</exception>
    public static WordPieceTokenizer FromVocabulary(Stream vocabulary, string source = "vocab.txt")
    {
        using MemoryStream bytes = new();
        vocabulary.CopyTo(bytes);
        return new WordPieceTokenizer(WordPieceVocabulary.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)), source);
    }

    /// <summary>The id of a piece as it stands in the vocabulary ("##ing"), or −1.</summary>
    public int IdOf(string piece) => _vocabulary.IndexOf(piece);

    /// <summary>The piece of an id.</summary>
    public string PieceOf(int id) => _vocabulary[id];

    /// <summary>Encodes as a model wants it: [CLS], the pieces, [SEP]; cut so that all fits.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="ids">Receives the ids; its length is the most tokens wanted, at least 2.</param>
    /// <returns>How many ids were written.</returns>
    public int Encode(ReadOnlySpan<char> text, Span<int> ids)
    {
        if (ids.Length < 2)
            throw new ArgumentException("Room for at least [CLS] and [SEP] is needed.", nameof(ids));
        ids[0] = Start;
        int count = Pieces(text, ids[1..^1]) + 1;
        ids[count] = End;
        return count + 1;
    }

    /// <summary>The pieces alone, without [CLS] and [SEP]; as many as fit.</summary>
    /// <returns>How many ids were written.</returns>
    public int Pieces(ReadOnlySpan<char> text, Span<int> ids)
    {
        Words words = new(this, stackalloc char[2 * WordRunesMax + 2], ids);
        int at = 0;
        while (at < text.Length && !words.IsFull)
        {
            char c = text[at];
            if (c < 128)
            {
                words.AddAscii(c);
                at++;
            }
            else
            {
                int end = at + 1;
                while (end < text.Length && end - at < RunMax && text[end] >= 128)
                    end++;
                if (end < text.Length && char.IsHighSurrogate(text[end - 1]) && end - at > 1)
                    end--;
                AddRun(ref words, text[at..end]);
                at = end;
            }
        }

        words.Finish();
        return words.Count;
    }

    /// <summary>Is this text, as it stands, one piece? (For programs that put the vocabulary itself through a model.)</summary>
    internal bool IsOnePiece(string text, out int id)
    {
        Span<int> ids = stackalloc int[2];
        bool isOne = Pieces(text, ids) == 1;
        id = ids[0];
        return isOne && id != Unknown;
    }

    private int Special(string piece, string source) => _vocabulary.IndexOf(piece) is >= 0 and var id
        ? id
        : throw new DataException(source, 0, $"has no {piece}; a BERT vocabulary (vocab.txt, one piece a line) was expected");

    /// <summary>Steps 1 to 4 for a run of characters beyond ASCII.</summary>
    private static void AddRun(ref Words words, ReadOnlySpan<char> run)
    {
        Span<char> clean = stackalloc char[RunMax], normalized = stackalloc char[RunNormalizedMax];
        int length = 0;
        while (!run.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(run, out Rune rune, out int used) == OperationStatus.Done && rune != Rune.ReplacementChar)
            {
                if (Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Control)
                    clean[length++] = ' ';
                else if (!IsControl(Rune.GetUnicodeCategory(rune)))
                    length += rune.EncodeToUtf16(clean[length..]);
            }

            run = run[used..];
        }

        ReadOnlySpan<char> source = clean[..length];
        ReadOnlySpan<char> rest = UnicodeForm.TryDecompose(source, normalized, out int written) ? normalized[..written] : source;
        while (!rest.IsEmpty)
        {
            Rune.DecodeFromUtf16(rest, out Rune rune, out int used);
            rest = rest[used..];
            if (rune.IsAscii)
                words.AddAscii((char)rune.Value);
            else
                AddRune(ref words, rune);
        }
    }

    private static void AddRune(ref Words words, Rune rune)
    {
        UnicodeCategory category = Rune.GetUnicodeCategory(rune);
        if (category == UnicodeCategory.NonSpacingMark)
            return;
        if (IsPunctuation(category) || IsIdeograph(rune.Value))
            words.AddAlone(rune);
        else
            words.Add(Rune.ToLowerInvariant(rune));
    }

    private static bool IsControl(UnicodeCategory c) =>
        c is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static bool IsPunctuation(UnicodeCategory c) => c is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation;

    /// <summary>The blocks of ideographs that BERT spaces apart; Hangul, Hiragana and Katakana are not among them.</summary>
    private static bool IsIdeograph(int c) => c is >= 0x4E00 and <= 0x9FFF or >= 0x3400 and <= 0x4DBF or >= 0x20000 and <= 0x2A6DF or >= 0x2A700 and <= 0x2B73F
        or >= 0x2B740 and <= 0x2B81F or >= 0x2B820 and <= 0x2CEAF or >= 0xF900 and <= 0xFAFF or >= 0x2F800 and <= 0x2FA1F;

    /// <summary>Step 5: gathers the characters of one word and turns it into pieces when it ends.</summary>
    private ref struct Words(WordPieceTokenizer owner, Span<char> word, Span<int> ids)
    {
        private readonly Span<char> _word = word;
        private readonly Span<int> _ids = ids;
        private int _length;
        private int _runes;

        public int Count { get; private set; }

        public readonly bool IsFull => Count == _ids.Length;

        // Indexed by an ASCII character: 0 is dropped, ' ' ends a word, 1 is a word of its own, anything else is appended as it stands here.
        private static ReadOnlySpan<byte> Ascii =>
            "\0\0\0\0\0\0\0\0\0  \0\0 \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0 \u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001\u0001"u8
            + "0123456789\u0001\u0001\u0001\u0001\u0001\u0001\u0001abcdefghijklmnopqrstuvwxyz\u0001\u0001\u0001\u0001\u0001\u0001"u8
            + "abcdefghijklmnopqrstuvwxyz\u0001\u0001\u0001\u0001\0"u8;

        public void AddAscii(char c)
        {
            byte kind = Ascii[c];
            if (kind > ' ')
            {
                if (++_runes <= WordRunesMax)
                    _word[_length++] = (char)kind;
            }
            else if (kind == ' ')
            {
                Finish();
            }
            else if (kind == 1)
            {
                AddAlone(new Rune(c));
            }
        }

        public void Add(Rune rune)
        {
            if (++_runes <= WordRunesMax)
                _length += rune.EncodeToUtf16(_word[_length..]);
        }

        public void AddAlone(Rune rune)
        {
            Finish();
            Add(rune);
            Finish();
        }

        public void Finish()
        {
            if (_runes > 0 && !IsFull)
            {
                if (_runes > WordRunesMax || !Split(_word[.._length]))
                    _ids[Count++] = owner.Unknown;
            }

            (_length, _runes) = (0, 0);
        }

        /// <summary>Greedy longest match; false, with nothing written, when some rest matches no piece.</summary>
        private bool Split(ReadOnlySpan<char> rest)
        {
            int first = Count;
            for (bool tail = false; !rest.IsEmpty; tail = true)
            {
                int piece = owner._vocabulary.Longest(rest, tail, out int length);
                if (piece < 0)
                {
                    Count = first;
                    return false;
                }

                // When the room ends inside a word, the rest is still matched: a word that does not come out is [UNK] here as anywhere.
                if (!IsFull)
                    _ids[Count++] = piece;
                rest = rest[length..];
            }

            return true;
        }
    }
}
