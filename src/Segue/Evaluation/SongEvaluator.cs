using Segue.Catalogue;
using Segue.Interactions;
using Segue.Recommending;

namespace Segue.Evaluation;

/// <summary>One way to set the pipeline, with a name for tables. Settings of one knob make a line in plots.</summary>
/// <param name="Knob">What is turned: "taste", "diversity" ...; empty for the setting that the others are compared with.</param>
/// <param name="At">Where it stands.</param>
internal sealed record SongSetting(string Knob, double At, PipelineOptions Options, SelectionOptions Selection)
{
    public string Name => Knob.Length == 0 ? "defaults" : $"{Knob} {At.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture)}";
}

/// <summary>How one setting of the pipeline did. Everything per listener is in the order of <see cref="SongReport.Users"/>.</summary>
internal sealed record SongResult
{
    public required SongSetting Setting { get; init; }

    /// <summary>Tracks recommended to each listener, best first.</summary>
    public required IReadOnlyList<int[]> Lists { get; init; }

    /// <summary>Hidden artists among the artists of the songs, in the order in which the list brings them up, each artist once.</summary>
    public required IReadOnlyList<RankingMetrics> PerListener { get; init; }

    /// <summary>What all lists together do to the catalogue of artists.</summary>
    public required CatalogueMetrics Catalogue { get; init; }

    /// <summary>Mean popularity of a list's songs, 0..100.</summary>
    public required IReadOnlyList<double> Popularity { get; init; }

    /// <summary>How many genres a list has, over its songs.</summary>
    public required IReadOnlyList<double> Genres { get; init; }

    /// <summary>
    /// Mean over a list's songs of the distance to the nearest song of the hidden artists, in standard deviations of nine audio features; a song of a
    /// hidden artist is measured by the others. The ranking has never seen these songs, and ranks by percentiles, not by this distance.
    /// </summary>
    public required IReadOnlyList<double> MoodToHidden { get; init; }

    /// <summary>The other way round: mean over the hidden artists' songs of the distance to the nearest song of the list. A list in one mood serves
    /// one mood.</summary>
    public required IReadOnlyList<double> HiddenToMood { get; init; }

    /// <summary>As <see cref="MoodToHidden"/>, to the songs of the artists the listener is known to play.</summary>
    public required IReadOnlyList<double> MoodToKnown { get; init; }
}

/// <summary>Several settings of the pipeline, judged on the same listeners.</summary>
internal sealed record SongReport
{
    /// <summary>How the plays were divided.</summary>
    public required string Split { get; init; }

    /// <summary>Length of the lists.</summary>
    public required int Count { get; init; }

    /// <summary>Listeners who have a hidden artist with songs in the catalogue.</summary>
    public required IReadOnlyList<int> Users { get; init; }

    /// <summary>Hidden artists that have songs in the catalogue, of all these listeners; others cannot be found and are not asked for.</summary>
    public required int Hidden { get; init; }

    /// <summary>The first is what the others are compared with.</summary>
    public required IReadOnlyList<SongResult> Results { get; init; }
}

/// <summary>
/// Judges songs by hidden artists: a part of each listener's artists is held out, the pipeline is asked for songs, and an artist counts as found when
/// one of the songs is theirs.
/// </summary>
internal static class SongEvaluator
{
    /// <summary>Songs of an artist that stand for how the artist feels.</summary>
    private const int SongsPerArtist = 12;

