using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;
using Spectre.Console;

namespace Segue.Cli;

/// <summary>How recommendations look: as JSON in the contract's shape, and as a table that a person likes to read.</summary>
internal static class Answers
{
    /// <summary>A table shows so many reasons of a kind; JSON has them all.</summary>
    private const int ReasonsShownMax = 3;

    private static readonly AudioFeature[] s_shownFeatures =
    [
        AudioFeature.Danceability, AudioFeature.Energy, AudioFeature.Loudness, AudioFeature.Speechiness, AudioFeature.Acousticness,
        AudioFeature.Instrumentalness, AudioFeature.Liveness, AudioFeature.Valence, AudioFeature.Tempo,
    ];

    /// <summary>How the pipeline's answers begin: who asked for what, of which models.</summary>
    public static JsonObject HeadOf(Session session, TasteModel taste, MoodModel mood, WishMood? wish)
    {
        JsonObject asked = ListenerOptions.ToJson(session);
        if (wish is not null)
            asked["mood"] = wish.Text;
        return new JsonObject
        {
            ["for"] = asked,
            ["model"] = new JsonObject { ["als"] = taste.Version, ["vdb"] = mood.Version },
            ["reading"] = wish?.ToJson(),
        };
    }

    public static JsonObject ToJson(ArtistRecommendation item, Artists artists) => new()
    {
        ["rank"] = item.Rank,
        ["artistId"] = artists.Ids[item.Artist],
        ["artist"] = artists.Names[item.Artist],
        ["score"] = JsonShapes.Round(item.Score),
        ["reasons"] = ToJson(item.Reasons),
    };

