#:property AssemblyName=segue-notebooks
#:project Notebook/Notebook.csproj
#:property PublishAot=false

using Segue.Evaluation;
using Segue.Factorization;
using Segue.Interactions;
using Segue.Notebooks;

Notebook page = Notebook.Open(args, "Choosing the parameters of ALS");
Plays plays = page.Data.Plays;
page.Text("""
    A factorization gives every listener and every artist a vector; a score is their dot product. How long the vectors are, how hard they are held
    down, and how much an artist that was *not* played counts: four or five numbers decide how good it is. This notebook turns each of them and looks.

    The plays are divided twice. A fifth is the **test part**: nobody looks at it until the last section. Of the rest a fifth is the **validation
    part**: every choice is made there. Choosing on the test part would be choosing by the answers.
    """);
Split outer = Splits.Random(plays.Counts, 0.2, seed: 1), inner = Splits.Random(outer.Train, 0.2, seed: 2);
page.Say($"""
    {plays.UserIds.Count:N0} listeners, {plays.Artists.Count:N0} artists; {inner.Train.Nonzeros:N0} pairs to learn
    from, {inner.Test.Nonzeros:N0} to choose by, {outer.Test.Nonzeros:N0} for the end
    """);

AlsOptions defaults = new() { Factors = page.Data.IsSample ? 32 : 128 };
double Ndcg(AlsOptions options, Split split) =>
    Evaluator.Evaluate(AlsTrainer.Train(split.Train, options, new AlsRun { TrackLoss = false }).Model, split).Mean("ndcg", 10);

page.Text("""
    ## Length of the vectors and regularization

    More factors can tell more artists apart, and learn more by heart. Regularization pulls every vector towards zero, in proportion to what is known
    of its row. The two belong together: long vectors need a firmer hand. The measure is NDCG@10 on the validation part: hits among ten recommended
    artists, those at the top counting more.
    """);
int[] factors = page.Data.IsSample ? [4, 8, 16, 32, 64] : [16, 32, 64, 128, 256];
float[] ridges = page.Data.IsSample ? [0.005f, 0.014f, 0.04f, 0.12f, 0.36f] : [0.0035f, 0.007f, 0.014f, 0.028f, 0.056f];
double[,] grid = new double[factors.Length, ridges.Length];
for (int f = 0; f < factors.Length; f++)
{
    for (int r = 0; r < ridges.Length; r++)
        grid[f, r] = Ndcg(defaults with { Factors = factors[f], Regularization = ridges[r] }, inner);
}

page.Picture(Plot.HeatMap("NDCG@10 on validation", "factors", [.. factors.Select(f => $"{f}")], "regularization", [.. ridges.Select(r => $"{r}")], grid),
    "The best cell is framed. To the right of it the model forgets what it knew (too much regularization is the risky side); to the left it learns by heart.");
(int F, int R) best = Enumerable.Range(0, factors.Length).SelectMany(f => Enumerable.Range(0, ridges.Length).Select(r => (f, r))).MaxBy(c => grid[c.f, c.r]);
page.Say($"Best of the grid: {factors[best.F]} factors with regularization {ridges[best.R]}, NDCG@10 {grid[best.F, best.R]:0.000}");
AlsOptions chosen = defaults with { Factors = factors[best.F], Regularization = ridges[best.R] };

page.Text("""
    ## How much a zero counts

    Nobody dislikes the thousands of artists they never met, but not to play what everybody plays says something. `ZeroWeight` is what an unplayed
    artist weighs beside a play; the popularity exponent tilts it: at 0 all zeros weigh alike, above it the zeros of well-known artists weigh more.
    """);
float[] zeros = [0.0125f, 0.025f, 0.05f, 0.1f, 0.2f], exponents = [0, 0.15f, 0.3f, 0.45f, 0.6f];
double[,] tilt = new double[zeros.Length, exponents.Length];
for (int z = 0; z < zeros.Length; z++)
{
    for (int e = 0; e < exponents.Length; e++)
        tilt[z, e] = Ndcg(chosen with { ZeroWeight = zeros[z], PopularityExponent = exponents[e] }, inner);
}

