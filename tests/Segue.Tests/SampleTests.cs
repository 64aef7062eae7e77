using Segue.Catalogue;
using Segue.Import;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: the sample is the world it says it is, and the same one everywhere. Method: count what was planted. Seen to fail: with the share of a
/// listener's own community at 0.2, and with another seed.
/// </summary>
public sealed class SampleTests
{
    private static readonly SampleWorld s_world = Sample.Generate();

    [Fact]
    public void It_has_the_size_it_is_said_to_have()
    {
        Assert.Equal((400, 300, 3000), (s_world.Plays.UserIds.Count, s_world.Plays.Artists.Count, s_world.Tracks.Count));
        Assert.InRange(s_world.Plays.Counts.Nonzeros, 5_000, 12_000);
        Assert.Equal("1", s_world.Plays.UserIds[0]);
        Assert.Equal(300, s_world.Tracks.ArtistNames.Count);
    }

    [Fact]
    public void Listeners_keep_to_their_community()
    {
        int own = 0;
        for (int u = 0; u < 400; u++)
        {
            foreach (int a in s_world.Plays.Counts.RowIndices(u))
                own += s_world.CommunityOfArtist[a] == s_world.CommunityOfUser[u] ? 1 : 0;
        }

        Assert.InRange((double)own / s_world.Plays.Counts.Nonzeros, 0.6, 0.85);
        Assert.Equal(12, s_world.CommunityNames.Length);
        Assert.Equal(12, s_world.CommunityOfUser.Distinct().Count());
    }

    [Fact]
    public void Artists_of_the_plays_and_of_the_tracks_are_the_same()
    {
        for (int a = 0; a < 300; a++)
        {
            int there = s_world.Tracks.ByArtistName.Find(s_world.Plays.Artists.Names[a]);
            Assert.True(there >= 0, s_world.Plays.Artists.Names[a]);
            Assert.True(s_world.Tracks.TracksOfArtist[there].Length >= 10);
        }
    }

    [Fact]
    public void Genres_sound_like_themselves()
    {
        float Mean(string genre, AudioFeature feature)
        {
            List<float> values = [];
            for (int t = 0; t < s_world.Tracks.Count; t++)
            {
                if (s_world.Tracks.GenreNamesOf(t).Contains(genre))
                    values.Add(s_world.Tracks.Feature(feature)[t]);
            }

            return values.Average();
        }

        Assert.True(Mean("metal", AudioFeature.Energy) > Mean("ambient", AudioFeature.Energy) + 0.4);
        Assert.True(Mean("salsa", AudioFeature.Valence) > Mean("sleep", AudioFeature.Valence) + 0.4);
        Assert.True(Mean("classical", AudioFeature.Acousticness) > Mean("techno", AudioFeature.Acousticness) + 0.5);
        Assert.DoesNotContain(s_world.Tracks.Columns.Features.Values.ToArray(), float.IsNaN);
    }

    [Fact]
    public void The_same_seed_is_the_same_world()
    {
        Assert.Equal("291a85a553c9fa8e7546876d8b71f87a", DataFiles.Fingerprint(s_world.Plays));
        Assert.Equal(DataFiles.Fingerprint(Sample.Generate().Tracks), DataFiles.Fingerprint(s_world.Tracks));
        Assert.NotEqual(DataFiles.Fingerprint(s_world.Plays), DataFiles.Fingerprint(Sample.Generate(2).Plays));
    }
}
