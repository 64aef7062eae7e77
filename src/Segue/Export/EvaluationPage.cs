using System.Text;
using Segue.Evaluation;

namespace Segue.Export;

/// <summary>Reports as one HTML page that needs nothing else: figures, plots as inline SVG, and what they mean.</summary>
internal static class EvaluationPage
{
    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:1040px;margin:2em auto;padding:0 1em;color:#222;background:#fff}
        table{border-collapse:collapse;margin:1em 0;font-size:14px;display:block;overflow-x:auto}
        td,th{padding:.3em .6em;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}
        svg{max-width:100%;height:auto;margin:1em 0;font:12px system-ui,sans-serif}small,.note{color:#666}.leak{color:#a40000}
        """;

    /// <param name="reports">Of the same split, the model of interest first.</param>
    public static string Of(IReadOnlyList<EvaluationReport> reports, int seed = 1)
    {
        EvaluationReport first = reports[0];
        int k = first.Cutoffs[0];
        StringBuilder page = Open("How good are the recommendations?");
        page.Append(SvgPlot.F($"""
            <p>{first.Users.Distinct().Count():N0} listeners, {first.Artists:N0} artists; {first.TrainInteractions:N0} interactions to learn from,
            {first.TestInteractions:N0} held out (split: {SvgPlot.Text(first.Split)}). Every artist that is not in a listener's training part is a
            candidate.</p>
            """));
        foreach (Leak leak in first.Leaks)
            page.Append(SvgPlot.F($"<p class='leak'>Leak? {SvgPlot.Text(leak.Kind)}: {leak.Count} ({SvgPlot.Text(leak.Meaning)}).</p>"));
        Metrics(page, reports);
        page.Append(SvgPlot.Bars($"NDCG@{k}, with the 95% interval for other listeners", [.. reports.Select(r =>
        {
            SplitsEstimate e = r.Estimate("ndcg", k, seed);
            return (r.Model, e.Mean, e.Low, e.High);
        })]));
        if (first.SplitStarts.Count > 1)
        {
            foreach (EvaluationReport r in reports)
                page.Append(SvgPlot.F($"<p>{SvgPlot.Text(r.Model)}: NDCG@{k} {SvgPlot.Text(r.Estimate("ndcg", k, seed).ToString())}.</p>"));
        }

        Differences(page, reports, k, seed);
        page.Append(SvgPlot.Lines("Share of the held-out artists found, by length of the list", "artists recommended",
            [.. reports.Select(r => (r.Model, (IReadOnlyList<(double, double)>)RecallCurve(r)))]));
        page.Append("<h2>Who is served, and with what?</h2>");
        Slices(page, reports, "listeners", "NDCG", s => s.Ndcg);
        Slices(page, reports, "artists", "found within 50", s => s.RecallAt50);
        page.Append(SvgPlot.Lines("Accuracy against how well known the recommended artists are", "novelty: mean −log2(share of listeners), bits",
            [.. reports.Select(r => (r.Model, (IReadOnlyList<(double, double)>)[(r.Catalogue[0].Novelty, r.Mean("ndcg", k))]))], dotsOnly: true));
        return Close(page);
    }

    /// <param name="result">A search that is over.</param>
    public static string OfTuning(TuningResult result)
    {
        StringBuilder page = Open("Which parameters?");
        page.Append(SvgPlot.F($"""
            <p>{result.Trials.Count} settings, judged by NDCG@10 on a validation part ({result.ValidationInteractions:N0} interactions of the training part; the
            test part was not looked at). Each round trains longer and keeps the better third.</p>
            <p>Chosen: <b>{SvgPlot.Text(result.Best.Describe())}</b>, {result.Best.Ndcg:0.0000} on validation; the defaults reach {result.Trials[0].Ndcg:0.0000}.</p>
            """));
        Trial[] last = [.. result.Trials];
        foreach ((string name, Func<Trial, double> of, bool log) in Trial.Axes)
        {
            if (last.Select(of).Distinct().Count() < 2)
                continue;
            var rounds = last.GroupBy(t => t.Iterations).OrderBy(g => g.Key);
            page.Append(SvgPlot.Lines($"NDCG@10 on validation against {name}", name,
                [.. rounds.Select(g => ($"{g.Key} iterations", (IReadOnlyList<(double, double)>)[.. g.Select(t => (of(t), t.Ndcg))]))],
                log, dotsOnly: true, fromZero: false));
        }

        page.Append("<h2>All settings</h2><table><tr><th>setting</th><th>iterations</th><th>NDCG@10</th></tr>");
        foreach (Trial trial in last.OrderByDescending(t => t.Iterations).ThenByDescending(t => t.Ndcg))
            page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(trial.Describe())}</td><td>{trial.Iterations}</td><td>{trial.Ndcg:0.0000}</td></tr>"));
        return Close(page.Append("</table>"));
    }

    private static void Metrics(StringBuilder page, IReadOnlyList<EvaluationReport> reports)
    {
        for (int c = 0; c < reports[0].Cutoffs.Count; c++)
        {
            int k = reports[0].Cutoffs[c];
            page.Append("<table><tr><th>model</th>");
            foreach ((string name, _) in EvaluationReport.ListenerMetrics)
                page.Append(SvgPlot.F($"<th>{name}@{k}</th>"));
            page.Append(SvgPlot.F($"<th>coverage@{k}</th><th>gini@{k}</th><th>novelty@{k}</th></tr>"));
            foreach (EvaluationReport r in reports)
            {
                page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(r.Model)}</td>"));
                foreach ((string name, _) in EvaluationReport.ListenerMetrics)
                    page.Append(SvgPlot.F($"<td>{r.Mean(name, k):0.0000}</td>"));
                page.Append(SvgPlot.F($"<td>{r.Catalogue[c].Coverage:0.0000}</td><td>{r.Catalogue[c].Gini:0.0000}</td><td>{r.Catalogue[c].Novelty:0.00}</td></tr>"));
            }

            page.Append("</table>");
        }

        foreach (EvaluationReport r in reports)
        {
            if (r.PlaysError is (double rmse, double mae))
                page.Append(SvgPlot.F($"<p>{SvgPlot.Text(r.Model)} foretells log(1 + plays) with RMSE {rmse:0.000} and MAE {mae:0.000}.</p>"));
        }
    }

    private static void Differences(StringBuilder page, IReadOnlyList<EvaluationReport> reports, int k, int seed)
    {
        if (reports.Count < 2)
            return;
        page.Append(SvgPlot.F($"<table><tr><th>NDCG@{k} of {SvgPlot.Text(reports[0].Model)} less that of</th><th>difference</th><th>standard error</th>"));
        page.Append("<th>95% interval</th><th>p</th></tr>");
        foreach (EvaluationReport other in reports.Skip(1))
        {
            PairedDifference d = reports[0].Less(other, "ndcg", k, seed);
            page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(other.Model)}</td><td>{d.Difference:+0.0000;-0.0000;0.0000}</td><td>{d.StandardError:0.0000}</td>"));
            page.Append(SvgPlot.F($"<td>{d.Low:+0.0000;-0.0000;0.0000} .. {d.High:+0.0000;-0.0000;0.0000}</td><td>{d.P:0.000}</td></tr>"));
        }

        page.Append("</table><p class='note'>Paired over listeners; p by flipping the signs of their differences at random.</p>");
    }

    private static (double X, double Y)[] RecallCurve(EvaluationReport report)
    {
        int longest = Math.Min(50, report.Lists.Max(l => l.Length));
        return [.. new[] { 1, 2, 3, 5, 10, 15, 20, 30, 40, 50 }.Where(n => n <= longest).Select(n => ((double)n, report.RecallAt(n)))];
    }

    private static void Slices(StringBuilder page, IReadOnlyList<EvaluationReport> reports, string kind, string what, Func<Slice, double> of)
    {
        Slice[] groups = [.. reports[0].Slices.Where(s => s.Group.StartsWith(kind, StringComparison.Ordinal))];
        page.Append(SvgPlot.F($"<table><tr><th>{what}</th><th>count</th>"));
        foreach (EvaluationReport r in reports)
            page.Append(SvgPlot.F($"<th>{SvgPlot.Text(r.Model)}</th>"));
        page.Append("</tr>");
        foreach (Slice group in groups)
        {
            page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(group.Group)}</td><td>{group.Count:N0}</td>"));
            foreach (EvaluationReport r in reports)
                page.Append(SvgPlot.F($"<td>{of(r.Slices.First(s => s.Group == group.Group)):0.0000}</td>"));
            page.Append("</tr>");
        }

        page.Append("</table>");
    }

    internal static StringBuilder Open(string title) => new StringBuilder()
        .Append("<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>")
        .Append(SvgPlot.F($"<title>Segue: {title}</title><style>{Style}</style><h1>{title}</h1>"));

    internal static string Close(StringBuilder page) => page.Append("</html>\n").ToString();
}
