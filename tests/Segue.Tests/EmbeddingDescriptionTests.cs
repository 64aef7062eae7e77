using Segue.Catalogue;
using Segue.Embedding;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: a track is described as a listener would, and never by what is not known. Method: rows with known answers. Seen to fail: tempo compared
/// with shares of 1 (every song was fast).
/// </summary>
public sealed class EmbeddingDescriptionTests
{
    [Fact]
    public void A_short_description_of_what_is_known()
    {
        float[] comedy = Features((AudioFeature.Energy, .461f), (AudioFeature.Valence, .715f), (AudioFeature.Mode, 0), (AudioFeature.Tempo, 87.917f),
            (AudioFeature.Danceability, .676f));
        string text = Describe(new TrackRow("a", "Comedy", "Comedy", ["Gen Hoshino"], "acoustic", false, comedy));
        Assert.Equal("Comedy by Gen Hoshino (acoustic): mid energy, happy, minor, slow", text);
    }

    [Fact]
    public void What_is_out_of_the_ordinary_is_said_and_artists_and_genres_are_listed()
    {
        float[] features = Features((AudioFeature.Energy, .1f), (AudioFeature.Valence, .1f), (AudioFeature.Mode, 1), (AudioFeature.Tempo, 115),
            (AudioFeature.Danceability, .9f), (AudioFeature.Acousticness, .99f), (AudioFeature.Instrumentalness, .9f), (AudioFeature.Speechiness, .5f),
            (AudioFeature.Liveness, .9f), (AudioFeature.Loudness, -30));
        string text = Describe(new TrackRow("a", "T", "", ["A", "B"], "folk", false, features));
        Assert.Equal("T by A, B (folk): low energy, sad, major, mid tempo, danceable, acoustic, instrumental, spoken, live", text);
    }

    [Fact]
    public void Nothing_known_but_a_title() => Assert.Equal("T", Describe(new TrackRow("a", "T", "", [], null, false, Features())));

    private static string Describe(TrackRow row)
    {
        TracksBuilder builder = new();
        builder.Add(row);
        return Description.Of(builder.Build(), 0);
    }

    private static float[] Features(params (AudioFeature Feature, float Value)[] known)
    {
        float[] features = new float[Tracks.FeatureCount];
        Array.Fill(features, float.NaN);
        foreach ((AudioFeature feature, float value) in known)
            features[(int)feature] = value;
        return features;
    }
}
