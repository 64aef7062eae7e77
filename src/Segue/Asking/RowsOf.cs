using Segue.Catalogue;
using Segue.Recommending;

namespace Segue.Asking;

/// <summary>From dense indices to names: how the rows of answers are made.</summary>
internal static class RowsOf
{
    public static SongRow Song(SongRecommendation item, SongIndex songs) => Fill(item, songs);

    /// <summary>A row of a group's answer, with what each listener makes of it.</summary>
    public static SongRow Group(GroupRow row, IReadOnlyList<string> names, SongIndex songs) => Fill(row.Item, songs) with
    {
        Scores = names.Select((name, l) => (name, Score: Rounded.To6(row.Scores[l]))).ToDictionary(s => s.name, s => s.Score),
        ServedListeners = [.. row.For.Select(l => names[l])],
    };

    public static SongName Name(int track, Tracks tracks) => new(tracks.Ids[track], tracks.Titles[track], [.. tracks.ArtistNamesOf(track)]);

    public static IReadOnlyList<string> Sources(CandidateSources sources) =>
    [
        .. Enum.GetValues<CandidateSources>()
            .Where(s => s != CandidateSources.None && sources.HasFlag(s))
            .Select(s => s == CandidateSources.SimilarArtist ? "similar-artist" : s.ToString().ToLowerInvariant()),
    ];

    public static int? Popularity(Tracks tracks, int track) =>
        tracks.Feature(AudioFeature.Popularity)[track] is var popularity && float.IsFinite(popularity) ? (int)popularity : null;

    private static SongRow Fill(SongRecommendation item, SongIndex songs)
    {
        Tracks tracks = songs.Tracks;
        string[] genres = [.. tracks.GenreNamesOf(item.Track)];
        return new SongRow
        {
            Rank = item.Rank,
            TrackId = tracks.Ids[item.Track],
            Title = tracks.Titles[item.Track],
            Artists = [.. tracks.ArtistNamesOf(item.Track)],
            Album = tracks.Albums[item.Track],
            Genre = genres.FirstOrDefault(),
            Genres = genres,
            Popularity = Popularity(tracks, item.Track),
            Year = songs.SongYears is { IsEmpty: false } years && years.Span[item.Track] is > 0 and var year ? year : null,
            Parts = ScoreParts.Of(item.Parts),
            Wish = item.Wish.Count == 0
                ? null
                : new WishFit([.. item.Wish.Select(p => new WishPart(p.Kind.ToString(), p.Phrases is [var phrase, ..] ? phrase : null, p.Label, p.Part))]),
            Sources = Sources(item.Sources),
            Reasons = item.Reasons,
            Features = SongFeatures.Of(tracks, item.Track),
            Track = item.Track,
        };
    }
}