    public static JsonObject ToJson(SongRecommendation item, Tracks tracks)
    {
        JsonObject features = [];
        foreach (AudioFeature feature in s_shownFeatures)
        {
            float value = tracks.Feature(feature)[item.Track];
            if (float.IsFinite(value))
                features[feature.ToString().ToLowerInvariant()] = Math.Round((decimal)value, 4);
        }

        float popularity = tracks.Feature(AudioFeature.Popularity)[item.Track];
        string[] genres = [.. tracks.GenreNamesOf(item.Track)];
        // Rounded parts add up to the rounded score: the score is their sum.
        (string Name, decimal Value)[] parts = [.. PartsOf(item.Parts).Select(p => (p.Name, Rounded(p.Value)))];
        return new JsonObject
        {
            ["rank"] = item.Rank,
            ["trackId"] = tracks.Ids[item.Track],
            ["title"] = tracks.Titles[item.Track],
            ["artists"] = JsonShapes.Strings(tracks.ArtistNamesOf(item.Track)),
            ["album"] = tracks.Albums[item.Track],
            ["genre"] = genres.FirstOrDefault(),
            ["genres"] = JsonShapes.Strings(genres),
            ["popularity"] = float.IsFinite(popularity) ? (int)popularity : null,
            ["score"] = parts.Sum(p => p.Value),
            ["parts"] = new JsonObject(parts.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)p.Value))),
            ["wish"] = item.Wish.Count == 0 ? null : new JsonObject
            {
                ["score"] = item.Wish.Sum(p => Rounded(p.Part)),
                ["parts"] = new JsonArray([.. item.Wish.Select(p => (JsonNode?)new JsonObject
                {
                    ["kind"] = p.Kind.ToString(),
                    ["phrase"] = p.Phrases.FirstOrDefault(),
                    ["text"] = p.Label,
                    ["part"] = Rounded(p.Part),
                })]),
            },
            ["sources"] = JsonShapes.Strings(SourceNames(item.Sources)),
            ["reasons"] = ToJson(item.Reasons),
            ["features"] = features,
        };
    }

    public static void WriteTable(Session session, IReadOnlyList<ArtistRecommendation> items, Artists artists)
    {
        Table table = NewTable().AddColumn(Right("#")).AddColumn("artist").AddColumn(Right("score"));
        bool reasons = items.Any(i => i.Reasons.Count > 0);
        if (reasons)
            table.AddColumn(items.Any(i => i.Reasons.Any(r => r.Kind is Reason.TaggedLike or Reason.FriendsPlay)) ? "why" : "because you played");
        foreach (ArtistRecommendation item in items)
        {
            string why = string.Join(", ", item.Reasons.Select(r => r.Kind switch
            {
                Reason.BecauseYouPlayed => $"{r.Artist} ({r.Part:0%})",
                Reason.TaggedLike => $"tag {r.Text} ({r.Part:0%})",
                Reason.FriendsPlay => $"{r.Text} friends ({r.Part:0%})",
                _ => $"({r})",
            }));
            List<Text> cells = [Cell($"{item.Rank}"), Strong(artists.Names[item.Artist]), Cell($"{item.Score:0.000}")];
            if (reasons)
                cells.Add(Cell(why));
            table.AddRow(cells);
        }

        session.Terminal.Ansi().Write(table);
    }

    /// <summary>The parts of a score by name: taste, mood and popularity always, the others where there is something of them.</summary>
    public static IEnumerable<(string Name, double Value)> PartsOf(SongParts parts) =>
        new[] { ("taste", parts.Taste), ("mood", parts.Mood), ("popularity", parts.Popularity), ("recency", parts.Recency), ("discovery", parts.Discovery) }
            .Where((p, i) => i < 3 || p.Item2 != 0);

    private static IEnumerable<string> SourceNames(CandidateSources sources) =>
        Enum.GetValues<CandidateSources>().Where(s => s != CandidateSources.None && sources.HasFlag(s)).Select(s => s switch
        {
            CandidateSources.SimilarArtist => "similar-artist",
            _ => s.ToString().ToLowerInvariant(),
        });

    public static void WriteTable(Session session, IReadOnlyList<SongRecommendation> items, Tracks tracks)
    {
        // A column for each part that any row has; one part alone is the score.
        string[] parts = [.. items.SelectMany(i => PartsOf(i.Parts)).Where(p => p.Value != 0).Select(p => p.Name).Distinct().OrderBy(ColumnOrder)];
        parts = parts.Length > 1 ? parts : [];
        Table table = NewTable().AddColumn(Right("#")).AddColumn("song").AddColumn("artist").AddColumn("genre").AddColumn(Right("score"));
        foreach (string part in parts)
            table.AddColumn(Right(part == "popularity" ? "pop." : part == "discovery" ? "disc." : part));
        table.AddColumn("why");
        foreach (SongRecommendation item in items)
        {
            List<Text> cells =
            [
                Cell($"{item.Rank}"), Strong(tracks.Titles[item.Track]), Cell(string.Join(", ", tracks.ArtistNamesOf(item.Track))),
                Cell(tracks.GenreNamesOf(item.Track).FirstOrDefault() ?? ""), Cell($"{item.Score:0.00}"),
            ];
            cells.AddRange(parts.Select(part => Cell($"{PartsOf(item.Parts).FirstOrDefault(p => p.Name == part).Value:0.00}")));
            cells.Add(Cell(Why(item.Reasons)));
            table.AddRow(cells);
        }

        session.Terminal.Ansi().Write(table);

        static int ColumnOrder(string part) => Array.IndexOf(["taste", "recency", "mood", "popularity", "discovery"], part);
    }

    /// <summary>"because you played Massive Attack (34%), Air (12%); sad 97%, calm 93%; not slow 40%".</summary>
    private static string Why(IReadOnlyList<Reason> reasons)
    {
        IEnumerable<Reason> shown = reasons.GroupBy(r => r.Kind).SelectMany(group => group.Take(ReasonsShownMax));
        IEnumerable<string> groups = shown.GroupBy(r => r.Kind).Select(group => group.Key switch
        {
            Reason.BecauseYouPlayed => $"you played {string.Join(", ", group.Select(r => $"{r.Artist} {r.Part:0%}"))}",
            Reason.TaggedLike => $"tagged {string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}"))}",
            Reason.PlayedLately => $"lately {string.Join(", ", group.Select(r => $"{r.Artist} {r.Part:0%}"))}",
            Reason.Matches => string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}")),
            Reason.Misses => $"less {string.Join(", ", group.Select(r => $"{r.Text} {r.Part:0%}"))}",
            Reason.KeepsAway => string.Join(", ", group.Select(r => $"unlike {r.Text} {r.Part:0%}")),
            _ => string.Join(", ", group),
        });
        return string.Join("; ", groups);
    }

    private static JsonArray ToJson(IReadOnlyList<Reason> reasons) => [.. reasons.Select(r =>
    {
        JsonObject json = new() { ["kind"] = r.Kind };
        if (r.Artist is not null)
            json["artist"] = r.Artist;
        if (r.Song is not null)
            json["song"] = r.Song;
        if (r.Text is not null)
            json["text"] = r.Text;
        if (r.Part is double part)
            json["part"] = Rounded(part);
        return (JsonNode?)json;
    })];

    private static decimal Rounded(double value) => Math.Round((decimal)value, 4);

    private static Table NewTable() => new() { Border = TableBorder.Simple, UseSafeBorder = false };

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    // Text, not markup: a title may hold brackets.
    private static Text Cell(string text) => new(Clean(text));

    private static Text Strong(string text) => new(Clean(text), new Style(decoration: Decoration.Bold));

    /// <summary>No control character of a title reaches the terminal.</summary>
    internal static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
