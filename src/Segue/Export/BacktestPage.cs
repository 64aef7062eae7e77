using System.Text;
using Segue.Catalogue;
using Segue.Evaluation;

namespace Segue.Export;

/// <summary>A backtest as one HTML page that needs nothing else: how many loves each method foretold, and a line of time for every love.</summary>
internal static class BacktestPage
{
    /// <summary>The line of time shows the loves most played; the rest is in the JSON.</summary>
    private const int LanesMax = 60;

    private const string LaneStyle = """
        <style>.lane{display:grid;grid-template-columns:minmax(7em,13em) 1fr;gap:.6em;align-items:center;font-size:13px;line-height:1.35}
        .lane b{font-weight:500;text-align:right;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.lane.missed b{color:#888;font-weight:400}
        .time{position:relative;height:20px;border-bottom:1px solid #eee;background:linear-gradient(#fafafa,#fafafa)}.time *{position:absolute}
        .time u{top:0;bottom:0;border-left:1px dashed #b9c4cc}.time s{top:9px;height:2px;background:#0072b2;opacity:.55}
        .time i{top:4px;width:12px;height:12px;margin-left:-6px;border-radius:50%;border:2px solid #0072b2;background:#0072b2;box-sizing:border-box}
        .missed .time i{background:#fff;border-color:#aaa}.time em{top:3px;height:14px;width:0;border-left:3px solid #0072b2;margin-left:-1px}
        .time span{top:2px;font-size:11px;color:#446;white-space:nowrap;background:#fafafad8;padding:0 2px}.time span.left{transform:translateX(-100%)}
        .axis .time{border:0;background:none;height:1.4em}.axis .time span{transform:translateX(-50%)}
        .key i,.key em{position:static;display:inline-block;margin:0 .3em;vertical-align:middle}
        td:first-child{white-space:nowrap}.plot{overflow-x:auto}.plot svg{min-width:600px}</style>
        """;

    /// <param name="listener">What the listener is called.</param>
    /// <param name="names">The artists that the community knows.</param>
    /// <param name="unknown">Names of those it does not.</param>
    /// <param name="notes">What a reader must know: listeners left out, what cannot be.</param>
    public static string Of(BacktestReport report, string listener, Artists names, IReadOnlyList<string> unknown, IReadOnlyList<string> notes)
    {
        int k = report.Options.Cutoffs[Math.Min(1, report.Options.Cutoffs.Count - 1)];
        IReadOnlyList<Foretold> foretold = report.Foretold(0, k);
        StringBuilder page = EvaluationPage.Open("Would it have foretold what you came to love?").Append(LaneStyle);
        page.Append(SvgPlot.F($"""
            <p>{SvgPlot.Text(listener)}, {report.From:yyyy-MM-dd} to {report.To:yyyy-MM-dd}. At {Count(report.Dates.Count, "date")} nothing but the plays before
            it was known of the listener; what came after was looked up. A <b>later love</b> is an artist first played after the date{Within(report.Options)}, and
            then {report.Options.LovePlays} times or more. <b>{foretold.Count} of {report.Loves.Count}</b> stood among the first {k} of
            <i>{SvgPlot.Text(report.Methods[0].Name)}</i> before they were first played{Lead(foretold)}.</p>
            """));
        foreach (string note in notes)
            page.Append($"<p class='note'>{SvgPlot.Text(note)}</p>");
        Figures(page, report, k);
        var curves = report.Methods.Select((m, n) => (m.Name, (IReadOnlyList<(double, double)>)Curve(report, n)));
        string plot = SvgPlot.Lines("Share of the later loves foretold, by length of the list", "artists recommended", [.. curves], logX: true);
        page.Append($"<div class='plot'>{plot}</div>");
        Lanes(page, report, k, love => BacktestJson.NameOf(love, names, unknown));
        Dates(page, report, k);
        return EvaluationPage.Close(page);
    }

    private static string Within(BacktestOptions options) => options.WithinDays is int days ? $" and within {days} days of it" : "";

    private static string Lead(IReadOnlyList<Foretold> foretold) =>
        foretold.Count == 0 ? "" : $", {foretold.Select(f => f.DaysBefore).Order().ElementAt(foretold.Count / 2):0} days before in the middle";

    private static string Count(int n, string what) => n == 1 ? $"one {what}" : $"{n} {what}s";

    private static (double, double)[] Curve(BacktestReport report, int method) =>
        [.. new[] { 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200 }.Where(n => n <= report.Options.Depth)
            .Select(n => ((double)n, report.Dates.Average(d => d.Metrics(method, n).Recall)))];

