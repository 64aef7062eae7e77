using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Segue.Import;

/// <summary>
/// JSON objects as rows of a table: JSON Lines, or the elements of an array. A column is a property by its name, or by its path (<c>user.name</c>)
/// where it stands inside another object. Absent and null are empty. A property that stands twice, or holds a list or an object where
/// one value is wanted, makes a bad row.
/// </summary>
internal sealed class JsonRows : TableRows
{
    private const int RowsOfHead = 50, ColumnsMax = 1000;

    private readonly JsonElements _elements;
    private readonly Node _root;
    private readonly RowFields _fields;
    private readonly bool[] _given;
    private readonly int _list;
    private readonly IReadOnlyList<string> _names;
    private string? _faulty; // The property that makes a bad row of it.

    private JsonRows(Stream stream, string? within, IReadOnlyList<string> names, IReadOnlyList<int> used, int list)
    {
        (_elements, _root, _list, _names, Count) = (new JsonElements(stream, within), new Node("", ""), list, names, names.Count);
        (_fields, _given) = (new RowFields(names.Count), new bool[names.Count]);
        foreach (int column in used)
            _root.Add(names[column], column);
    }

    public override int Count { get; }

    public override ReadOnlySpan<byte> this[int field] => _fields[field];

    public override byte[] Shown(int faulty = -1) =>
        PersonalData.Without(_elements.Element, _faulty ?? (faulty >= 0 ? _names[faulty] : null));

    /// <summary>The table that the objects in the head of a file make, or null when there is none.</summary>
    /// <param name="within">The property whose array holds the objects; null where they do not stand inside another.</param>
    public static TableHead? Head(ReadOnlySpan<byte> head, string? within = null)
    {
        List<string> names = [];
        List<Dictionary<string, string>> rows = [];
        JsonElements elements = new(new MemoryStream(head.ToArray()), within);
        while (rows.Count < RowsOfHead && elements.Read())
        {
            if (elements.Problem is not null)
                continue;
            try
            {
                using JsonDocument document = JsonDocument.Parse(AsUtf8(elements.Element).ToArray());
                Dictionary<string, string> row = new(StringComparer.Ordinal);
                Flatten(document.RootElement, "", row);
                rows.Add(row);
                names.AddRange(row.Keys.Except(names).Take(ColumnsMax - names.Count).ToArray());
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // It is judged, and rejected, when the rows are read.
            }
        }

        if (names.Count == 0)
            return null;
        string[][] table = [[.. names], .. rows.Select(r => (string[])[.. names.Select(n => r.GetValueOrDefault(n, ""))])];
        return new TableHead("JSON properties", table, (input, used, list) => new JsonRows(input.Utf8, within, names, used, list));
    }

    /// <summary>The first property that holds a list of objects, such as "scrobbles"; null where there is none.</summary>
    public static string? ListIn(ReadOnlySpan<byte> head)
    {
        try
        {
            Utf8JsonReader json = new(AsUtf8(head), isFinalBlock: false, default);
            string? name = null;
            bool isList = false;
            while (json.Read())
            {
                if (isList && json.TokenType == JsonTokenType.StartObject)
                    return name;
                isList = json.TokenType == JsonTokenType.StartArray && name is not null;
                name = json.TokenType == JsonTokenType.PropertyName ? json.GetString() : isList ? name : null;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Then there is none that could be read.
        }

        return null;
    }

    public override bool Read()
    {
        if (!_elements.Read())
            return false;
        (Line, Problem, _faulty) = (_elements.Line, _elements.Problem, null);
        if (Problem is not null)
            return true;
        _fields.Clear();
        Array.Clear(_given);
        ReadOnlySpan<byte> element = _elements.Element;
        if (!Utf8.IsValid(element))
            NotUtf8 = (NotUtf8.Count + 1, NotUtf8.Count == 0 ? Line : NotUtf8.FirstLine);
        try
        {
            Utf8JsonReader json = new(AsUtf8(element));
            json.Read();
            Problem = ReadObject(ref json, _root);
        }
        catch (JsonException e)
        {
            Problem = e.Message.Contains("depth", StringComparison.Ordinal) ? "nested too deep" : "not valid JSON";
        }
        catch (InvalidOperationException)
        {
            Problem = "a text with half a character in it"; // A lone surrogate, escaped.
        }

        return true;
    }

    private static ReadOnlySpan<byte> AsUtf8(ReadOnlySpan<byte> element) =>
        Utf8.IsValid(element) ? element : Encoding.UTF8.GetBytes(RowReader.Windows1252.GetString(element));

    private static void Flatten(JsonElement element, string path, Dictionary<string, string> row)
    {
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = path + property.Name;
            if (property.Value.ValueKind == JsonValueKind.Object)
                Flatten(property.Value, name + ".", row);
            else
                row[name] = property.Value.ToString();
        }
    }

