using System.Text;
using System.Xml;

namespace Segue.Import;

/// <summary>
/// The songs of an iTunes library (<c>Library.xml</c>, a property list) as rows of a table: the dictionaries inside the dictionary "Tracks". Read
/// forward; of a value no more is kept than a name can be long. Entities of the file's own are not followed.
/// </summary>
internal sealed class PlistRows : TableRows
{
    private const int ValueCharsMax = 4096;

    private static readonly string[] s_names =
        ["Name", "Artist", "Album Artist", "Album", "Play Count", "Date Added", "Total Time", "Podcast", "Movie", "TV Show", "Audiobook"];

    private readonly XmlReader _xml;
    private readonly RowFields _fields = new(s_names.Length);
    private readonly char[] _chunk = new char[ValueCharsMax];
    private bool _isInside, _isOver;

    private PlistRows(Stream stream) => _xml = XmlReader.Create(new StreamReader(stream), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreWhitespace = true,
        IgnoreProcessingInstructions = true,
        CheckCharacters = false,
    });

    public override int Count => s_names.Length;

    public override ReadOnlySpan<byte> this[int field] => _fields[field];

    public static bool Recognize(ReadOnlySpan<byte> head) =>
        head.TrimStart(" \r\n\t"u8).StartsWith("<"u8) && head.IndexOf("<plist"u8) >= 0 && head.IndexOf("<key>Tracks</key>"u8) >= 0;

    public static TableHead Head() => new("properties of an iTunes library", [s_names], (input, _, _) => new PlistRows(input.Utf8));

    public override byte[] Shown(int faulty = -1)
    {
        IEnumerable<int> given = Enumerable.Range(0, Count).Where(c => !this[c].IsEmpty);
        return Encoding.UTF8.GetBytes(string.Join(", ", given.Select(c => $"{s_names[c]}={Encoding.UTF8.GetString(this[c])}")));
    }

    public override bool Read()
    {
        Problem = null;
        _fields.Clear();
        if (_isOver)
            return false;
        try
        {
            return ReadTrack();
        }
        catch (XmlException)
        {
            (_isOver, Problem) = (true, "the XML ends or breaks inside the list of songs; was the file cut off?");
            return true;
        }
    }

    public override void Dispose()
    {
        _xml.Dispose();
        base.Dispose();
    }

    private bool ReadTrack()
    {
        while (!_isInside)
        {
            if (!_xml.Read())
                return false;
            if (_xml is { NodeType: XmlNodeType.Element, Name: "key" } && Value() == "Tracks")
                _isInside = _xml.ReadToFollowing("dict");
        }

        while (_xml.Read() && _xml is not { NodeType: XmlNodeType.EndElement, Name: "dict" })
        {
            if (_xml is not { NodeType: XmlNodeType.Element, Name: "dict", IsEmptyElement: false })
                continue;
            Line = ((IXmlLineInfo)_xml).LineNumber;
            ReadProperties();
            return true;
        }

        _isOver = true;
        return false;
    }

    private void ReadProperties()
    {
        int depth = _xml.Depth, column = -1;
        while (_xml.Read() && !(_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == depth))
        {
            if (_xml.NodeType != XmlNodeType.Element || _xml.Depth != depth + 1)
                continue;
            if (_xml.Name == "key")
            {
                column = Array.IndexOf(s_names, Value());
                continue;
            }

            string value = _xml.Name is "true" or "false" ? _xml.Name : column >= 0 ? Value() : "";
            if (column >= 0 && _fields[column].IsEmpty)
                _fields.Append(column, Encoding.UTF8.GetBytes(value));
            column = -1;
        }
    }

    /// <summary>The text of the element, up to its limit.</summary>
    private string Value()
    {
        if (_xml.IsEmptyElement || !_xml.Read() || _xml.NodeType != XmlNodeType.Text)
            return "";
        int length = _xml.ReadValueChunk(_chunk, 0, _chunk.Length);
        return new string(_chunk, 0, length);
    }
}
