#:property AssemblyName=segue-notebooks
#:project Notebook/Notebook.csproj
#:property PublishAot=false

using Segue.Catalogue;
using Segue.Embedding;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Mood;
using Segue.Notebooks;
using Segue.Numerics;
using Segue.Recommending;
using Segue.VectorSearch;

Notebook page = Notebook.Open(args, "The whole way through, for one listener");
(Plays plays, Tracks tracks) = (page.Data.Plays, page.Data.Tracks);
page.Text("""
    Two models meet in one ranking. **Taste** knows who plays what, and nothing of songs. **Mood** knows how songs feel, and nothing of people. Names
    of artists join them. This notebook goes the whole way for one listener and opens every score on it.
    """);
AlsOptions options = new();
AlsModel model = AlsTrainer.Train(plays, options, new AlsRun { TrackLoss = false }).Model;
SongIndex songs = Index(tracks);
Pipeline pipeline = new(model, plays, songs);

// A listener with a history of middling length, of whose artists most have songs.
Profile listener = Enumerable.Range(0, plays.Counts.Rows).OrderBy(plays.Counts.RowLength).ThenBy(u => u)
    .Skip(plays.Counts.Rows / 2).Select(u => Profile.OfUser(plays, u)).First(p => pipeline.Joined(p).PlaysShare > 0.9);
(int joined, double share) = pipeline.Joined(listener);
page.Say($"Listener {listener.Name} plays {listener.Artists.Length} artists; {joined} of them ({share:0%} of the plays) have songs in the catalogue");
(int Artist, float Plays)[] loved = [.. listener.Artists.Zip(listener.Plays).OrderByDescending(a => a.Second).ThenBy(a => a.First).Take(10)];
page.Picture(Plot.Bars("What they play most", [.. loved.Select(a => (plays.Artists.Names[a.Artist], (double)a.Plays, 0.0, 0.0))]));

page.Text("""
    ## Taste: artists they have not heard

    The factorization folds the listener in: one small linear system gives them a vector, and the dot product with each artist's vector is the score.
    The same system can be read the other way round: a score is a sum of parts, one for each artist of the history. That is the explanation, and it is
    exact.
    """);
IReadOnlyList<ArtistRecommendation> artists = ArtistRecommender.Recommend(model, plays, listener, new ArtistOptions { Count = 10 });
AlsExplanation[] why = [.. artists.Select(a => model.Explain(listener, a.Artist))];
int[] speakers = [.. why.SelectMany(w => w.Parts).GroupBy(p => p.Artist).OrderByDescending(g => g.Sum(p => p.Part)).ThenBy(g => g.Key).Take(5).Select(g => g.Key)];
page.Picture(Plot.StackedBars("Who speaks for each artist", [.. speakers.Select(s => plays.Artists.Names[s]), "all others"], [.. why.Select(w =>
{
    double[] parts = [.. speakers.Select(s => Math.Max(0, w.Parts.First(p => p.Artist == s).Part))];
    return (plays.Artists.Names[w.Artist], (double[])[.. parts, w.Score - parts.Sum()]);
})]), "A bar's length is the score; colors are artists that the listener plays.");
page.Table(["artist", "score", "because they play"], artists.Select(a => new[]
{
    plays.Artists.Names[a.Artist], $"{a.Score:0.00}", string.Join(", ", a.Reasons.Take(2).Select(r => $"{r.Artist} {r.Part:0%}")),
}));

page.Text("""
    ## Mood: what lives in the listener

    Nobody has one mood. The songs of the artists they love are grouped by how alike they feel, into as few groups as are honest; a song is judged by
    the group it fits best.
    """);
page.Table(["a mood of theirs, like", "share", "feels"], pipeline.Moods(listener).Select(m => new[]
{
    tracks.DisplayName(m.Song), $"{m.Share:0%}", m.Feel.Length > 0 ? m.Feel : "-",
}));

page.Text("""
    ## The two in one ranking

    Songs come from both sides: of the artists that taste adds, and near the listener's moods. Each side's scores are put on one scale, the share of
    candidates that are worse, weighted, and added. So every bar below is a sum, and its parts say what the song owes to whom.
    """);
IReadOnlyList<SongRecommendation> ranking = Recommend(null, new PipelineOptions());
Show("Without a wish: the listener's own moods", ranking);
Reasons(ranking);

page.Text("""
    ## With a wish

    A wish in words takes the place of the listener's own moods. It is read, not only embedded: the line below says how.
    """);
WishReader reader = WishReader.For(tracks);
WishMood calm = new(songs, reader.Read("calm and dreamy"));
page.Say($"\"calm and dreamy\" is read as {calm.Wish}");
IReadOnlyList<SongRecommendation> wished = Recommend(calm, new PipelineOptions());
Show("The same listener, calm and dreamy", wished);
Reasons(wished);

