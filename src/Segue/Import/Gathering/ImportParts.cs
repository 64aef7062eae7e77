using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.Writing;

namespace Segue.Import;

/// <summary>
/// What lets an import of many files go on where a killed one stopped: every file of plays that was read whole is kept, added up, as a part in a
/// folder of its own, and the next import of the same file takes the part instead. A part is written beside its place, checksummed and moved in;
/// one that does not agree is read anew. A part belongs to a file by its name and the hash of all its bytes, and to the options that decide what a
/// row means: lengths and times of change are what other programs put there, and stay the same over a byte that was mended. Small files have none:
/// reading them again takes no time. Histories need none: importing one again counts no play twice.
/// <para>One import at a time uses the folder; another that runs meanwhile does without. When an import is done, <see cref="Clear"/> deletes all
/// parts.</para>
/// </summary>
internal sealed class ImportParts : IDisposable
{
    private const string Magic = "segue-part 2", Extension = ".part";
    private const int HashBytes = 16;

    private readonly string _folder;
    private readonly FileStream _lock;

    /// <summary>An archive is hashed once, not once a member.</summary>
    private readonly Dictionary<(string Path, long Bytes, DateTime ChangedAt), string> _hashes = [];

    private ImportParts(string folder, FileStream held) => (_folder, _lock) = (folder, held);

    /// <summary>Files from this length on have parts: a file of 16 MB takes a tenth of a second to read.</summary>
    internal long BytesMin { get; init; } = 16 << 20;

    /// <summary>
    /// Whether an import of these is of several files: a single one starts over when it is stopped, a part of it would be of use in the last moments
    /// only.
    /// </summary>
    internal static bool AreMany(IReadOnlyList<string> paths) => paths is not [var only] || Directory.Exists(only) || IsZip(only);

    /// <summary>Opens the folder of parts in a home folder.</summary>
    /// <returns>Null when another import uses it, or it cannot be written: then the import starts over when it is killed.</returns>
    public static ImportParts? Open(string home) => Open(home, null);

