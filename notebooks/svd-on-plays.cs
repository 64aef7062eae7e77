#:property AssemblyName=segue-notebooks
#:project Notebook/Notebook.csproj
#:property PublishAot=false

using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Notebooks;

Notebook page = Notebook.Open(args, "SVD on plays, and why ranking needs something else");
Plays plays = page.Data.Plays;
Split split = Splits.Random(plays.Counts, 0.2, seed: 1);
page.Text("""
    The textbook way to recommend is to foretell ratings: learn from the stars that people gave, foretell the stars they would give, show the highest.
    Here there are no stars but play counts. Take their logarithm, and the textbook applies. It foretells well. Then it is asked for recommendations.

    ## What is to be foretold

    Play counts have a long tail: most are small, some are in the thousands. log(1 + plays) is close to a bell, and an error of 0.7 means a factor of
    two.
    """);
double[] counts = [.. split.Train.Values.ToArray().Select(v => (double)v)], logs = [.. counts.Select(v => Math.Log(1 + v))];
page.Picture(Plot.Histogram("How often artists are played", "plays", [("plays", counts)]), "Plays as they are: one bar holds nearly all.");
page.Picture(Plot.Histogram("The same, logarithms", "log(1 + plays)", [("log(1 + plays)", logs)]));
double mean = logs.Average(), deviation = Math.Sqrt(logs.Average(v => (v - mean) * (v - mean)));
page.Say($"log(1 + plays) has mean {mean:0.00} and standard deviation {deviation:0.00}");

page.Text("""
    ## The model

    log(1 + plays) is approached by a mean, a number for each listener (plays a lot), a number for each artist (is played a lot), and the dot product
    of two short vectors: Funk's SVD, by stochastic gradient descent over what was observed. Errors are measured on the fifth of the pairs that was
    held out. Simpler guesses stand beside it: the mean of all, and each listener's own mean.
    """);
BiasedSvd svd = BiasedSvd.Train(split.Train, new BiasedSvdOptions { Regularization = page.Data.IsSample ? 0.3f : new BiasedSvdOptions().Regularization });
double[] guess = Errors((user, _, _) => mean), own = Errors((user, _, _) => split.Train.RowLength(user) > 0 ? Logs(split.Train, user).Average() : mean);
double[] model = Errors((user, artist, scores) => scores[artist], svd);
page.Table(["guess", "RMSE", "MAE"], [Row("the mean of all", guess), Row("the listener's mean", own), Row("SVD", model)]);
page.Picture(Plot.Histogram("Errors on the held-out pairs", "foretold − true log(1 + plays)", [("the mean of all", guess), ("SVD", model)]),
    "Narrower is better; right of zero more was foretold than was played.");
page.Say($"{model.Count(e => Math.Abs(e) < Math.Log(2)) / (double)model.Length:0%} of SVD's guesses are within a factor of two");

page.Text("""
    ## Now recommend

    The same model, the same listeners, the same held-out pairs; but now every artist that the listener has not played is scored, and the ten best are
    shown. Beside it implicit ALS, which never tries to foretell a count: it learns that played artists should stand above the others. And popularity,
    which knows nothing of the listener.
    """);
AlsOptions options = new();
AlsModel als = AlsTrainer.Train(split.Train, options, new AlsRun { TrackLoss = false }).Model;
ITasteModel[] models = [als, new Popularity(split.Train), svd];
EvaluationReport[] reports = [.. models.Select(m => Evaluator.Evaluate(m, split))];
page.Picture(Plot.Bars("NDCG@10, with the 95% interval over listeners", [.. reports.Select(r =>
{
    Estimate e = Significance.Bootstrap(r.Values("ndcg", 10));
    return (r.Model, e.Mean, e.Low, e.High);
})]));
page.Table(["model", "NDCG@10", "recall@10", "novelty, bits"], reports.Select(r =>
    new[] { r.Model, $"{r.Mean("ndcg", 10):0.000}", $"{r.Mean("recall", 10):0.000}", $"{r.Catalogue[0].Novelty:0.0}" }));

page.Text("""
    ## What went wrong

    SVD foretells how often somebody would play an artist *if they played it*. It has only seen artists with their fans: an artist with three
    listeners who all play it a hundred times looks better than one with a thousand listeners who play it thirty times. Nothing in its data says that
    most people do not play the small one at all. The picture counts how many listeners the recommended artists have.
    """);
int[] listeners = Evaluator.ListenersOf(split.Train);
page.Picture(Plot.Histogram("Listeners of the artists that are recommended", "log2 of the number of listeners",
    [.. reports.Where(r => r.Model != "popularity").Select(r => (r.Model, ListenersOf(r).Select(n => Math.Log2(1 + n)).ToArray()))], 20));
page.Table(["model", "median listeners of a recommended artist"], reports.Select(r => new[]
{
    r.Model, $"{ListenersOf(r).Order().ElementAt(ListenersOf(r).Length / 2)}",
}));

page.Text("""
    ## Is the better guess at least the better ranking?

    Train SVD at many settings, and put error and ranking side by side. If foretelling counts were the way to rank, the points would climb to the
    left.
    """);
List<(double Rmse, double Ndcg)> settings = [];
foreach (float regularization in new[] { 0.02f, 0.08f, 0.3f })
{
    foreach (int epochs in new[] { 3, 10, 30 })
    {
        BiasedSvd trial = BiasedSvd.Train(split.Train, new BiasedSvdOptions { Regularization = regularization, Epochs = epochs });
        settings.Add((trial.Error(split.Train, split.Test).Rmse, Evaluator.Evaluate(trial, split).Mean("ndcg", 10)));
    }
}

page.Picture(Plot.Lines("Ranking against error, nine settings of SVD", "RMSE of log(1 + plays)", [("SVD", settings)], dotsOnly: true),
    $"ALS stands at NDCG@10 {reports[0].Mean("ndcg", 10):0.000}, far above this picture.");
page.Say($"""
    Over nine settings SVD's RMSE runs from {settings.Min(s => s.Rmse):0.00} to {settings.Max(s => s.Rmse):0.00},
    its best NDCG@10 is {settings.Max(s => s.Ndcg):0.000}; ALS reaches {reports[0].Mean("ndcg", 10):0.000}
    """);
return page.Close();

int[] ListenersOf(EvaluationReport report) => [.. report.Lists.SelectMany(l => l.Take(10)).Select(s => listeners[s.Index])];

double[] Logs(CsrMatrix matrix, int user) => [.. matrix.RowValues(user).ToArray().Select(v => Math.Log(1 + v))];

string[] Row(string name, double[] errors) => [name, $"{Math.Sqrt(errors.Average(e => e * e)):0.000}", $"{errors.Average(Math.Abs):0.000}"];

// Foretold less true, one a held-out pair.
double[] Errors(Func<int, int, float[], double> foretell, ITasteModel? model = null)
{
    List<double> errors = [];
    float[] scores = new float[split.Test.Columns];
    for (int user = 0; user < split.Test.Rows; user++)
    {
        if (split.Test.RowLength(user) == 0)
            continue;
        model?.Score(Evaluator.ProfileOf(split.Train, user), scores);
        double[] truth = Logs(split.Test, user);
        for (int k = 0; k < truth.Length; k++)
            errors.Add(foretell(user, split.Test.RowIndices(user)[k], scores) - truth[k]);
    }

    return [.. errors];
}