page.Picture(Plot.HeatMap("NDCG@10 on validation", "weight of a zero", [.. zeros.Select(z => $"{z}")], "popularity exponent", [.. exponents.Select(e => $"{e}")], tilt),
    "Columns: from plain zeros (0) to zeros that weigh most for stars.");
(int Z, int E) tilted = Enumerable.Range(0, zeros.Length).SelectMany(z => Enumerable.Range(0, exponents.Length).Select(e => (z, e))).MaxBy(c => tilt[c.z, c.e]);
page.Say($"Best tilt: zeros weigh {zeros[tilted.Z]}, exponent {exponents[tilted.E]}, NDCG@10 {tilt[tilted.Z, tilted.E]:0.000}");
chosen = chosen with { ZeroWeight = zeros[tilted.Z], PopularityExponent = exponents[tilted.E] };

page.Text("""
    ## How many iterations

    Each iteration solves all listeners, then all artists, and the loss falls for as long as one likes. The validation part tells when the model only
    learns by heart.
    """);
AlsRun run = new() { HeldOut = inner.Test, Patience = int.MaxValue };
AlsReport course = AlsTrainer.Train(inner.Train, chosen with { Iterations = 30 }, run).Report;
page.Picture(Plot.Lines("NDCG@10 on validation after each iteration", "iteration", [("NDCG@10", Numbered(course.Validations))], fromZero: false));
page.Picture(Plot.Lines("The loss it minimizes", "iteration", [("loss", Numbered(course.Losses))], fromZero: false), "It never stops falling.");
page.Say($"NDCG@10 is {course.Validations[2]:0.000} after 3 iterations, {course.Validations[9]:0.000} after 10 and {course.Validations[^1]:0.000} after 30");
(double, double)[] Numbered(IReadOnlyList<double> values) => [.. values.Select((v, n) => (n + 1.0, v))];

page.Text("""
    ## What a play count is worth

    Two hundred plays are not two hundred times the love of one play. The confidence turns counts into weights: in proportion, by logarithm, not at
    all (binary), or by the artist's rank inside the listener's own history, which asks only what *this* listener plays more than what.
    """);
(string Name, double Value)[] confidences =
[
    .. Enum.GetValues<AlsConfidence>().Select(c => (c.ToString().ToLowerInvariant(), Ndcg(chosen with { Confidence = c }, inner))),
];
page.Picture(Plot.Bars("NDCG@10 on validation by confidence", [.. confidences.Select(c => (c.Name, c.Value, c.Value, c.Value))]));
page.Table(["confidence", "NDCG@10"], confidences.Select(c => new[] { c.Name, $"{c.Value:0.000}" }));

page.Text("""
    ## The test part, once

    Both the defaults and the settings chosen above are trained on all that is not test, and asked for the test part. The difference is paired over
    listeners: each listener is compared with themself. A grid's winner is partly luck: what it gained on validation rarely survives in full. The
    rules behind the defaults came about in this way, on validation parts of several data sets.
    """);
EvaluationReport Test(AlsOptions options) => Evaluator.Evaluate(AlsTrainer.Train(outer.Train, options, new AlsRun { TrackLoss = false }).Model, outer);
EvaluationReport usual = Test(defaults), tuned = Test(chosen);
PairedDifference difference = Significance.Paired(tuned.Values("ndcg", 10), usual.Values("ndcg", 10));
page.Table(["on the test part", "NDCG@10", "recall@10"], new[] { ("defaults", usual), ("chosen here", tuned) }
    .Select(r => new[] { r.Item1, $"{r.Item2.Mean("ndcg", 10):0.000}", $"{r.Item2.Mean("recall", 10):0.000}" }));
page.Say($"Chosen less defaults: {Math.Round(difference.Difference, 3) + 0:0.000} (standard error {difference.StandardError:0.000})");
return page.Close();
