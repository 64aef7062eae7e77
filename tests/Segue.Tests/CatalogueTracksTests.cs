using CsCheck;
using Segue.Catalogue;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: one id is one track with all its genres, one song under several ids stays several tracks that know each other.
/// Method: examples and a dictionary twin. Seen to fail: when a merged row replaced the first, and when the artists' order split a song.
/// </summary>
public sealed class CatalogueTracksTests
{
    [Fact]
    public void Rows_of_one_id_are_one_track_with_several_genres()
    {
        TracksBuilder builder = new();
        Assert.True(builder.Add(Row("1", "Comedy", ["Gen Hoshino"], "acoustic")));
        Assert.False(builder.Add(Row("1", "Comedy (renamed)", ["Somebody"], "j-pop")));
        Assert.False(builder.Add(Row("1", "Comedy", ["Gen Hoshino"], " acoustic ")));
        Assert.False(builder.Add(Row("1", "Comedy", ["Gen Hoshino"], null)));
        Tracks tracks = builder.Build();
        Assert.Equal(1, tracks.Count);
        Assert.Equal("Comedy - Gen Hoshino", tracks.DisplayName(0));
        Assert.Equal(["acoustic", "j-pop"], tracks.GenreNamesOf(0));
    }

    [Fact]
    public void Ids_of_one_song_know_it_and_stay_themselves()
    {
        TracksBuilder builder = new();
        builder.Add(Row("a", "Teardrop", ["Massive Attack", "Liz Fraser"], "trip-hop"));
        builder.Add(Row("b", "Angel", ["Massive Attack"], "trip-hop"));
        builder.Add(Row("c", "TEARDROP ", ["Liz  Fraser", "massive attack"], "chill"));
        builder.Add(Row("d", "Teardrop", ["José González"], "folk"));
        Tracks tracks = builder.Build();
        Assert.Equal([0, 1, 0, 3], tracks.SongOf.ToArray());
        Assert.Equal(["Liz  Fraser", "massive attack"], tracks.ArtistNamesOf(2));
        Assert.Equal(2, tracks.IndexOfId("c"));
        Assert.Equal(-1, tracks.IndexOfId("C"));
        Assert.Equal([0, 2, 3], tracks.ByTitle.FindAll("teardrop"));
    }

    [Fact]
    public void Songs_artists_and_features_are_those_of_the_slow_twin()
    {
        Gen<TrackRow> row = Gen.Select(Gen.Int[0, 30], Gen.Int[0, 5], Gen.Int[0, 5].Array[0, 3], Gen.Int[0, 3], Gen.Float.Array[Tracks.FeatureCount])
            .Select((id, title, artists, genre, features) =>
                new TrackRow($"id{id}", $"T{title}", "", [.. artists.Select(a => $"Artist {a}")], genre == 0 ? null : $"g{genre}", id % 2 == 0, features));
        row.Array[0, 60].Sample(rows =>
        {
            TracksBuilder builder = new();
            foreach (TrackRow r in rows)
                builder.Add(r);
            Tracks tracks = builder.Build();
            TrackRow[] first = [.. rows.DistinctBy(r => r.Id)];
            Assert.Equal(first.Length, tracks.Count);
            for (int i = 0; i < first.Length; i++)
            {
                Assert.Equal(first[i].Artists.Distinct(), tracks.ArtistNamesOf(i));
                Assert.Equal(rows.Where(r => r.Id == first[i].Id && r.Genre is not null).Select(r => r.Genre!).Distinct(), tracks.GenreNamesOf(i));
                Assert.Equal(Array.FindIndex(first, r => SongOf(r) == SongOf(first[i])), tracks.SongOf[i]);
                Assert.Equal(first[i].Explicit, tracks.IsExplicit(i));
                Assert.All(Enum.GetValues<AudioFeature>(), f => Assert.Equal(first[i].Features[(int)f], tracks.Feature(f)[i]));
            }

            for (int a = 0; a < tracks.ArtistNames.Count; a++)
            {
                int artist = a;
                Assert.Equal(Enumerable.Range(0, tracks.Count).Where(t => tracks.ArtistsOf[t].Contains(artist)), tracks.TracksOfArtist[a].ToArray());
            }
        });

        static string SongOf(TrackRow r) => r.Title + "|" + string.Join('|', r.Artists.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Columns_that_do_not_fit_together_are_refused()
    {
        TracksBuilder builder = new();
        builder.Add(Row("a", "A", ["X"], "g"));
        TracksColumns good = builder.Build().Columns;
        Refused(good with { Titles = TextColumn.From([]) });
        Refused(good with { ArtistsOf = Ragged<int>.From([[1]]) });
        Refused(good with { GenresOf = Ragged<int>.From([[-1]]) });
        Refused(good with { SongOf = new[] { 1 } });
        Refused(good with { Explicit = new byte[2] });
        Refused(good with { Features = new MatrixView(new float[Tracks.FeatureCount], 1, Tracks.FeatureCount) });
        Assert.Throws<ArgumentException>(() => builder.Add(Row("b", "B", [], null) with { Features = [] }));

        static void Refused(TracksColumns columns) => Assert.Contains("do not fit together", Assert.Throws<ArgumentException>(() => new Tracks(columns)).Message);
    }

    internal static TrackRow Row(string id, string title, string[] artists, string? genre) =>
        new(id, title, "Album", artists, genre, false, new float[Tracks.FeatureCount]);
}
