using System.Runtime.InteropServices;
using System.Text.Json;

namespace Segue.Import;

/// <summary>
/// Histories in JSON: Spotify's two exports, pages of Last.fm's API, ListenBrainz, Maloja, YouTube Music. They are told apart by the names of their
/// properties. Only what <see cref="Listen"/> has a place for is read; user names, addresses, devices and countries stand in these files and go
/// nowhere.
/// </summary>
internal sealed class JsonHistory
{
    private readonly Func<JsonElement, Verdict> _read;
    private readonly bool _isPages;
    private readonly string? _within;

    private JsonHistory(string format, Func<JsonElement, Verdict> read, bool isPages = false, string? within = null) =>
        (Format, _read, _isPages, _within) = (format, read, isPages, within);

    public string Format { get; }

    /// <summary>The format that the property names in the head show, or null.</summary>
    public static JsonHistory? Recognize(ReadOnlySpan<byte> head)
    {
        HashSet<string> names = PropertyNames(head);
        if (names.IsSupersetOf(["artistName", "trackName", "msPlayed"]))
            return new JsonHistory("Spotify account data", JsonListens.SpotifyAccount);
        if (names.IsSupersetOf(["ts", "ms_played", "master_metadata_track_name"]))
            return new JsonHistory("Spotify extended history", JsonListens.SpotifyExtended);
        if (names.Contains("track_metadata"))
            return new JsonHistory("ListenBrainz listens", JsonListens.ListenBrainz);
        if (names.IsSupersetOf(["time", "track", "artists", "title"]) && (names.Contains("scrobbles") || names.Contains("list")))
            return new JsonHistory("Maloja export", JsonListens.Maloja, within: names.Contains("scrobbles") ? "scrobbles" : "list");
        if (names.IsSupersetOf(["header", "title", "time"]) && (names.Contains("titleUrl") || names.Contains("products")))
            return new JsonHistory("YouTube Music history", JsonListens.YouTubeMusic);
        return names.Contains("recenttracks") || names.IsSupersetOf(["artist", "name", "date"])
            ? new JsonHistory("Last.fm API pages", JsonListens.LastfmTrack, isPages: true)
            : null;
    }

    public void Read(InputFile input, LedgerFile ledger, ImportRun run)
    {
        JsonElements elements = new(input.Utf8, _within);
        run.BeginHistory(ledger);
        while (elements.Read())
        {
            run.Tick(input, ledger);
            if (elements.Problem is { } problem)
            {
                ledger.RowsRead++;
                ledger.Reject(problem, elements.Line, PersonalData.Without(elements.Element));
                continue;
            }

            ReadElement(elements, input, ledger, run);
        }

        run.Close(input, ledger);
    }

    private void ReadElement(JsonElements elements, InputFile input, LedgerFile ledger, ImportRun run)
    {
        JsonDocument document;
        try
        {
            Utf8JsonReader reader = new(elements.Element);
            document = JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException e)
        {
            ledger.RowsRead++;
            string reason = e.Message.Contains("depth", StringComparison.Ordinal) ? "nested too deep" : "not valid JSON";
            ledger.Reject(reason, elements.Line, PersonalData.Without(elements.Element));
            return;
        }

        using (document)
        {
            foreach (JsonElement item in Items(document.RootElement))
            {
                ledger.RowsRead++;
                Verdict verdict = Judge(item);
                // The songs of a page are told apart by their number.
                long place = _isPages ? ledger.RowsRead : elements.Line;
                if (verdict.Note is { } note)
                    run.Ledger.Note($"{input.Name}: {note}");
                if (verdict.Rejected is { } rejected)
                    ledger.Reject(rejected, place, PersonalData.Without(Utf8(item), verdict.Property));
                else if (verdict.Skipped is { } skipped)
                    ledger.Skip(skipped, place, PersonalData.Without(Utf8(item)));
                else if (run.History.Add(verdict.Listen))
                    ledger.Accept();
                else
                    ledger.Merge();
            }
        }
    }

    private static byte[] Utf8(JsonElement item) => JsonMarshal.GetRawUtf8Value(item).ToArray();

    private Verdict Judge(JsonElement item)
    {
        try
        {
            return _read(item);
        }
        catch (InvalidOperationException)
        {
            return Verdict.Reject("a property holds another kind of value than it should", null); // Also a lone surrogate in a string.
        }
    }

    private IEnumerable<JsonElement> Items(JsonElement root)
    {
        try
        {
            return _isPages ? TracksOfPage(root) : [root];
        }
        catch (InvalidOperationException)
        {
            return [root]; // A lone surrogate in a property's name: judged, and rejected, as a whole.
        }
    }

    /// <summary>A page holds an array of tracks, or one track; files of tracks without their page exist too.</summary>
    private static IEnumerable<JsonElement> TracksOfPage(JsonElement root)
    {
        if (!root.TryGetProperty("recenttracks", out JsonElement page))
            return [root];
        if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("track", out JsonElement tracks))
            return [];
        return tracks.ValueKind == JsonValueKind.Array ? tracks.EnumerateArray() : [tracks];
    }

    /// <summary>All property names in the first bytes, at any depth; it does not matter where the head ends.</summary>
    private static HashSet<string> PropertyNames(ReadOnlySpan<byte> head)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        JsonElements elements = new(new MemoryStream(head.ToArray()));
        for (int i = 0; i < 3 && elements.Read(); i++)
        {
            try
            {
                Utf8JsonReader reader = new(elements.Element, isFinalBlock: false, default);
                while (reader.Read())
                {
                    if (reader.TokenType == JsonTokenType.PropertyName)
                        names.Add(reader.GetString()!);
                }
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // What was found before it went wrong still tells what the file is meant to be.
            }
        }

        return names;
    }
}

/// <summary>What becomes of one listen in JSON.</summary>
/// <param name="Property">What is wrong with a rejected one; null where it is the whole.</param>
/// <param name="Note">What a person should know of all like it.</param>
internal readonly record struct Verdict(Listen Listen, string? Skipped, string? Rejected, string? Property = null, string? Note = null)
{
    public static Verdict Keep(Listen listen) => new(listen, null, null);

    public static Verdict Skip(string reason) => new(default, reason, null);

    public static Verdict Reject(string reason, string? property) => new(default, null, reason, property);
}
