#:property AssemblyName=segue-notebooks
#:project Notebook/Notebook.csproj
#:project ../src/Segue.Onnx/Segue.Onnx.csproj
#:property PublishAot=false
#:property UseCurrentRuntimeIdentifier=true

using Microsoft.Extensions.AI;
using Segue;
using Segue.Catalogue;
using Segue.Embedding;
using Segue.Mood;
using Segue.Notebooks;
using Segue.Numerics;
using Segue.Onnx;

Notebook page = Notebook.Open(args, "What embeddings know about moods");
Tracks tracks = page.Data.Tracks;
page.Text("""
    A song becomes a line of words, and the words become a vector: near vectors, near meanings, says the promise. But does the space know *moods*? A
    line of text about a sad song and one about a happy song by the same artist differ in a word or two. This notebook looks at the space, and then
    measures how much of each audio feature can be read back from it.
    """);

// Every so-manieth song, one version of each: neighbors in the file are often one album's.
const int SongsMax = 3000;
int[] distinct = [.. Enumerable.Range(0, tracks.Count).Where(t => tracks.SongOf[t] == t)];
int taken = Math.Min(SongsMax, distinct.Length);
int[] songs = [.. Enumerable.Range(0, taken).Select(n => distinct[(int)((long)n * distinct.Length / taken)])];
string[] described = [.. songs.Select(t => Description.Of(tracks, t))];
string[] named = [.. songs.Select(t => $"{tracks.Titles[t]} by {string.Join(", ", tracks.ArtistNamesOf(t))} ({string.Join(", ", tracks.GenreNamesOf(t))})")];
page.Say($"{songs.Length:N0} songs, such as: {described[0]}");

page.Text("""
    ## The embedders

    `static` is built in: a vector a word, and the mean of them. **MiniLM** is a small transformer that reads the line as a whole; **Ollama** serves
    whatever model it has. Those that are not at hand are left out. And one more space for comparison: `static` on the *names alone* (title, artist,
    genre), without the words for the features. What that one knows, it knows from the company that names keep.
    """);
List<(string Name, MatrixView Vectors)> spaces = [("static", Embed("static", described)), ("static, names alone", Embed("static", named))];
string? miniLm = page.Data.Folder is null ? null : Path.Combine(page.Data.Folder, "..", "models", "all-MiniLM-L6-v2");
if (Directory.Exists(miniLm))
    spaces.Add(("MiniLM", Embed($"onnx:{miniLm}", described)));
if (!page.Data.IsSample && Environment.GetEnvironmentVariable("OLLAMA_HOST") is { Length: > 0 })
{
    try
    {
        spaces.Add(("Ollama", Embed("ollama:all-minilm", described)));
    }
    catch (SegueException e)
    {
        page.Text($"Ollama was left out: {e.Message}");
    }
}

page.Text("""
    ## The space, flattened

    Hundreds of dimensions on two: the plane in which the songs differ most (principal components). Each dot is a song; the same dots, three
    colorings. Where a color runs through the picture in order, the space's largest differences are that feature's. Where colors are mixed like
    confetti, they are something else's.
    """);
MatrixView percentiles = FeaturePercentiles.Compute(tracks);
string[] telling = ["classical", "black-metal", "hip-hop", "techno", "country", "samba", "comedy", "ambient"];
string[] genres = [.. songs.SelectMany(t => tracks.GenreNamesOf(t).Take(1)).GroupBy(g => g)
    .OrderByDescending(g => telling.Contains(g.Key)).ThenByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Take(8).Select(g => g.Key)];
foreach ((string name, MatrixView vectors) in spaces)
{
    ((double X, double Y)[] points, double share) = Pca.Plane(vectors);
    page.Picture(Plot.Scatter($"{name}: by energy", points, Percentile(AudioFeature.Energy), "energy, percentile"), $"The plane holds {share:0%} of the variance.");
    page.Picture(Plot.Scatter($"{name}: by valence", points, Percentile(AudioFeature.Valence), "valence, percentile"));
    double[] genre = [.. songs.Select(t => (double)tracks.GenreNamesOf(t).Select(g => Array.IndexOf(genres, g)).DefaultIfEmpty(-1).Max())];
    page.Picture(Plot.Scatter($"{name}: by genre", points, genre, "genre", genres), "Gray: all other genres.");
}

page.Text("""
    ## What can be read back

    Two dimensions of hundreds say little. A **linear probe** may use all of them: a ridge regression from the vectors to a feature's percentile, on
    four songs of five, judged on the fifth. R² is the share of the feature's variance that it explains: 1 all, 0 nothing.
    """);
AudioFeature[] features =
[
    AudioFeature.Energy, AudioFeature.Valence, AudioFeature.Danceability, AudioFeature.Acousticness, AudioFeature.Instrumentalness,
    AudioFeature.Tempo, AudioFeature.Speechiness, AudioFeature.Liveness, AudioFeature.Loudness, AudioFeature.Popularity,
];
double[,] r2 = new double[features.Length, spaces.Count];
for (int s = 0; s < spaces.Count; s++)
{
    LinearProbe probe = new(spaces[s].Vectors);
    for (int f = 0; f < features.Length; f++)
        r2[f, s] = probe.R2([.. Percentile(features[f]).Select(p => (float)p)]);
}

string[] labels = [.. features.Select(f => f.ToString().ToLowerInvariant())], columns = [.. spaces.Select(s => s.Name)];
page.Picture(Plot.HeatMap("R² of a linear probe", "", labels, "", columns, r2, "0.00", best: false));
page.Table(["R²", .. columns], features.Select((f, n) => (string[])[labels[n], .. spaces.Select((_, s) => $"{r2[n, s]:0.00}")]));
page.Say($"Of energy, {r2[0, 0]:0%} can be read from the whole line and {r2[0, 1]:0%} from names and genre alone; of valence {r2[1, 0]:0%} and {r2[1, 1]:0%}");

page.Text("""
    ## What follows

    The line says `low energy`, `sad`, `slow` in words, and what it says in words can be read back, as coarsely as it was said: three steps, not a
    scale. What it does not say (loudness, popularity) comes only through genre and names. And distance takes everything at once: in the pictures no
    direction is one mood's alone, kinds and names and languages lie across it, and a *near* song is near in all of them together. So a wish for a
    mood is not looked up by distance in this space: it is **read**, and each song is judged by its features. The vectors do what they are good at:
    they find what words the lexicon lacks, and songs of a kind.
    """);
return page.Close();

// Where each song stands among all in a feature; the middle where it is not known.
double[] Percentile(AudioFeature feature) => [.. songs.Select(t => percentiles.Row((int)feature)[t] is var p && float.IsFinite(p) ? p : 0.5)];

static MatrixView Embed(string spec, string[] texts)
{
    using IEmbeddingGenerator<string, Embedding<float>> generator =
        Embedders.Known.WithOnnx().CreateAsync(EmbedderSpec.Parse(spec), new EmbedderContext()).GetAwaiter().GetResult();
    GeneratedEmbeddings<Embedding<float>> embeddings = generator.GenerateAsync(texts).GetAwaiter().GetResult();
    int dimensions = embeddings[0].Vector.Length;
    float[] all = new float[texts.Length * dimensions];
    for (int n = 0; n < texts.Length; n++)
        embeddings[n].Vector.Span.CopyTo(all.AsSpan(n * dimensions));
    return new MatrixView(all, texts.Length, dimensions);
}
