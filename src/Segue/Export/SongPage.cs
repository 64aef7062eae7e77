using System.Text;
using System.Text.Json.Nodes;
using Segue.Evaluation;
using Segue.Recommending;

namespace Segue.Export;

/// <summary>What each knob of the pipeline costs and gains, as JSON, and as a page with a table and plots.</summary>
internal static class SongPage
{
    /// <summary>The figures of a setting, in the order of tables: name, value, and what more of it means.</summary>
    public static IReadOnlyList<(string Name, Func<SongResult, double> Of)> Columns { get; } =
    [
        ("ndcg", r => r.PerListener.Average(m => m.Ndcg)),
        ("recall", r => r.PerListener.Average(m => m.Recall)),
        ("coverage", r => r.Catalogue.Coverage),
        ("gini", r => r.Catalogue.Gini),
        ("novelty", r => r.Catalogue.Novelty),
        ("popularity", r => r.Popularity.Average()),
        ("genres", r => r.Genres.Average()),
        ("mood", r => r.MoodToHidden.Where(double.IsFinite).DefaultIfEmpty(0).Average()),
    ];

    /// <summary>The settings that the knobs of an answer are judged by: the defaults, then each knob alone.</summary>
    /// <param name="count">Length of the lists.</param>
    public static IReadOnlyList<SongSetting> Knobs(int count)
    {
        PipelineOptions options = new();
        SelectionOptions selection = new() { Count = count };
        return
        [
            new SongSetting("", 0, options, selection),
            .. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(x => new SongSetting("taste", x, options with { Taste = x }, selection)),
            .. new[] { 0.2, 0.4, 0.6, 0.8 }.Select(x => new SongSetting("diversity", x, options, selection with { Diversity = x })),
            .. new[] { 0.25, 0.5, 0.75, 1 }.Select(x => new SongSetting("discovery", x, options with { Discovery = x }, selection)),
            .. new[] { 1, 2 }.Select(n => new SongSetting("max-per-artist", n, options, selection with { MaxPerArtist = n })),
            .. new[] { 1, 2 }.Select(n => new SongSetting("max-per-genre", n, options, selection with { MaxPerGenre = n })),
        ];
    }

    /// <summary>How the NDCG of a setting differs from that of the first.</summary>
    public static PairedDifference Cost(SongReport report, SongResult result, int seed = 1) => Significance.Paired(
        [.. result.PerListener.Select(m => m.Ndcg)], [.. report.Results[0].PerListener.Select(m => m.Ndcg)], seed: seed);

    public static JsonObject ToJson(SongReport report, int seed = 1) => new()
    {
        ["model"] = "pipeline",
        ["protocol"] = new JsonObject
        {
            ["split"] = report.Split,
            ["songs"] = report.Count,
            ["relevance"] = "a held-out artist is found when a song of the list is theirs; artists without songs in the catalogue are not asked for",
            ["heldOut"] = report.Hidden,
        },
        ["users"] = report.Users.Count,
        ["settings"] = new JsonArray([.. report.Results.Select(r =>
        {
            PairedDifference cost = Cost(report, r, seed);
            JsonObject metrics = [];
            foreach ((string name, Func<SongResult, double> of) in Columns)
                metrics[name] = Math.Round(of(r), 6);
            return (JsonNode?)new JsonObject
            {
                ["setting"] = r.Setting.Name,
                ["metrics"] = metrics,
                ["ndcgLessDefaults"] = Math.Round(cost.Difference, 6),
                ["interval"] = new JsonArray(Math.Round(cost.Low, 6), Math.Round(cost.High, 6)),
            };
        })]),
    };

    public static string Of(SongReport report, int seed = 1)
    {
        StringBuilder page = EvaluationPage.Open("What do taste, diversity and discovery cost, and what do they gain?");
        page.Append(SvgPlot.F($"""
            <p>{report.Users.Count:N0} listeners were asked with {report.Count} songs each; {SvgPlot.Text(report.Split)}. An artist is found when one of the songs is
            theirs: {report.Hidden:N0} hidden artists have songs in the catalogue.</p>
            <table><tr><th>setting</th><th>NDCG</th><th>less defaults</th><th>95% interval</th><th>recall</th><th>coverage</th><th>Gini</th><th>novelty, bits</th>
            <th>popularity</th><th>genres a song</th><th>mood distance</th></tr>
            """));
        foreach (SongResult r in report.Results)
        {
            PairedDifference cost = Cost(report, r, seed);
            double[] v = [.. Columns.Select(c => c.Of(r))];
            page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(r.Setting.Name)}</td><td>{v[0]:0.0000}</td><td>{cost.Difference:+0.0000;-0.0000;0}</td>"));
            page.Append(SvgPlot.F($"<td>{cost.Low:+0.0000;-0.0000;0} .. {cost.High:+0.0000;-0.0000;0}</td><td>{v[1]:0.0000}</td>"));
            page.Append(SvgPlot.F($"<td>{v[2]:0.0000}</td><td>{v[3]:0.000}</td><td>{v[4]:0.00}</td><td>{v[5]:0.0}</td><td>{v[6]:0.00}</td><td>{v[7]:0.000}</td></tr>"));
        }

        page.Append("</table>");
        Plot(page, report, "NDCG against novelty, along each knob", "novelty: mean −log2(share of listeners who know the artist), bits", 4);
        Plot(page, report, "NDCG against coverage, along each knob", "coverage: share of all artists in somebody's list", 2);
        Plot(page, report, "NDCG against the inequality of artists, along each knob", "Gini: 0 all artists alike, 1 a few take it all", 3);
        Plot(page, report, "NDCG against mood, along each knob", "mean distance to the nearest song of a hidden artist, standard deviations", 7);
        page.Append("""
            <p class='note'>Mood distance: over nine raw audio features, to songs the ranking has never seen; less is nearer. Popularity: mean of the songs, 0 to 100.
            Lines start at the defaults where the knob is at rest.</p>
            """);
        return EvaluationPage.Close(page);
    }

    private static void Plot(StringBuilder page, SongReport report, string title, string xLabel, int column)
    {
        SongResult rest = report.Results[0];
        IEnumerable<(string, IReadOnlyList<(double, double)>)> lines = report.Results.Where(r => r.Setting.Knob.Length > 0).GroupBy(r => r.Setting.Knob).Select(knob =>
        {
            // Taste's rest lies inside its own range; every other knob starts from the defaults.
            IEnumerable<SongResult> points = knob.Key == "taste" ? knob : knob.Key.StartsWith("max", StringComparison.Ordinal) ? knob.Append(rest) : knob.Prepend(rest);
            return (knob.Key, (IReadOnlyList<(double, double)>)[.. points.Select(r => (Columns[column].Of(r), Columns[0].Of(r)))]);
        });
        page.Append(SvgPlot.Lines(title, xLabel, [.. lines], fromZero: false));
    }
}