    /// <param name="pipeline">Made of a model of <c>split.Train</c>, and nothing else.</param>
    /// <param name="tracks">The pipeline's catalogue.</param>
    /// <param name="users">Who is asked; those with nothing to find are left out.</param>
    /// <param name="settings">At least one; lists are as long as the first one's.</param>
    /// <param name="threads">0 means one a processor; the result is the same on any number.</param>
    /// <exception cref="SegueException">Nobody has a hidden artist with songs in the catalogue.</exception>
    public static SongReport Evaluate(
        Pipeline pipeline, Tracks tracks, Split split, IReadOnlyList<int> users, IReadOnlyList<SongSetting> settings, int threads = 0,
        IProgress<(int Done, int Of)>? progress = null, CancellationToken cancellation = default)
    {
        int[][] hidden = [.. users.Select(u => (int[])[.. split.Test.RowIndices(u).ToArray().Where(a => pipeline.SongsOf(a, 1).Count > 0)])];
        int[] asked = [.. Enumerable.Range(0, users.Count).Where(n => hidden[n].Length > 0)];
        if (asked.Length == 0)
            throw new SegueException("no listener has a hidden artist with songs in the catalogue; are the plays and the tracks about the same music?");
        FeelDistance feel = new(tracks);
        Row[][] rows = [.. asked.Select(_ => new Row[settings.Count])];
        int done = 0;
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount, CancellationToken = cancellation };
        Parallel.For(0, asked.Length, parallel, n =>
        {
            Profile profile = Evaluator.ProfileOf(split.Train, users[asked[n]]);
            for (int s = 0; s < settings.Count; s++)
                rows[n][s] = Ask(pipeline, tracks, profile, hidden[asked[n]], settings[s], feel);
            progress?.Report((Interlocked.Increment(ref done), asked.Length));
        });
        int[] listeners = Evaluator.ListenersOf(split.Train);
        return new SongReport
        {
            Split = split.Kind,
            Count = settings[0].Selection.Count,
            Users = [.. asked.Select(n => users[n])],
            Hidden = asked.Sum(n => hidden[n].Length),
            Results = [.. settings.Select((setting, s) => new SongResult
            {
                Setting = setting,
                Lists = [.. rows.Select(r => r[s].Tracks)],
                PerListener = [.. rows.Select(r => r[s].Metrics)],
                Catalogue = CatalogueMetrics.Of([.. rows.Select(r => r[s].Artists)], listeners, split.Train.Rows, setting.Selection.Count),
                Popularity = [.. rows.Select(r => r[s].Popularity)],
                Genres = [.. rows.Select(r => r[s].Genres)],
                MoodToHidden = [.. rows.Select(r => r[s].ToHidden)],
                HiddenToMood = [.. rows.Select(r => r[s].FromHidden)],
                MoodToKnown = [.. rows.Select(r => r[s].ToKnown)],
            })],
        };
    }

    private static Row Ask(Pipeline pipeline, Tracks tracks, Profile profile, int[] hidden, SongSetting setting, FeelDistance feel)
    {
        int[] list = [.. pipeline.Recommend(profile, null, setting.Options, new SongFilter(), setting.Selection).Select(r => r.Track)];
        int[] artists = [.. list.SelectMany(t => tracks.ArtistsOf[t].ToArray()).Select(pipeline.PlayedArtist).Where(a => a >= 0).Distinct()];
        int[] hiddenSongs = [.. hidden.SelectMany(a => pipeline.SongsOf(a, SongsPerArtist)).Distinct()];
        int[] knownSongs = [.. profile.Artists.SelectMany(a => pipeline.SongsOf(a, SongsPerArtist)).Distinct()];
        return new Row(list, artists, RankingMetrics.Of(artists, hidden, setting.Selection.Count),
            list.Select(t => (double)tracks.Feature(AudioFeature.Popularity)[t]).Where(double.IsFinite).DefaultIfEmpty(0).Average(),
            list.SelectMany(tracks.GenreNamesOf).Distinct().Count() / (double)Math.Max(1, list.Length),
            feel.MeanNearest(list, hiddenSongs), feel.MeanNearest(hiddenSongs, list), feel.MeanNearest(list, knownSongs));
    }

    private readonly record struct Row(int[] Tracks, int[] Artists, RankingMetrics Metrics, double Popularity, double Genres, double ToHidden, double FromHidden,
        double ToKnown);
}

/// <summary>Distances between songs in standard deviations of their raw audio features: deliberately not what the pipeline ranks by.</summary>
internal sealed class FeelDistance
{
    private static readonly AudioFeature[] s_features =
    [
        AudioFeature.Danceability, AudioFeature.Energy, AudioFeature.Loudness, AudioFeature.Speechiness, AudioFeature.Acousticness,
        AudioFeature.Instrumentalness, AudioFeature.Liveness, AudioFeature.Valence, AudioFeature.Tempo,
    ];

    private readonly Tracks _tracks;
    private readonly float[] _scaled; // tracks × features, 0 where a value is unknown.

    public FeelDistance(Tracks tracks)
    {
        _tracks = tracks;
        _scaled = new float[(long)tracks.Count * s_features.Length];
        for (int f = 0; f < s_features.Length; f++)
        {
            float[] values = tracks.Feature(s_features[f]).ToArray();
            double[] known = [.. values.Where(float.IsFinite).Select(v => (double)v)];
            double mean = known.DefaultIfEmpty(0).Average(), deviation = Math.Sqrt(known.Select(v => (v - mean) * (v - mean)).DefaultIfEmpty(0).Average());
            for (int t = 0; t < values.Length; t++)
                _scaled[t * s_features.Length + f] = float.IsFinite(values[t]) && deviation > 0 ? (float)((values[t] - mean) / deviation) : 0;
        }
    }

    /// <summary>The mean over a list of the distance to the nearest of some songs, songs of the same main artist left out; NaN where there are
    /// none.</summary>
    public double MeanNearest(ReadOnlySpan<int> list, ReadOnlySpan<int> songs)
    {
        double sum = 0;
        int count = 0;
        foreach (int track in list)
        {
            double nearest = double.PositiveInfinity;
            foreach (int song in songs)
            {
                if (MainArtist(song) != MainArtist(track))
                    nearest = Math.Min(nearest, Squared(track, song));
            }

            (sum, count) = double.IsFinite(nearest) ? (sum + Math.Sqrt(nearest), count + 1) : (sum, count);
        }

        return count == 0 ? double.NaN : sum / count;
    }

    private int MainArtist(int track) => _tracks.ArtistsOf[track] is { Length: > 0 } artists ? artists[0] : -1 - track;

    private double Squared(int a, int b)
    {
        ReadOnlySpan<float> x = _scaled.AsSpan(a * s_features.Length, s_features.Length), y = _scaled.AsSpan(b * s_features.Length, s_features.Length);
        double sum = 0;
        for (int f = 0; f < x.Length; f++)
            sum += (x[f] - y[f]) * (x[f] - y[f]);
        return sum;
    }
}