    private static void Figures(StringBuilder page, BacktestReport report, int k)
    {
        page.Append("<table><tr><th>method</th><th>can name</th>");
        foreach (int n in report.Options.Cutoffs)
            page.Append(SvgPlot.F($"<th>hits@{n}</th>"));
        page.Append(SvgPlot.F($"<th>recall@{k}</th><th>NDCG@{k}</th><th>median rank</th></tr>"));
        for (int m = 0; m < report.Methods.Count; m++)
        {
            page.Append(SvgPlot.F($"<tr><td>{SvgPlot.Text(report.Methods[m].Name)}</td><td>{report.CanName(m):0%}</td>"));
            foreach (int n in report.Options.Cutoffs)
                page.Append($"<td>{Cell(report, report.Over(d => d.Hits(m, n)), "0.0")}</td>");
            page.Append($"<td>{Cell(report.Recall(m, k))}</td>");
            page.Append($"<td>{Cell(report, report.Over(d => d.Metrics(m, k).Ndcg), "0.000")}</td>");
            page.Append(SvgPlot.F($"<td>{(report.MedianRank(m) is double rank ? $"{rank:0}" : $"over {report.Options.Depth}")}</td></tr>"));
        }

        page.Append("</table><p class='note'>").Append(string.Join("; ", report.Methods.Select(m => $"<b>{SvgPlot.Text(m.Name)}</b>: {SvgPlot.Text(m.Meaning)}")));
        page.Append(". <b>Can name</b>: the share of the loves that a method could recommend at all; songs are recommended of artists that have songs in the catalogue.");
        page.Append(" Hits and NDCG are means over the dates, below them the range over dates; recall is of all dates together, below it the 95% interval over stretches"
            + " of time, where five or more have loves.</p>");
    }

    private static string Cell(RecallEstimate recall) => recall.HasInterval
        ? SvgPlot.F($"{recall.Recall:0.000}<br><small>{recall.Low:0.000} .. {recall.High:0.000}</small>")
        : SvgPlot.F($"{recall.Recall:0.000}");

    private static string Cell(BacktestReport report, DateRange e, string format)
    {
        string Number(double value) => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
        return report.Dates.Count > 1 ? $"{Number(e.Mean)}<br><small>{Number(e.Least)} .. {Number(e.Most)}</small>" : Number(e.Mean);
    }

    private static void Lanes(StringBuilder page, BacktestReport report, int k, Func<Love, string> name)
    {
        Love[] shown = [.. report.Loves.OrderByDescending(l => l.Plays).ThenBy(l => l.Artist).Take(LanesMax).OrderBy(l => l.First).ThenBy(l => l.Artist)];
        Dictionary<Love, Foretold> foretold = report.Foretold(0, k).ToDictionary(f => f.Love);
        DateTimeOffset from = report.Dates[0].At, to = report.To;
        double Percent(DateTimeOffset at) => Math.Clamp(100 * (at - from) / (to - from), 0, 100);
        page.Append(SvgPlot.F($"""
            <h2>Every love, and when it was foretold</h2>
            <p class='key'>{(shown.Length < report.Loves.Count ? $"The {shown.Length} most played of {report.Loves.Count}, by" : "By")} first play.
            <span class='time'><i></i></span>first played, and foretold: the line reaches back to the <span class='time'><em></em></span>date at which the artist
            already stood among the first {k}; <span class='missed'><span class='time'><i></i></span></span>not foretold. Dashed: the dates of the test.</p>
            """));
        string grid = string.Concat(report.Dates.Select(d => SvgPlot.F($"<u style='left:{Percent(d.At):0.##}%'></u>")));
        page.Append("<div class='lane axis'><b></b><div class='time'>");
        for (int tick = 1; tick <= 3; tick++)
            page.Append(SvgPlot.F($"<span style='left:{25 * tick}%'>{from + (to - from) * tick / 4:MMM yyyy}</span>"));
        page.Append("</div></div>");
        foreach (Love love in shown)
        {
            Foretold? told = foretold.GetValueOrDefault(love);
            string text = SvgPlot.Text(name(love));
            page.Append(SvgPlot.F($"<div class='lane{(told is null ? " missed" : "")}'><b title='{text}: {love.Plays:0} plays'>{text}</b><div class='time'>{grid}"));
            double at = Percent(love.First);
            if (told is not null)
                page.Append(SvgPlot.F($"<s style='left:{Percent(told.At):0.##}%;width:{at - Percent(told.At):0.##}%'></s>"))
                    .Append(SvgPlot.F($"<em style='left:{Percent(told.At):0.##}%'></em>"));
            string said = told is null ? $"{love.Plays:0} plays" : $"number {told.Rank}, {told.DaysBefore:0} days before";
            page.Append(SvgPlot.F($"<i style='left:{at:0.##}%' title='{love.First:yyyy-MM-dd}, {love.Plays:0} plays'></i>"));
            page.Append(SvgPlot.F($"<span{(at < 50 ? "" : " class='left'")} style='left:calc({at:0.##}% {(at < 50 ? '+' : '-')} 11px)'>{said}</span>"));
            page.Append("</div></div>");
        }
    }

    private static void Dates(StringBuilder page, BacktestReport report, int k)
    {
        page.Append("<h2>The dates</h2><table><tr><th>as of</th><th>plays before</th><th>artists before</th><th>later loves</th><th>and unknown to the community</th>");
        foreach (BacktestMethod m in report.Methods)
            page.Append(SvgPlot.F($"<th>hits@{k} {SvgPlot.Text(m.Name)}</th>"));
        page.Append("</tr>");
        foreach (BacktestDate d in report.Dates)
        {
            page.Append(SvgPlot.F($"<tr><td>{d.At:yyyy-MM-dd}</td><td>{d.PlaysBefore:N0}</td><td>{d.ArtistsBefore:N0}</td><td>{d.Loves.Count}</td>"));
            page.Append(SvgPlot.F($"<td>{d.UnknownLoves}</td>"));
            for (int m = 0; m < report.Methods.Count; m++)
                page.Append(SvgPlot.F($"<td>{d.Hits(m, k)}</td>"));
            page.Append("</tr>");
        }

        page.Append("</table>");
    }
}
