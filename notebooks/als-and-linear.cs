#:property AssemblyName=segue-notebooks
#:project Notebook/Notebook.csproj
#:property PublishAot=false

using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Notebooks;

Notebook page = Notebook.Open(args, "ALS against the linear models");
Plays plays = page.Data.Plays;
Split split = Splits.Random(plays.Counts, 0.2, seed: 1);
page.Text("""
    A factorization squeezes what it knows through a few dozen numbers. The linear item models do not: they learn for each pair of artists how much
    one speaks for the other, and add up. **EASE** solves for the best such table in one go; **item-kNN** takes the cosine of the artists' listeners;
    **RP3beta** walks at random from artist to listener to artist, and holds back the popular ones. Papers of the last years found these hard to beat.
    Who wins here, and where?
    """);
string[] names = ["als", "ease", "rp3beta", "itemknn", "popularity"];
AlsOptions options = new();
EvaluationReport[] reports = [.. names.Select(n => Evaluator.Evaluate(TasteModels.Train(n, split.Train, options), split))];
EvaluationReport als = reports[0];
page.Say($"""
    {als.Users.Count:N0} listeners, {split.Train.Nonzeros:N0} pairs to learn from, {split.Test.Nonzeros:N0} held
    out; every artist that a listener has not played is a candidate
    """);

page.Text("## All listeners");
page.Picture(Plot.Bars("NDCG@10, with the 95% interval over listeners", [.. reports.Select(r =>
{
    Estimate e = Significance.Bootstrap(r.Values("ndcg", 10));
    return (r.Model, e.Mean, e.Low, e.High);
})]));
page.Table(["model", "NDCG@10", "recall@10", "coverage@10", "novelty, bits"], reports.Select(r => new[]
{
    r.Model, $"{r.Mean("ndcg", 10):0.000}", $"{r.Mean("recall", 10):0.000}", $"{r.Catalogue[0].Coverage:0.000}", $"{r.Catalogue[0].Novelty:0.0}",
}));
page.Text("""
    The intervals overlap more than they should worry us: they hold the differences *between listeners*, and those are the same for all models. What
    counts is the difference within each listener. Pairing takes the listeners' spread out; the p-value flips the signs of the differences at random
    and asks how often chance would go as far.
    """);
PairedDifference[] paired = [.. reports.Skip(1).Select(r => Significance.Paired(als.Values("ndcg", 10), r.Values("ndcg", 10)))];
page.Table(["ALS less ...", "NDCG@10", "standard error", "95%", "p"], reports.Skip(1).Zip(paired).Select(x => new[]
{
    x.First.Model, $"{x.Second.Difference:+0.000;-0.000}", $"{x.Second.StandardError:0.000}",
    $"{x.Second.Low:+0.000;-0.000} .. {x.Second.High:+0.000;-0.000}", $"{x.Second.P:0.000}",
}));

page.Text("""
    ## Who wins for whom?

    A mean hides that each model is the best one for somebody. For each listener: which model alone has the highest NDCG@10?
    """);
double[][] values = [.. reports.Select(r => r.Values("ndcg", 10))];
int[] wins = new int[names.Length];
int ties = 0;
for (int n = 0; n < als.Users.Count; n++)
{
    double most = values.Max(v => v[n]);
    int[] leaders = [.. Enumerable.Range(0, names.Length).Where(m => values[m][n] == most)];
    (wins[leaders[0]], ties) = leaders.Length == 1 ? (wins[leaders[0]] + 1, ties) : (wins[leaders[0]], ties + 1);
}

page.Picture(Plot.Bars("Share of listeners for whom a model alone is best", [.. names.Select((n, m) => (n, wins[m] / (double)als.Users.Count, 0.0, 0.0))]),
    "Popularity too: for listeners of whom little is known, or who like what everybody likes.");
page.Say($"""
    ALS alone is best for {wins[0] / (double)als.Users.Count:0%} of the listeners, another model for {wins[1..].Sum() / (double)als.Users.Count:0%},
    and for {ties / (double)als.Users.Count:0%} several share the first place
    """);

page.Text("## Short histories and long ones");
Slices("listeners", "NDCG@10", s => s.Ndcg);
page.Text("""
    ## Stars and unknowns

    Of the held-out artists, which are found within fifty? A table of pairs needs artists that were seen together; a factorization can place an artist
    by few listeners, but holds it down hard.
    """);
Slices("artists", "found within 50", s => s.RecallAt50);

page.Text("""
    ## Do they recommend the same?

    The share of ten recommendations that two models have in common, over all listeners. Models that err differently could help each other.
    """);
double[,] common = new double[names.Length, names.Length];
for (int a = 0; a < names.Length; a++)
{
    for (int b = 0; b < names.Length; b++)
        common[a, b] = FirstTen(reports[a]).Zip(FirstTen(reports[b])).Average(l => l.First.Intersect(l.Second).Count() / 10.0);
}

page.Picture(Plot.HeatMap("Share of the first ten in common", "", names, "", names, common, "0.00", best: false));
page.Say($"ALS and EASE share {common[0, 1]:0%} of their recommendations, ALS and popularity {common[0, names.Length - 1]:0%}");
page.Picture(Plot.Lines("Share of the held-out artists found, by length of the list", "artists recommended",
    [.. reports.Select(r => (r.Model, (IReadOnlyList<(double, double)>)[.. new[] { 1, 2, 3, 5, 10, 20, 30, 50 }.Select(n => ((double)n, r.RecallAt(n)))]))]));
return page.Close();

IEnumerable<int[]> FirstTen(EvaluationReport report) => report.Lists.Select(l => l.Take(10).Select(s => s.Index).ToArray());

// A table and a picture of one kind of group, a row each, a column a model.
void Slices(string kind, string what, Func<Slice, double> of)
{
    Slice[] groups = [.. als.Slices.Where(s => s.Group.StartsWith(kind, StringComparison.Ordinal))];
    double Of(EvaluationReport r, Slice g) => of(r.Slices.First(s => s.Group == g.Group));
    page.Table([what, "count", .. names], groups.Select(g => (string[])[g.Group, $"{g.Count}", .. reports.Select(r => $"{Of(r, g):0.000}")]));
    double[,] cells = new double[groups.Length, names.Length];
    for (int g = 0; g < groups.Length; g++)
    {
        for (int m = 0; m < names.Length; m++)
            cells[g, m] = Of(reports[m], groups[g]);
    }

    page.Picture(Plot.HeatMap(what, "", [.. groups.Select(g => g.Group)], "", names, cells, best: false));
}
