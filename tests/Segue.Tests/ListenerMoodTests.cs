using Segue.Catalogue;
using Segue.Interactions;
using Segue.Mood;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a listener's moods, dislikes and dates do what they are said to do. Method: a catalogue of planted moods (calm and sad, loud and happy, and
/// all between), and the random worlds. Seen to fail: with one mean for all moods, with the sign of a dislike turned round, with all dates alike.
/// </summary>
public sealed class ListenerMoodTests
{
    private const int Each = 30;

    /// <summary>Songs 0..29 are calm and sad, 30..59 loud and happy, 60..89 anywhere; every song has an artist of its own.</summary>
    private static readonly SongIndex s_songs = Planted();

    [Fact]
    public void Medoids_find_planted_groups_and_no_exchange_helps()
    {
        for (int seed = 1; seed <= 20; seed++)
        {
            Random random = new(seed);
            int n = 24, k = 3;
            double[] at = [.. Enumerable.Range(0, n).Select(i => 10 * (i % k) + random.NextDouble())], weights = [.. at.Select(_ => 0.5 + random.NextDouble())];
            double[,] distances = new double[n, n];
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                    distances[i, j] = Math.Abs(at[i] - at[j]);
            }

            KMedoids found = KMedoids.Of(distances, weights, k);
            Assert.All(Enumerable.Range(0, n), i => Assert.Equal(found.ClusterOf[i % k], found.ClusterOf[i]));
            Assert.InRange(found.Silhouette, 0.8, 1);
            double Cost(int[] medoids) => Enumerable.Range(0, n).Sum(i => weights[i] * medoids.Min(m => distances[i, m]));
            for (int m = 0; m < k; m++)
            {
                foreach (int other in Enumerable.Range(0, n).Except(found.Medoids))
                    Assert.True(Cost([.. found.Medoids.Select((x, c) => c == m ? other : x)]) >= Cost(found.Medoids) - 1e-9);
            }

            Assert.Equal(n, KMedoids.Of(distances, weights, n).Medoids.Distinct().Count());
            Assert.Equal(0, KMedoids.Of(distances, weights, 1).Silhouette);
        }
    }

    [Fact]
    public void Two_moods_in_one_person_are_found_named_and_both_served()
    {
        ListenerMood both = Mood(0, 1, 2, 3, 4, 5, 30, 31, 32);
        Assert.Equal(2, both.Centers.Count);
        MoodCenter calm = both.Centers.Single(c => c.Song < Each), loud = both.Centers.Single(c => c.Song >= Each);
        Assert.Equal(2.0 / 3, calm.Share, 1e-9);
        Assert.Equal(1, both.Centers.Sum(c => c.Share), 1e-9);
        Assert.Contains("calm", calm.Feel);
        Assert.Contains("sad", calm.Feel);
        Assert.Contains("energetic", loud.Feel);
        bool[] allowed = [.. Enumerable.Range(0, s_songs.Tracks.Count).Select(_ => true)];
        IReadOnlyList<int> best = both.Best(20, allowed);
        Assert.Contains(best, t => t is > 5 and < Each);
        Assert.Contains(best, t => t is > 32 and < 2 * Each);
        // One mean would lie between the two, where only the songs from anywhere are.
        Assert.True(best.Count(t => t >= 2 * Each) <= 2, string.Join(' ', best));
        Assert.Single(Mood([.. Enumerable.Range(0, Each)]).Centers);
    }

    [Fact]
    public void A_reason_names_a_loved_song_and_only_what_both_stand_out_in()
    {
        ListenerMood mood = Mood(0, 1, 2, 30, 31);
        for (int track = 3; track < 2 * Each; track++)
        {
            Reason reason = Assert.Single(mood.Reasons(track));
            Assert.Equal(ReasonKind.FeelsLike, reason.Kind);
            int song = s_songs.Tracks.Songs.Resolve(reason.Song!);
            Assert.Equal(song < Each, track < Each || (track is >= 30 && song < Each));
            foreach (string word in (reason.Text ?? "").Split(" and ", StringSplitOptions.RemoveEmptyEntries))
            {
                foreach (int one in new[] { song, track })
                    Assert.Contains(Enum.GetValues<AudioFeature>().Take(MoodFeatures.Count), f => IsAtEnd(f, one, word));
            }
        }

        static bool IsAtEnd(AudioFeature feature, int track, string word)
        {
            float p = s_songs.Percentiles.Row((int)feature)[track];
            return (p <= 0.25 && MoodFeatures.EndOf(feature, -1) == word) || (p >= 0.75 && MoodFeatures.EndOf(feature, 1) == word);
        }
    }

    [Fact]
    public void A_mood_that_keeps_away_from_songs_ranks_those_like_them_last()
    {
        int[] tracks = [.. Enumerable.Range(0, 2 * Each).Except([30, 31])];
        double[] scores = new double[tracks.Length];
        new RepelledMood(null, s_songs, [30, 31]).Score(tracks, scores);
        Assert.All(scores, s => Assert.InRange(s, 0, 1));
        Assert.True(tracks.Zip(scores).Where(t => t.First < Each).Min(t => t.Second) > tracks.Zip(scores).Where(t => t.First >= Each).Max(t => t.Second));
    }

    [Fact]
    public void A_dislike_acts_on_both_sides_and_says_how_much()
    {
        int said = 0;
        bool onTaste = false, onMood = false;
        for (int seed = 1; seed <= 20; seed++)
        {
            PipelineWorld world = new(seed);
            Profile liked = Profile.OfUser(world.Plays, seed % world.Plays.Counts.Rows);
            int disliked = Enumerable.Range(0, 30).First(a => Array.BinarySearch(liked.Artists, a) < 0 && world.Pipeline.SongsOf(a).Count > 0);
            string name = world.Plays.Artists.Names[disliked];
            Profile profile = liked with { Disliked = [disliked] };
            SelectionOptions everything = new() { Count = 1000, MaxPerArtist = 1000 };
            foreach (SongRecommendation row in world.Pipeline.Recommend(profile, null, new PipelineOptions(), new SongFilter(), everything))
            {
                if (row.Reasons.FirstOrDefault(r => r.Kind == ReasonKind.UnlikeDisliked) is not { } reason)
                    continue;
                Assert.Equal(name, reason.Artist);
                TrackExplanation why = world.Pipeline.Explain(profile, null, new PipelineOptions(), new SongFilter(), row.Track);
                TrackCounterfactual without = why.Counterfactuals.Single(c => c.Without == "dislike");
                Assert.True(why.Score > without.Score);
                onTaste |= reason.Text!.StartsWith('+');
                onMood |= reason.Text!.Contains(", +", StringComparison.Ordinal);
                if (++said % 10 == 0)
                    break;
            }
        }

        Assert.True(said > 20 && onTaste && onMood, $"{said} reasons");
    }

    [Fact]
    public void What_was_played_lately_counts_more_where_there_are_dates()
    {
        int more = 0, less = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            PipelineWorld world = new(seed);
            // Half of the history is of one community, half of the other; only the first was played lately.
            Profile profile = Profile.Of(Enumerable.Range(0, 16).Select(a => (a, 10f)));
            float[] Days(int lately) => [.. profile.Artists.Select(a => a % 2 == lately ? 1f : 400f)];
            double Share(float[]? days) => world.Pipeline
                .Recommend(profile with { DaysSince = days }, null, new PipelineOptions { Taste = 1 }, new SongFilter(), new() { Count = 20 })
                .Average(r => world.Plays.Artists.ByName.Find(world.Songs.Tracks.ArtistNamesOf(r.Track).First()) is >= 0 and var artist && artist % 2 == 0 ? 1.0 : 0);
            double even = Share(Days(0)), odd = Share(Days(1));
            (more, less) = (more + (even > odd ? 1 : 0), less + (even < odd ? 1 : 0));
            float[] alike = [.. profile.Artists.Select(_ => 3f)];
            Assert.Equal(Share(null), Share(alike)); // Dates that are all alike say nothing.
        }

        Assert.True(more >= 9 && less <= 3, $"{more} worlds follow what was played lately, {less} go against it");
    }

    private static ListenerMood Mood(params int[] songs) => new(s_songs, [.. songs.Select(s => (s, 1.0))]);

    private static SongIndex Planted()
    {
        Random random = new(1);
        TracksBuilder builder = new();
        for (int song = 0; song < 3 * Each; song++)
        {
            float[] features = new float[Catalogue.Tracks.FeatureCount];
            for (int f = 0; f < features.Length; f++)
                features[f] = random.NextSingle();
            foreach (AudioFeature f in new[] { AudioFeature.Energy, AudioFeature.Valence, AudioFeature.Loudness })
                features[(int)f] = (song / Each) switch { 0 => 0.2f, 1 => 0.8f, _ => 0.5f } + 0.2f * (random.NextSingle() - 0.5f);
            features[(int)AudioFeature.Popularity] = 50;
            builder.Add(new TrackRow($"id{song}", $"Song {song}", "Album", [$"Artist {song}"], song / Each == 1 ? "pop" : "ambient", false, features));
        }

        Tracks tracks = builder.Build();
        float[] vectors = [.. Enumerable.Range(0, tracks.Count * 2).Select(i => i % 2 == 0 ? 1f : random.NextSingle())];
        FlatIndex index = new(new MatrixView(vectors, tracks.Count, 2), Metric.Cosine);
        return new SongIndex(tracks, FeaturePercentiles.Compute(tracks), null, index, Enumerable.Range(0, tracks.Count).ToArray(), "planted");
    }
}
