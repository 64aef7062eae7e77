using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Segue.Writing;

namespace Segue.Import;

/// <summary>
/// The histories kept in a home folder, <c>data/profiles/NAME.history</c>: tab-separated UTF-8 text under a line that says what it is, and above a
/// line with the number of listens and a checksum (XXH128). Replaced whole, under a lock; forgetting deletes the file, and what a killed import
/// left of it.
/// </summary>
/// <param name="home">The home folder.</param>
internal sealed class ListenerProfiles(string home)
{
    private const string Magic = "#segue-history 1";
    private const string Extension = ".history";
    private const int Fields = 10;

    /// <summary>What earlier versions of this program wrote a profile to before it took its place.</summary>
    private const string FormerTemporary = ".new";

    /// <summary>Far from where a date with a length added to it is none any more.</summary>
    private static readonly long s_earliest = YearStart(1000), s_latest = YearStart(9000);

    public string Folder { get; } = Path.Combine(Path.GetFullPath(home), "data", "profiles");

    public IReadOnlyList<string> List() => !Directory.Exists(Folder)
        ? []
        : [.. Directory.GetFiles(Folder, "*" + Extension).Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <summary>The kept history, or null when there is none of this name.</summary>
    /// <exception cref="DataException">The file is damaged.</exception>
    /// <exception cref="SegueException">The name cannot be one.</exception>
    public History? Find(string name)
    {
        string path = PathOf(name);
        try
        {
            return File.Exists(path) ? Parse(path) : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // A link to where nothing is yet, or it went in this moment.
        }
    }

    /// <summary>The kept history, or an error that names those there are.</summary>
    public History Load(string name) => Find(name) ?? throw new UnknownNameException("profile", name, List());

    /// <summary>Changes a profile from what it is to what <paramref name="change"/> makes of it. Nobody else can write meanwhile.</summary>
    /// <exception cref="SegueException">Another process is writing, or the folder cannot be written.</exception>
    public History Update(string name, Func<History?, History> change)
    {
        string path = PathOf(name);
        try
        {
            Directory.CreateDirectory(Folder);
            using WriterLock held = WriterLock.Take(Folder, "a profile");
            History history = change(Find(name));
            AtomicFile.Write(path, file => file.Write(Format(history)));
            return history;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{path}: cannot be written ({e.Message}); what was there before is untouched", e);
        }
    }

    /// <summary>Deletes all that is kept of a profile, be it only what a killed import left.</summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="SegueException">Another process is writing, or something cannot be deleted.</exception>
    public bool Forget(string name)
    {
        string path = PathOf(name);
        if (!Directory.Exists(Folder))
            return false;
        try
        {
            using WriterLock held = WriterLock.Take(Folder, "a profile");
            return AtomicFile.Delete(path) | AtomicFile.Delete(path + FormerTemporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SegueException($"{path}: cannot be deleted ({e.Message})", e);
        }
    }

    private string PathOf(string name)
    {
        const int LengthMax = 64;
        bool good = name.Length is > 0 and <= LengthMax && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return good
            ? Path.Combine(Folder, name + Extension)
            : throw new SegueException($"'{(name.Length > LengthMax ? name[..LengthMax] : name)}' cannot name a profile: use letters, digits, - and _, such as 'me'");
    }

    private static long YearStart(int year) => new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static byte[] Format(History history)
    {
        StringBuilder text = new(Magic + "\n");
        foreach (Listen l in history.Listens)
        {
            text.Append(l.At?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)).Append('\t').Append((int)l.Source).Append('\t');
            text.Append(l.Plays.ToString("R", CultureInfo.InvariantCulture)).Append('\t').Append(l.Seconds.ToString(CultureInfo.InvariantCulture));
            text.Append('\t').Append(l.Title is null ? '0' : '1');
            foreach (string? field in (string?[])[l.Artist, l.Title, l.Album, l.ArtistId, l.TrackId])
                text.Append('\t').Append(OneLine(field));
            text.Append('\n');
        }

        byte[] body = Encoding.UTF8.GetBytes(text.ToString());
        return [.. body, .. Encoding.UTF8.GetBytes(LastLine(history.Listens.Count, body))];
    }

    private static string LastLine(int listens, ReadOnlySpan<byte> body) => $"#end {listens} {Convert.ToHexStringLower(XxHash128.Hash(body))}\n";

    private static string OneLine(string? text) => text is null ? "" : string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));

    private static History Parse(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        ReadOnlySpan<byte> all = content;
        if (!all.StartsWith(Encoding.UTF8.GetBytes(Magic + "\n")))
            throw new DataException(path, 1, "is not a profile that this version of Segue reads; import the history again with --as");
        int end = all.LastIndexOf("\n#end "u8) + 1;
        string last = Encoding.UTF8.GetString(all[end..]);
        string[] lines = Encoding.UTF8.GetString(all[..end]).Split('\n');
        if (last != LastLine(lines.Length - 2, all[..end]))
            throw new DataException(path, 0, "is damaged: its checksum does not agree; import the history again with --as");
        return new History([.. lines[1..^1].Select(l => ParseLine(l.Split('\t')) ?? throw new DataException(path, 0, "is damaged; import it again with --as"))]);
    }

    /// <returns>Null where a field is not what <see cref="Format"/> writes: a checksum proves no sense.</returns>
    private static Listen? ParseLine(string[] f)
    {
        if (f.Length != Fields || !int.TryParse(f[1], CultureInfo.InvariantCulture, out int source)
            || !float.TryParse(f[2], CultureInfo.InvariantCulture, out float plays)
            || !int.TryParse(f[3], CultureInfo.InvariantCulture, out int seconds))
            return null;
        bool isDated = f[0].Length > 0;
        long unix = 0;
        if (isDated && (!long.TryParse(f[0], CultureInfo.InvariantCulture, out unix) || unix < s_earliest || unix > s_latest))
            return null;
        if (!Enum.IsDefined((HistorySource)source) || !float.IsFinite(plays) || plays < 0 || seconds < -1)
            return null;
        return new Listen
        {
            At = isDated ? DateTimeOffset.FromUnixTimeSeconds(unix) : null,
            Source = (HistorySource)source,
            Plays = plays,
            Seconds = seconds,
            Artist = f[5],
            Title = f[4] == "0" ? null : f[6],
            Album = f[7].Length == 0 ? null : f[7],
            ArtistId = f[8].Length == 0 ? null : f[8],
            TrackId = f[9].Length == 0 ? null : f[9],
        };
    }
}
