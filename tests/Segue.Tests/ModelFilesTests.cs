using System.Text.Json.Nodes;
using CsCheck;
using Segue.Catalogue;
using Segue.Interactions;
using Segue.ModelFiles;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: cards, plays and tracks come back as they went. Method: round trips, and every line of a card taken out or changed.
/// Seen to fail: with a card read lazily (a name that stands twice threw at the first use, far from here).
/// </summary>
public sealed class ModelFilesTests
{
    [Fact]
    public void A_card_comes_back_as_it_went()
    {
        using ScratchFolder folder = new();
        ModelCard card = Card(), back = ModelCard.Read(folder.Write("card.json", card.ToJson()));
        Assert.Equal(card.ToJson(), back.ToJson());
        Assert.Equal((card.Kind, card.Data, card.Seed), (back.Kind, back.Data, back.Seed));
        Assert.Equal(card.Files, back.Files);
        Assert.DoesNotContain('\r', card.ToJson());
        Assert.Null(ModelCard.Read(folder.Write("card.json", (card with { Seed = null }).ToJson())).Seed);
    }

    [Theory]
    [InlineData("\"segue\": \"card\"", "\"segue\": \"deck\"", "is not a card of a Segue model")]
    [InlineData("\"segue\": \"card\",", "", "is not a card of a Segue model")]
    [InlineData("\"format\": 1", "\"format\": 2", "has format 2, but this program reads 1 to 1")]
    [InlineData("\"format\": 1", "\"format\": \"1\"", "has format \"1\"")]
    [InlineData("\"format\": 1,", "", "has format nothing")]
    [InlineData("\"kind\": \"als\",", "", "'kind' is missing")]
    [InlineData("\"kind\": \"als\"", "\"kind\": null", "'kind' is missing")]
    [InlineData("\"kind\": \"als\"", "\"kind\": \"als\", \"kind\": \"vdb\"", "not a readable card")]
    [InlineData("\"data\": \"abc\"", "\"data\": [1]", "'data' is missing")]
    [InlineData("\"seed\": 7", "\"seed\": 7e300", "'seed' is missing")]
    [InlineData("\"seed\": 7", "\"seed\": \"seven\"", "'seed' is missing")]
    [InlineData("\"parameters\": {", "\"parameter\": {", "'parameters' is missing")]
    [InlineData("\"metrics\": {}", "\"metrics\": 3", "'metrics' is missing")]
    [InlineData("\"bytes\": 4", "\"bytes\": -4", "'files.x.safetensors' is missing")]
    [InlineData("\"bytes\": 4,", "", "'files.x.safetensors' is missing")]
    [InlineData("\"sha256\": \"0", "\"sha256\": \"", "'files.x.safetensors' is missing")]
    [InlineData("\"x.safetensors\"", "\"../x.safetensors\"", "no name of a file beside it")]
    [InlineData("{", "[", "not a readable card")]
    public void A_damaged_card_is_refused_and_says_where(string what, string by, string why)
    {
        using ScratchFolder folder = new();
        string json = Card().ToJson();
        Assert.Contains(what, json);
        string path = folder.Write("card.json", json[..json.IndexOf(what)] + by + json[(json.IndexOf(what) + what.Length)..]);
        ModelFileException e = Assert.Throws<ModelFileException>(() => ModelCard.Read(path));
        Assert.StartsWith(path + ": ", e.Message);
        Assert.Contains(why, e.Message);
    }

    [Fact]
    public void A_cut_or_missing_card_is_refused()
    {
        using ScratchFolder folder = new();
        string json = Card().ToJson().TrimEnd();
        for (int length = 0; length < json.Length; length++)
            Assert.Throws<ModelFileException>(() => ModelCard.Read(folder.Write("card.json", json[..length])));
        Assert.Contains("there is no such file", Assert.Throws<ModelFileException>(() => ModelCard.Read(folder.File("none"))).Message);
        Assert.Throws<ModelFileException>(() => ModelCard.Read(folder.Path));
        foreach (string other in (string[])["null", "[]", "7", "\"card\"", "{}", new string('[', 5000)])
            Assert.Throws<ModelFileException>(() => ModelCard.Read(folder.Write("card.json", other)));
    }

