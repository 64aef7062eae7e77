using System.Text;
using Segue.Numerics;

namespace Segue.Catalogue;

/// <summary>A column of strings kept as UTF-8 in one block, decoded one at a time: a million titles open in no time from a mapped file.</summary>
internal readonly struct TextColumn(Ragged<byte> utf8)
{
    public int Count => utf8.Count;

    public Ragged<byte> Utf8 => utf8;

    public string this[int row] => Encoding.UTF8.GetString(utf8[row]);

    public static TextColumn From(IEnumerable<string> texts)
    {
        TextColumnBuilder column = new();
        foreach (string text in texts)
            column.Add(text);
        return column.Build();
    }
}

/// <summary>Collects strings into a <see cref="TextColumn"/>; up to 2 GB of text.</summary>
internal sealed class TextColumnBuilder
{
    private readonly List<int> _starts = [0];
    private byte[] _bytes = new byte[1 << 10];

    public void Add(string text)
    {
        int start = _starts[^1], bytesMax = Encoding.UTF8.GetMaxByteCount(text.Length);
        if ((long)start + bytesMax > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max((long)start + bytesMax, _bytes.Length * 2L)));
        _starts.Add(start + Encoding.UTF8.GetBytes(text, _bytes.AsSpan(start)));
    }

    public TextColumn Build() => new(new Ragged<byte>(_starts.ToArray(), _bytes.AsMemory(0, _starts[^1]).ToArray()));
}