    private string? ReadObject(ref Utf8JsonReader json, Node node)
    {
        string? problem = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            Node? child = node.Find(ref json);
            json.Read();
            if (child is null)
                json.Skip();
            else if (json.TokenType == JsonTokenType.StartObject && child.HasChildren)
                problem ??= ReadObject(ref json, child);
            else if (child.Column >= 0)
                problem ??= ReadValue(ref json, child);
            else
                json.Skip();
        }

        return problem;
    }

    private string? ReadValue(ref Utf8JsonReader json, Node column)
    {
        if (_given[column.Column])
        {
            json.Skip();
            _faulty = column.Path;
            return $"the property '{column.Path}' stands twice";
        }

        _given[column.Column] = true;
        if (json.TokenType is JsonTokenType.StartArray && column.Column == _list)
            return ReadList(ref json, column);
        if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            string what = json.TokenType == JsonTokenType.StartArray ? "a list" : "an object";
            json.Skip();
            _faulty = column.Path;
            return $"the property '{column.Path}' holds {what}; one value is wanted";
        }

        AppendScalar(ref json, column.Column);
        return null;
    }

    private string? ReadList(ref Utf8JsonReader json, Node column)
    {
        string? problem = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String)
                _fields.AppendQuoted(column.Column, Encoding.UTF8.GetBytes(json.GetString()!));
            else if (json.TokenType != JsonTokenType.Null)
                (problem, _faulty) = ($"the list '{column.Path}' holds something else than text", column.Path);
            json.Skip();
        }

        _fields.CloseList(column.Column);
        return problem;
    }

    private void AppendScalar(ref Utf8JsonReader json, int column)
    {
        if (json.TokenType == JsonTokenType.String)
            _fields.Append(column, json.CopyString(_fields.Room(json.ValueSpan.Length)));
        else if (json.TokenType != JsonTokenType.Null)
            _fields.Append(column, json.ValueSpan);
    }

    /// <summary>The properties that are wanted, as a tree of their paths. A name with a dot in it is found as well as a path.</summary>
    private sealed class Node(string name, string path)
    {
        private readonly byte[] _name = Encoding.UTF8.GetBytes(name);
        private readonly List<Node> _children = [];

        public string Path => path;

        public int Column { get; private set; } = -1;

        public bool HasChildren => _children.Count > 0;

        public void Add(string rest, int column)
        {
            Child(rest).Column = column;
            for (int dot = rest.IndexOf('.'); dot > 0; dot = rest.IndexOf('.', dot + 1))
                Child(rest[..dot]).Add(rest[(dot + 1)..], column);
        }

        public Node? Find(ref Utf8JsonReader json)
        {
            foreach (Node child in _children)
            {
                if (json.ValueTextEquals(child._name))
                    return child;
            }

            return null;
        }

        private Node Child(string called)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(called);
            Node? child = _children.Find(c => c._name.AsSpan().SequenceEqual(bytes));
            if (child is null)
                _children.Add(child = new Node(called, path.Length == 0 ? called : $"{path}.{called}"));
            return child;
        }
    }
}