    [Fact]
    public void Plays_come_back_as_they_went()
    {
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        Plays plays = SomePlays([(0, 1, 5), (2, 0, 1.5f), (2, 2, 9)]);
        DataFiles.SavePlays(plays, folder.File("plays"));
        Plays back = DataFiles.LoadPlays(folder.File("plays"), files);
        Assert.Equal(DataFiles.Fingerprint(plays), DataFiles.Fingerprint(back));
        Assert.Equal(2, back.ResolveUser("zoë"));
        Assert.Equal(1, back.Artists.Resolve("sigur rós"));
        Assert.Equal([1.5f, 9], back.Counts.RowValues(2).ToArray());
        string problem = Assert.Throws<ModelFileException>(() => DataFiles.LoadTracks(folder.File("plays"), files)).Message;
        Assert.Contains("holds 'plays', but 'tracks' was expected", problem);
    }

    [Fact]
    public void Tracks_come_back_as_they_went()
    {
        using ScratchFolder folder = new();
        using MappedFiles files = new();
        TracksBuilder builder = new();
        builder.Add(CatalogueTracksTests.Row("a", "Hoppípolla", ["Sigur Rós"], "post-rock"));
        builder.Add(CatalogueTracksTests.Row("b", "", [], null));
        builder.Add(CatalogueTracksTests.Row("c", "hoppípolla", ["Sigur Rós"], "ambient") with { Explicit = true });
        Tracks tracks = builder.Build();
        DataFiles.SaveTracks(tracks, folder.File("tracks"));
        Tracks back = DataFiles.LoadTracks(folder.File("tracks"), files);
        Assert.Equal(DataFiles.Fingerprint(tracks), DataFiles.Fingerprint(back));
        Assert.Equal([0, 1, 0], back.SongOf.ToArray());
        Assert.Equal([0, 2], back.TracksOfArtist[0].ToArray());
        Assert.Equal([0, 2], back.ByTitle.FindAll("Hoppípolla"));
        Assert.True(back.IsExplicit(2));
        DataFiles.SaveTracks(back, folder.File("again"));
        Assert.Equal(File.ReadAllBytes(folder.File("tracks")), File.ReadAllBytes(folder.File("again")));
    }

    [Fact]
    public void A_fingerprint_sees_every_change()
    {
        (int, int, float)[] counts = [(0, 1, 5), (1, 0, 2), (2, 2, 9)];
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[1, 100]).Array[1, 6].Sample(entries =>
        {
            (int, int, float)[] other = [.. entries.Select(e => (e.Item1, e.Item2, (float)e.Item3))];
            Plays a = SomePlays(counts), b = SomePlays(other);
            bool equal = a.Counts.Starts.Span.SequenceEqual(b.Counts.Starts.Span) && a.Counts.Indices.Span.SequenceEqual(b.Counts.Indices.Span)
                && a.Counts.Values.Span.SequenceEqual(b.Counts.Values.Span);
            return equal == (DataFiles.Fingerprint(a) == DataFiles.Fingerprint(b));
        });

        string[] prints = [.. ((string[][])[["A", "B"], ["B", "A"], ["A"], []]).SelectMany(artists => ((string?[])["g", "h", null]).Select(genre =>
        {
            TracksBuilder builder = new();
            builder.Add(CatalogueTracksTests.Row("x", "X", ["A", "B"], "g"));
            builder.Add(CatalogueTracksTests.Row("y", "Y", artists, genre));
            builder.Add(CatalogueTracksTests.Row("z", "Z", ["B"], "h"));
            return DataFiles.Fingerprint(builder.Build());
        }))];
        Assert.Distinct(prints);
    }

    private static Plays SomePlays((int User, int Artist, float Count)[] counts) => new(
        TextColumn.From(["ann", "bob", "zoë"]),
        new Artists(TextColumn.From(["1", "2", "3"]), TextColumn.From(["Muse", "Sigur Rós", ""])),
        CsrMatrix.FromEntries(3, 3, [.. counts.Select(c => c.User)], [.. counts.Select(c => c.Artist)], [.. counts.Select(c => c.Count)]));

    private static ModelCard Card() => new()
    {
        Kind = "als",
        Data = "abc",
        Seed = 7,
        Parameters = new JsonObject { ["factors"] = 64, ["note"] = "naïve", ["list"] = new JsonArray(1, 2.5) },
        Files = { ["x.safetensors"] = (4, new string('0', 64)) },
    };
}
