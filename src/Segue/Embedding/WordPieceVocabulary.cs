using System.Text;

namespace Segue.Embedding;

/// <summary>
/// The pieces of a WordPiece vocabulary (one a line, its number the line's), in one block of characters with an open-addressed hash table over it.
/// <para>The search for the longest piece hashes all prefixes of a word in one pass (FNV-1a can be continued character by character) and then
/// probes from the longest down: most words are whole pieces, so the first probe hits. Nothing is allocated. A dictionary of strings would do
/// the same at 30,000 objects and a hash over the whole prefix for each probe.</para>
/// </summary>
internal sealed class WordPieceVocabulary
{
    private const uint HeadSeed = 2166136261, TailSeed = 2654435769;
    private readonly char[] _chars;
    private readonly int[] _starts;
    private readonly bool[] _isTail;
    private readonly ulong[] _slots; // hash << 32 | piece + 1; 0 is empty
    private readonly int _longest;

    private WordPieceVocabulary(char[] chars, int[] starts, bool[] isTail)
    {
        (_chars, _starts, _isTail) = (chars, starts, isTail);
        // Between two and four slots a piece: 512 kB for BERT's 30,522.
        _slots = new ulong[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, Count * 2))];
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<char> piece = TextOf(i);
            _longest = Math.Max(_longest, piece.Length);
            uint hash = Seed(isTail[i]);
            foreach (char c in piece)
                hash = Step(hash, c);
            if (Find(hash, piece, isTail[i]) >= 0)
                continue; // A piece that stands twice keeps its first number.
            int slot = SlotOf(hash);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = ((ulong)hash << 32) | (uint)(i + 1);
        }
    }

    public int Count => _starts.Length - 1;

    /// <summary>Reads <c>vocab.txt</c>: UTF-8, one piece a line, pieces that continue a word marked by <c>##</c>.</summary>
    public static WordPieceVocabulary Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        char[] chars = new char[Encoding.UTF8.GetMaxCharCount(utf8.Length)];
        List<int> starts = new(32768) { 0 };
        List<bool> isTail = new(32768);
        int at = 0;
        while (!utf8.IsEmpty)
        {
            int end = utf8.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? utf8 : utf8[..end];
            utf8 = end < 0 ? [] : utf8[(end + 1)..];
            if (line.EndsWith("\r"u8))
                line = line[..^1];
            bool tail = line.Length > 2 && line.StartsWith("##"u8);
            at += Encoding.UTF8.GetChars(tail ? line[2..] : line, chars.AsSpan(at));
            starts.Add(at);
            isTail.Add(tail);
        }

        return new WordPieceVocabulary(chars[..at], [.. starts], [.. isTail]);
    }

    /// <summary>The number of a piece as it stands in the file ("##ing"), or −1.</summary>
    public int IndexOf(ReadOnlySpan<char> piece)
    {
        bool tail = piece.Length > 2 && piece.StartsWith("##");
        piece = tail ? piece[2..] : piece;
        uint hash = Seed(tail);
        foreach (char c in piece)
            hash = Step(hash, c);
        return Find(hash, piece, tail);
    }

    /// <summary>A piece as it stands in the file.</summary>
    public string this[int piece] => (_isTail[piece] ? "##" : "") + TextOf(piece).ToString();

    /// <summary>The longest piece that starts <paramref name="rest"/>, a word or what is left of it; −1 when there is none.</summary>
    public int Longest(ReadOnlySpan<char> rest, bool tail, out int length)
    {
        Span<uint> hashes = stackalloc uint[64];
        int most = Math.Min(Math.Min(rest.Length, _longest), hashes.Length);
        uint hash = Seed(tail);
        for (int i = 0; i < most; i++)
            hashes[i] = hash = Step(hash, rest[i]);
        for (length = most; length > 0; length--)
        {
            int piece = Find(hashes[length - 1], rest[..length], tail);
            if (piece >= 0)
                return piece;
        }

        return -1;
    }

    private static uint Seed(bool tail) => tail ? TailSeed : HeadSeed;

    private static uint Step(uint hash, char c) => (hash ^ c) * 16777619;

    private int SlotOf(uint hash) => (int)((hash ^ (hash >> 15)) & (uint)(_slots.Length - 1));

    private ReadOnlySpan<char> TextOf(int piece) => _chars.AsSpan(_starts[piece].._starts[piece + 1]);

    private int Find(uint hash, ReadOnlySpan<char> piece, bool tail)
    {
        for (int slot = SlotOf(hash); _slots[slot] is not 0 and var entry; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (entry >> 32 == hash && (int)(uint)entry - 1 is var found && _isTail[found] == tail && TextOf(found).SequenceEqual(piece))
                return found;
        }

        return -1;
    }
}