page.Text("""
    ## Between the two

    `--taste` moves from mood alone (0) to taste alone (1). Twenty songs at each step: how well do they meet the wish, and how much does taste ask for
    their artists? Both as shares of the best that the one or the other alone finds. Good blends bend outward: they give up little of the one for most
    of the other.
    """);
double[] steps = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
float[] taste = ArtistRecommender.Score(model, listener);
(double Fit, double Taste)[] blends = [.. steps.Select(t => Measure(Recommend(calm, new PipelineOptions { Taste = t })))];
page.Picture(Plot.Lines("What each mixture keeps", "taste", [
    ("fit to the wish", [.. steps.Zip(blends).Select(b => (b.First, b.Second.Fit / blends.Max(x => x.Fit)))]),
    ("taste of the artists", [.. steps.Zip(blends).Select(b => (b.First, b.Second.Taste / blends.Max(x => x.Taste)))])]));
int half = Array.IndexOf(steps, 0.5);
page.Say($"""
    Half and half keeps {blends[half].Fit / blends.Max(x => x.Fit):0%} of the wish's fit and {blends[half].Taste / blends.Max(x => x.Taste):0%} of the taste
    """);

page.Text("""
    ## Wishes move the features

    The same listener, four wishes; the mean percentile of the twenty songs in four features (0.5 is the middle of the catalogue). Taste stays, the
    mood obeys.
    """);
string[] wishes = ["calm and dreamy", "energetic party", "sad and slow", "happy acoustic"];
AudioFeature[] features = [AudioFeature.Energy, AudioFeature.Valence, AudioFeature.Acousticness, AudioFeature.Tempo];
double[,] cells = new double[wishes.Length + 1, features.Length];
for (int w = 0; w <= wishes.Length; w++)
{
    IReadOnlyList<SongRecommendation> items = w == 0 ? ranking : Recommend(new WishMood(songs, reader.Read(wishes[w - 1])), new PipelineOptions());
    for (int f = 0; f < features.Length; f++)
        cells[w, f] = items.Select(i => (double)songs.Percentiles.Row((int)features[f])[i.Track]).Where(double.IsFinite).DefaultIfEmpty(0.5).Average();
}

string[] rows = ["(no wish)", .. wishes], columns = [.. features.Select(f => f.ToString().ToLowerInvariant())];
page.Picture(Plot.HeatMap("Mean percentile of twenty songs", "", rows, "", columns, cells, "0.00", best: false));
page.Table(["wish", .. columns], rows.Select((w, n) => (string[])[w, .. features.Select((_, f) => $"{cells[n, f]:0.00}")]));
return page.Close();

IReadOnlyList<SongRecommendation> Recommend(ISongMood? wish, PipelineOptions how) =>
    pipeline.Recommend(listener, wish, how, new SongFilter(), new SelectionOptions { Count = 20 });

void Show(string title, IReadOnlyList<SongRecommendation> items) => page.Picture(Plot.StackedBars(title, ["taste", "mood", "popularity"],
    [.. items.Take(12).Select(i => (Short(tracks.DisplayName(i.Track)), (double[])[i.Parts.Taste, i.Parts.Mood, i.Parts.Popularity]))]));

void Reasons(IReadOnlyList<SongRecommendation> items) => page.Table(["song", "score", "why"], items.Take(5).Select(i => new[]
{
    Short(tracks.DisplayName(i.Track)), $"{i.Score:0.00}", string.Join("; ", i.Reasons.DistinctBy(r => r.Kind).Take(2)),
}));

(double Fit, double Taste) Measure(IReadOnlyList<SongRecommendation> items)
{
    double[] fit = new double[items.Count];
    calm.Score([.. items.Select(i => i.Track)], fit);
    return (fit.Average(), items.Average(i =>
        tracks.ArtistsOf[i.Track].ToArray().Select(pipeline.PlayedArtist).Where(a => a >= 0).Select(a => (double)taste[a]).DefaultIfEmpty(0).Max()));
}

static string Short(string name) => name.Length <= 46 ? name : name[..45] + "…";

static SongIndex Index(Tracks tracks)
{
    using StaticEmbeddingGenerator generator = new();
    EmbeddedTracks embedded = TrackEmbedder.EmbedAsync(tracks, generator).GetAwaiter().GetResult();
    MatrixView percentiles = FeaturePercentiles.Compute(tracks);
    MoodRegions regions = new(MoodRegions.Learn(tracks, percentiles, StaticWords.Embed), Lexicon.Default);
    return new SongIndex(tracks, percentiles, regions, new FlatIndex(embedded.Vectors, Metric.Cosine), embedded.Tracks, embedded.EmbedderId);
}
