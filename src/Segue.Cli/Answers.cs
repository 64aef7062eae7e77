using System.Text.Json.Nodes;
using Segue.Catalogue;
using Segue.Recommending;

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
            ["sources"] = JsonShapes.Strings(SourceNames(item.Sources)),
            ["reasons"] = ToJson(item.Reasons),
            ["features"] = features,
        };
    }

    public static void WriteTable(Session session, IReadOnlyList<ArtistRecommendation> items, Artists artists)
    {
        AnswerTable table = new AnswerTable().Number("#").Strong("artist").Number("score");
        if (items.Any(i => i.Reasons.Count > 0))
            table.Reason(items.Any(i => i.Reasons.Any(r => r.Kind is Reason.TaggedLike or Reason.FriendsPlay)) ? "why" : "because you played");
        foreach (ArtistRecommendation item in items)
        {
            string why = string.Join(", ", item.Reasons.Select(r => r.Kind switch
            {
                Reason.BecauseYouPlayed => $"{r.Artist} ({r.Part:0%})",
                Reason.TaggedLike => $"tag {r.Text} ({r.Part:0%})",
                Reason.FriendsPlay => $"{r.Text} friends ({r.Part:0%})",
                _ => $"({r})",
            }));
            table.Add([$"{item.Rank}", artists.Names[item.Artist], $"{item.Score:0.000}"], why);
        }

        table.Write(session.Terminal);
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
        AnswerTable table = new AnswerTable().Number("#").Strong("song").Text("artist").Text("genre", isMinor: true).Number("score");
        foreach (string part in parts)
            table.Number(part == "popularity" ? "pop." : part == "discovery" ? "disc." : part, isMinor: true);
        table.Reason("why");
        foreach (SongRecommendation item in items)
        {
            table.Add(
                [
                    $"{item.Rank}", tracks.Titles[item.Track], string.Join(", ", tracks.ArtistNamesOf(item.Track)),
                    tracks.GenreNamesOf(item.Track).FirstOrDefault() ?? "", $"{item.Score:0.00}",
                    .. parts.Select(part => $"{PartsOf(item.Parts).FirstOrDefault(p => p.Name == part).Value:0.00}"),
                ],
                Why(item.Reasons));
        }

        table.Write(session.Terminal);

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
}
