using System.Globalization;
using System.Text;
using Segue.Export;

namespace Segue.Notebooks;

/// <summary>Pictures as inline SVG, besides those of the evaluation's reports.</summary>
internal static class Plot
{
    private const int Width = 720;

    /// <summary>Safe for color-blind readers (Okabe, Ito 2008).</summary>
    private static readonly string[] s_colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#666666", "#000000", "#f0e442"];

    /// <summary>Viridis, at every fifth.</summary>
    private static readonly (int R, int G, int B)[] s_viridis = [(68, 1, 84), (65, 68, 135), (42, 120, 142), (34, 168, 132), (122, 209, 81), (253, 231, 37)];

    /// <summary>One line a series over a common axis.</summary>
    public static string Lines(
        string title, string xLabel, IReadOnlyList<(string Label, IReadOnlyList<(double X, double Y)> Points)> series,
        bool logX = false, bool dotsOnly = false, bool fromZero = true) => SvgPlot.Lines(title, xLabel, series, logX, dotsOnly, fromZero);

    /// <summary>Horizontal bars; an interval where high is above low.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value, double Low, double High)> bars) => SvgPlot.Bars(title, bars);

    /// <summary>A cell for each pair of settings, the best framed. Colors run over the values there are.</summary>
    /// <param name="values">Rows × columns; NaN leaves a cell empty.</param>
    /// <param name="best">Whether the highest value is to be framed.</param>
    public static string HeatMap(
        string title, string rowLabel, string[] rows, string columnLabel, string[] columns, double[,] values, string format = "0.000", bool best = true)
    {
        double[] all = [.. values.Cast<double>().Where(double.IsFinite)];
        double low = all.Min(), high = all.Max() > low ? all.Max() : low + 1;
        int left = 70 + 7 * rows.Max(r => r.Length), cell = Math.Min(84, (Width - left - 20) / columns.Length), height = 90 + rows.Length * 34;
        StringBuilder svg = Open(title, height);
        svg.Append(SvgPlot.F($"<text x='{left + columns.Length * cell / 2}' y='{height - 10}' text-anchor='middle' fill='#555'>{SvgPlot.Text(columnLabel)}</text>"));
        svg.Append(SvgPlot.F($"<text transform='translate(16 {36 + rows.Length * 17}) rotate(-90)' text-anchor='middle' fill='#555'>{SvgPlot.Text(rowLabel)}</text>"));
        for (int c = 0; c < columns.Length; c++)
            svg.Append(SvgPlot.F($"<text x='{left + c * cell + cell / 2}' y='{52 + rows.Length * 34}' text-anchor='middle'>{SvgPlot.Text(columns[c])}</text>"));
        for (int r = 0; r < rows.Length; r++)
        {
            svg.Append(SvgPlot.F($"<text x='{left - 8}' y='{36 + r * 34 + 21}' text-anchor='end'>{SvgPlot.Text(rows[r])}</text>"));
            for (int c = 0; c < columns.Length; c++)
            {
                if (!double.IsFinite(values[r, c]))
                    continue;
                double share = (values[r, c] - low) / (high - low);
                string ink = share > 0.6 ? "#000" : "#fff", frame = best && values[r, c] == high ? " stroke='#d55e00' stroke-width='3'" : "";
                svg.Append(SvgPlot.F($"<rect x='{left + c * cell + 1.5}' y='{36 + r * 34 + 1.5}' width='{cell - 3}' height='31' fill='{Viridis(share)}'{frame}/>"));
                string text = values[r, c].ToString(format, CultureInfo.InvariantCulture);
                svg.Append(SvgPlot.F($"<text x='{left + c * cell + cell / 2}' y='{36 + r * 34 + 21}' text-anchor='middle' fill='{ink}'>{text}</text>"));
            }
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>How often values fall into equal classes; several series are drawn over each other.</summary>
    public static string Histogram(string title, string xLabel, IReadOnlyList<(string Label, double[] Values)> series, int classes = 40)
    {
        const int left = 60, height = 300, bottom = 44, right = 150;
        double[] all = [.. series.SelectMany(s => s.Values).Order()];
        double low = all[(int)(0.001 * all.Length)], high = all[(int)(0.999 * (all.Length - 1))];
        double[][] shares = [.. series.Select(s => Shares(s.Values, low, high, classes))];
        double most = shares.Max(s => s.Max());
        double X(double v) => left + (v - low) / (high - low) * (Width - left - right);
        double Y(double share) => height - bottom - share / most * (height - bottom - 40);
        StringBuilder svg = Open(title, height);
        for (int n = 0; n < series.Count; n++)
        {
            double width = (X(high) - X(low)) / classes;
            for (int c = 0; c < classes; c++)
                svg.Append(SvgPlot.F($"<rect x='{X(low) + c * width:0.#}' y='{Y(shares[n][c]):0.#}' width='{width - 0.6:0.##}' "))
                    .Append(SvgPlot.F($"height='{height - bottom - Y(shares[n][c]):0.#}' fill='{s_colors[n]}' opacity='{(series.Count > 1 ? "0.5" : "0.85")}'/>"));
        }

        Axis(svg, X, low, high, height - bottom, xLabel, left, Width - right);
        Key(svg, [.. series.Select(s => s.Label)], Width - right + 14, 40);
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Points colored by a number (viridis) or by a class.</summary>
    /// <param name="value">One a point; with <paramref name="classes"/> the index of its class, or -1 for none (gray, below).</param>
    public static string Scatter(string title, IReadOnlyList<(double X, double Y)> points, IReadOnlyList<double> value, string label, string[]? classes = null)
    {
        const int height = 480, left = 14, right = 160, steps = 12;
        (double X0, double X1) x = Range(points.Select(p => p.X)), y = Range(points.Select(p => p.Y));
        (double low, double high) = classes is null ? Range(value) : (0, 1);
        StringBuilder svg = Open(title, height);
        IEnumerable<IGrouping<int, int>> groups = Enumerable.Range(0, points.Count)
            .GroupBy(i => classes is null ? (int)Math.Clamp((value[i] - low) / (high - low) * steps, 0, steps - 1) : (int)value[i]).OrderBy(g => g.Key);
        foreach (IGrouping<int, int> group in groups)
        {
            string color = classes is null ? Viridis(group.Key / (steps - 1.0)) : group.Key < 0 ? "#e4e4e4" : s_colors[group.Key % s_colors.Length];
            // A line of no length with round ends is a dot: a third of what a circle takes.
            double size = classes is not null && group.Key >= 0 ? 7 : 4.5;
            svg.Append(SvgPlot.F($"<path stroke='{color}' stroke-width='{size}' stroke-linecap='round' opacity='0.75' d='"));
            foreach (int i in group.Where(i => IsWithin(points[i].X, x) && IsWithin(points[i].Y, y)))
                svg.Append(SvgPlot.F($"M{Place(points[i].X, x, left, Width - right):0} {Place(points[i].Y, y, height - 14, 34):0}h0"));
            svg.Append("'/>");
        }

        svg.Append(SvgPlot.F($"<text x='{Width - right + 14}' y='44' font-weight='600'>{SvgPlot.Text(label)}</text>"));
        if (classes is not null)
        {
            Key(svg, classes, Width - right + 14, 56);
            return svg.Append("</svg>").ToString();
        }

        for (int s = 0; s < steps; s++)
            svg.Append(SvgPlot.F($"<rect x='{Width - right + 14}' y='{56 + (steps - 1 - s) * 12}' width='14' height='12' fill='{Viridis(s / (steps - 1.0))}'/>"));
        svg.Append(SvgPlot.F($"<text x='{Width - right + 34}' y='66'>{high:0.##}</text><text x='{Width - right + 34}' y='{56 + steps * 12}'>{low:0.##}</text>"));
        return svg.Append("</svg>").ToString();
    }

    /// <summary>Horizontal bars of parts that add up.</summary>
    public static string StackedBars(string title, string[] parts, IReadOnlyList<(string Label, double[] Values)> bars)
    {
        int left = Math.Min(320, 20 + (int)(6.4 * bars.Max(b => b.Label.Length)));
        (int X, int Row)[] places = Key(parts, left);
        int top = 38 + 18 * (places[^1].Row + 1), height = top + 14 + bars.Count * 26;
        double most = bars.Max(b => b.Values.Sum());
        StringBuilder svg = Open(title, height);
        for (int p = 0; p < parts.Length; p++)
        {
            (int x, int y) = (places[p].X, 30 + 18 * places[p].Row);
            svg.Append(SvgPlot.F($"<rect x='{x}' y='{y}' width='12' height='12' fill='{s_colors[p]}'/><text x='{x + 18}' y='{y + 10}'>{SvgPlot.Text(parts[p])}</text>"));
        }

        for (int b = 0; b < bars.Count; b++)
        {
            double at = left;
            svg.Append(SvgPlot.F($"<text x='{left - 8}' y='{top + b * 26 + 14}' text-anchor='end'>{SvgPlot.Text(bars[b].Label)}</text>"));
            for (int p = 0; p < parts.Length; p++)
            {
                double width = bars[b].Values[p] / most * (Width - left - 60);
                svg.Append(SvgPlot.F($"<rect x='{at:0.#}' y='{top + b * 26}' width='{Math.Max(0, width):0.#}' height='19' fill='{s_colors[p]}' opacity='0.85'/>"));
                at += width;
            }

            svg.Append(SvgPlot.F($"<text x='{at + 6:0.#}' y='{top + b * 26 + 14}'>{bars[b].Values.Sum():0.00}</text>"));
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Where the labels of a key above a picture stand, on as many lines as they need.</summary>
    private static (int X, int Row)[] Key(string[] labels, int left)
    {
        (int X, int Row)[] places = new (int, int)[labels.Length];
        (int x, int row) = (left, 0);
        for (int n = 0; n < labels.Length; n++)
        {
            int width = 36 + (int)(6.6 * labels[n].Length);
            if (x + width > Width && x > left)
                (x, row) = (left, row + 1);
            places[n] = (x, row);
            x += width;
        }

        return places;
    }

    private static void Axis(StringBuilder svg, Func<double, double> x, double low, double high, int y, string label, int left, int right)
    {
        for (int tick = 0; tick <= 6; tick++)
        {
            double v = low + (high - low) * tick / 6;
            string text = v.ToString(Math.Abs(v) < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);
            svg.Append(SvgPlot.F($"<path d='M{x(v):0.#} {y}v5' stroke='#888'/><text x='{x(v):0.#}' y='{y + 17}' text-anchor='middle'>{text}</text>"));
        }

        svg.Append(SvgPlot.F($"<path d='M{left} {y}H{right}' stroke='#888'/>"));
        svg.Append(SvgPlot.F($"<text x='{(left + right) / 2}' y='{y + 36}' text-anchor='middle'>{SvgPlot.Text(label)}</text>"));
    }

    private static void Key(StringBuilder svg, string[] labels, int x, int y)
    {
        for (int n = 0; n < labels.Length; n++)
        {
            string color = s_colors[n % s_colors.Length];
            svg.Append(SvgPlot.F($"<rect x='{x}' y='{y + n * 20}' width='12' height='12' fill='{color}'/>"))
                .Append(SvgPlot.F($"<text x='{x + 18}' y='{y + n * 20 + 10}'>{SvgPlot.Text(labels[n])}</text>"));
        }
    }

    private static StringBuilder Open(string title, int height) => new StringBuilder()
        .Append(SvgPlot.F($"<svg viewBox='0 0 {Width} {height}' width='{Width}' height='{height}' role='img' "))
        .Append($"aria-label='{SvgPlot.Text(title)}' xmlns='http://www.w3.org/2000/svg'>")
        .Append(SvgPlot.F($"<text x='{Width / 2}' y='18' text-anchor='middle' font-weight='600'>{SvgPlot.Text(title)}</text>"));

    private static double[] Shares(double[] values, double low, double high, int classes)
    {
        double[] shares = new double[classes];
        foreach (double v in values)
            shares[(int)Math.Clamp((v - low) / (high - low) * classes, 0, classes - 1)] += 1.0 / values.Length;
        return shares;
    }

    /// <summary>Where the middle 99% lie: outliers, which are left out, do not press everybody else together.</summary>
    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        double low = sorted[(int)(0.005 * (sorted.Length - 1))], high = sorted[(int)(0.995 * (sorted.Length - 1))];
        return (low, high > low ? high : low + 1);
    }

    private static bool IsWithin(double value, (double Low, double High) range) => value >= range.Low && value <= range.High;

    private static double Place(double value, (double Low, double High) range, double from, double to) =>
        from + (value - range.Low) / (range.High - range.Low) * (to - from);

    private static string Viridis(double share)
    {
        double at = Math.Clamp(double.IsFinite(share) ? share : 0, 0, 1) * (s_viridis.Length - 1);
        int n = Math.Min((int)at, s_viridis.Length - 2);
        (int R, int G, int B) a = s_viridis[n], b = s_viridis[n + 1];
        int Mix(int from, int to) => (int)Math.Round(from + (to - from) * (at - n));
        return $"#{Mix(a.R, b.R):x2}{Mix(a.G, b.G):x2}{Mix(a.B, b.B):x2}";
    }
}