    internal static ImportParts? Open(string home, long? bytesMin)
    {
        string folder = Path.Combine(Path.GetFullPath(home), "data", "importing");
        try
        {
            Directory.CreateDirectory(folder);
            FileStream held = new(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return bytesMin is { } bytes ? new ImportParts(folder, held) { BytesMin = bytes } : new ImportParts(folder, held);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Deletes all parts: what they held is in its place.</summary>
    public void Clear()
    {
        foreach (string part in Directory.GetFiles(_folder, "*" + Extension + "*"))
            File.Delete(part);
    }

    public void Dispose() => _lock.Dispose();

    private static bool IsZip(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > 0 })
            return false; // A pipe's length is 0; looking into it would take what comes through.
        using FileStream file = File.OpenRead(path);
        byte[] magic = new byte[4];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.AsSpan().SequenceEqual("PK\u0003\u0004"u8);
    }

    /// <summary>Reads a file of plays, or takes what is kept of it.</summary>
    /// <param name="input">Lies in a plain file, which is read once more for its hash.</param>
    /// <param name="ledger">Of the file.</param>
    /// <param name="run">Whose plays are added to.</param>
    /// <param name="read">Reads it.</param>
    internal void Read(InputFile input, LedgerFile ledger, ImportRun run, Action read)
    {
        (string Path, long, DateTime) state = StateOf(input.Path);
        string path = Path.Combine(_folder, KeyOf(input, HashOf(state, run.Cancellation), run.Options) + Extension);
        if (!TryTake(path, input, ledger, run))
        {
            int notes = run.Ledger.Notes.Count;
            PlaysBuilder all = run.Plays, own = new();
            run.Plays = own;
            try
            {
                read();
            }
            finally
            {
                run.Plays = all;
            }

            if (StateOf(input.Path) != state)
                throw new SegueException($"{input.Path}: was changed while it was read; nothing was imported, import it again when it is whole");
            using (own)
                Keep(path, own, ledger, [.. run.Ledger.Notes.Skip(notes)]);
            Add(path, run);
            return;
        }

        run.Ledger.Note($"{input.Name} was read by an earlier import that was stopped; what it found is used");
    }

    private static string KeyOf(InputFile input, string contentHash, ImportOptions options)
    {
        string map = string.Join(',', options.Map.OrderBy(m => m.Key, StringComparer.Ordinal));
        string which = $"{Path.GetFullPath(input.Path)}\n{input.Name}\n{contentHash}";
        string how = string.Create(
            CultureInfo.InvariantCulture, $"{map}\n{options.RejectedShareMax:R}\n{options.SamplesPerReason}\n{options.TimeZone?.Id}");
        return Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes($"{which}\n{how}")));
    }

    private string HashOf((string Path, long, DateTime) state, CancellationToken cancellation)
    {
        if (_hashes.TryGetValue(state, out string? known))
            return known;
        XxHash128 hash = new();
        byte[] buffer = new byte[1 << 20];
        using FileStream file = InputFile.OpenFile(state.Path);
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
        }

        return _hashes[state] = Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static (string Path, long Bytes, DateTime ChangedAt) StateOf(string path)
    {
        FileInfo file = new(path);
        return (path, file.Exists ? file.Length : -1, file.LastWriteTimeUtc);
    }

    private static bool TryTake(string path, InputFile input, LedgerFile ledger, ImportRun run)
    {
        if (!IsWhole(path))
            return false;
        JsonObject books;
        using (BinaryReader reader = new(File.OpenRead(path)))
        {
            reader.ReadString();
            books = JsonNode.Parse(reader.ReadString())!.AsObject();
        }

        ledger.Restore(books);
        run.PlaysFiles.Add(ledger);
        foreach (JsonNode? note in books["notes"]!.AsArray())
            run.Ledger.Note((string)note!);
        run.Skip(input, ledger);
        Add(path, run);
        return true;
    }

    /// <summary>Adds the plays of a part to those of the import.</summary>
    private static void Add(string path, ImportRun run)
    {
        using BinaryReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17));
        (_, _) = (reader.ReadString(), reader.ReadString());
        run.Plays.CountMerged(reader.ReadInt64());
        byte[][] users = ReadColumn(reader), artists = ReadColumn(reader), names = ReadColumn(reader);
        for (int a = 0; a < artists.Length; a++)
        {
            if (!names[a].AsSpan().SequenceEqual(artists[a]))
                run.Plays.Name(artists[a], names[a]);
        }

        int[] indices = [.. artists.Select(a => run.Plays.IndexOfArtist(a))];
        bool dated = reader.ReadBoolean();
        int[] columns = [], first = [];
        float[] values = [];
        foreach (byte[] user in users)
        {
            int index = run.Plays.IndexOfUser(user), length = reader.ReadInt32();
            if (columns.Length < length)
                (columns, values, first) = (new int[length * 2], new float[length * 2], new int[length * 2]);
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(columns.AsSpan(0, length)));
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan(0, length)));
            if (dated)
                reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(first.AsSpan(0, length)));
            for (int k = 0; k < length; k++)
                run.Plays.Add(index, indices[columns[k]], values[k], dated ? first[k] : PlaysBuilder.Undated);
        }
    }

    private static void Keep(string path, PlaysBuilder builder, LedgerFile ledger, IReadOnlyList<string> notes)
    {
        try
        {
            JsonObject books = ledger.ToJson();
            books["notes"] = new JsonArray([.. notes.Select(n => JsonValue.Create(n))]);
            Plays plays = builder.Build(out long merged);
            AtomicFile.Write(path, file =>
            {
                using (BinaryWriter writer = new(file, Encoding.UTF8, leaveOpen: true))
                    Write(writer, books, plays, merged);
                file.Position = 0;
                byte[] hash = Hash(file, file.Length);
                file.Write(hash);
            });
        }
        catch (IOException e)
        {
            throw new SegueException($"{path}: cannot be written ({e.Message}); nothing was imported", e);
        }
    }

    private static void Write(BinaryWriter writer, JsonObject books, Plays plays, long merged)
    {
        writer.Write(Magic);
        writer.Write(books.ToJsonString());
        writer.Write(merged);
        foreach (TextColumn column in (TextColumn[])[plays.UserIds, plays.Artists.Ids, plays.Artists.Names])
        {
            writer.Write(column.Count);
            for (int i = 0; i < column.Count; i++)
            {
                writer.Write7BitEncodedInt(column.Utf8[i].Length);
                writer.Write(column.Utf8[i]);
            }
        }

        bool dated = !plays.FirstPlayedMinutes.IsEmpty;
        writer.Write(dated);
        for (int u = 0; u < plays.Counts.Rows; u++)
        {
            ReadOnlySpan<int> columns = plays.Counts.RowIndices(u);
            ReadOnlySpan<float> values = plays.Counts.RowValues(u);
            writer.Write(columns.Length);
            writer.Write(MemoryMarshal.AsBytes(columns));
            writer.Write(MemoryMarshal.AsBytes(values));
            if (dated)
                writer.Write(MemoryMarshal.AsBytes(plays.FirstPlayedMinutes.Span.Slice(plays.Counts.Starts.Span[u], columns.Length)));
        }
    }

    private static byte[][] ReadColumn(BinaryReader reader)
    {
        byte[][] column = new byte[reader.ReadInt32()][];
        for (int i = 0; i < column.Length; i++)
            column[i] = reader.ReadBytes(reader.Read7BitEncodedInt());
        return column;
    }

    private static bool IsWhole(string path)
    {
        if (!File.Exists(path))
            return false;
        using FileStream file = File.OpenRead(path);
        if (file.Length < HashBytes + Magic.Length)
            return false;
        byte[] hash = Hash(file, file.Length - HashBytes), written = new byte[HashBytes];
        file.ReadExactly(written);
        return hash.AsSpan().SequenceEqual(written);
    }

    /// <summary>Of the next so many bytes, and with them of the version of the format.</summary>
    private static byte[] Hash(FileStream file, long bytes)
    {
        XxHash128 hash = new();
        hash.Append(MemoryMarshal.AsBytes(Magic.AsSpan()));
        byte[] buffer = new byte[1 << 17];
        while (bytes > 0 && file.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes)) is > 0 and var read)
        {
            hash.Append(buffer.AsSpan(0, read));
            bytes -= read;
        }

        return hash.GetCurrentHash();
    }
}
