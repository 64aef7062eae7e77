using System.Globalization;
using System.Net;
using System.Text;
using ScottPlot;
using ScottPlot.Plottables;
using Canvas = ScottPlot.Plot;

namespace Segue.Notebooks;

/// <summary>
/// Pictures of a notebook, drawn by ScottPlot and put into the page whole. An image rather than inline SVG: the ids inside two drawings would be one
/// page's.
/// </summary>
internal static class Plot
{
    private const int Width = 720;
    private static readonly IPalette s_palette = new ScottPlot.Palettes.ColorblindFriendly();
    private static readonly IColormap s_viridis = new ScottPlot.Colormaps.Viridis();

    private static readonly string[] s_fonts = ["DejaVu Sans", "Liberation Sans", "Arial", "Helvetica"];

    /// <summary>The palette's first is black, which stands out too much to come first.</summary>
    private static Color ColorOf(int series) => s_palette.GetColor((series + 1) % s_palette.Colors.Length);

    /// <summary>One line a series over a common axis.</summary>
    public static string Lines(
        string title, string xLabel, IReadOnlyList<(string Label, IReadOnlyList<(double X, double Y)> Points)> series, bool dotsOnly = false, bool fromZero = true)
    {
        using Canvas canvas = Open(title);
        for (int n = 0; n < series.Count; n++)
        {
            ScottPlot.Plottables.Scatter line = canvas.Add.Scatter(
                [.. series[n].Points.Select(p => p.X)], (double[])[.. series[n].Points.Select(p => p.Y)], ColorOf(n));
            line.LegendText = series[n].Label;
            line.LineWidth = dotsOnly ? 0 : 2;
            line.MarkerSize = dotsOnly ? 9 : 5;
        }

        canvas.XLabel(xLabel);
        if (fromZero)
            canvas.Axes.SetLimitsY(0, 1.08 * series.Max(s => s.Points.Max(p => p.Y)));
        return Svg(canvas, title, 320, hasKey: series.Count > 1);
    }

    /// <summary>Horizontal bars; an interval where high is above low.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value, double Low, double High)> bars)
    {
        using Canvas canvas = Open(title);
        bool isCount = bars.All(b => double.IsInteger(b.Value));
        double most = bars.Max(b => Math.Max(b.Value, b.High));
        for (int n = 0; n < bars.Count; n++)
        {
            (_, double value, double low, double high) = bars[n];
            Bar bar = new() { Position = -n, Value = value, Size = 0.7, FillColor = ColorOf(1), LineWidth = 0 };
            canvas.Add.Bars((Bar[])[bar]).Horizontal = true;
            if (high > low)
            {
                LinePlot interval = canvas.Add.Line(low, -n, high, -n);
                (interval.LineColor, interval.MarkerColor) = (Colors.Black, Colors.Black);
                (interval.MarkerShape, interval.MarkerSize) = (MarkerShape.VerticalBar, 10);
            }

            Words(canvas, Number(value, isCount), Math.Max(value, high) + 0.01 * most, -n, Alignment.MiddleLeft);
        }

        Rows(canvas, [.. bars.Select(b => b.Label)]);
        canvas.Axes.SetLimitsX(0, 1.15 * most);
        return Svg(canvas, title, 90 + 30 * bars.Count);
    }

    /// <summary>A cell for each pair of settings, the best framed. Colors run over the values there are.</summary>
    /// <param name="values">Rows × columns; NaN leaves a cell empty.</param>
    /// <param name="best">Whether the highest value is to be framed.</param>
    public static string HeatMap(
        string title, string rowLabel, string[] rows, string columnLabel, string[] columns, double[,] values, string format = "0.000", bool best = true)
    {
        using Canvas canvas = Open(title);
        Heatmap map = canvas.Add.Heatmap(values);
        (map.Colormap, map.NaNCellColor) = (s_viridis, Colors.Transparent);
        double[] all = [.. values.Cast<double>().Where(double.IsFinite)];
        double low = all.Min(), high = all.Max();
        for (int r = 0; r < rows.Length; r++)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                double value = values[r, c];
                if (!double.IsFinite(value))
                    continue;
                // Row 0 is drawn at the top, and y grows upwards.
                int y = rows.Length - 1 - r;
                Text words = Words(canvas, value.ToString(format, CultureInfo.InvariantCulture), c, y, Alignment.MiddleCenter);
                words.LabelFontColor = value - low > 0.6 * (high - low) ? Colors.Black : Colors.White;
                if (best && value == high)
                {
                    Rectangle frame = canvas.Add.Rectangle(c - 0.47, c + 0.47, y - 0.45, y + 0.45);
                    (frame.FillColor, frame.LineColor, frame.LineWidth) = (Colors.Transparent, Colors.Red, 3);
                }
            }
        }

        canvas.Axes.Left.SetTicks([.. Enumerable.Range(0, rows.Length).Select(r => rows.Length - 1.0 - r)], rows);
        canvas.Axes.Bottom.SetTicks([.. Enumerable.Range(0, columns.Length).Select(c => (double)c)], columns);
        canvas.XLabel(columnLabel);
        canvas.YLabel(rowLabel);
        canvas.HideGrid();
        canvas.Axes.SetLimits(-0.5, columns.Length - 0.5, -0.5, rows.Length - 0.5);
        return Svg(canvas, title, 120 + 34 * rows.Length);
    }

    /// <summary>How often values fall into equal classes; several series are drawn over each other.</summary>
    public static string Histogram(string title, string xLabel, IReadOnlyList<(string Label, double[] Values)> series, int classes = 40)
    {
        double[] all = [.. series.SelectMany(s => s.Values)];
        (double low, double high) = Middle(all, 0.001);
        using Canvas canvas = Open(title);
        for (int n = 0; n < series.Count; n++)
        {
            ScottPlot.Statistics.Histogram counted = ScottPlot.Statistics.Histogram.WithBinCount(classes, low, high);
            counted.AddRange(series[n].Values.Select(v => Math.Clamp(v, low, high)));
            BarPlot bars = canvas.Add.Bars(counted.Bins, [.. counted.Counts.Select(c => c / (double)series[n].Values.Length)]);
            bars.LegendText = series[n].Label;
            foreach (Bar bar in bars.Bars)
            {
                // A class is named by its lower edge.
                bar.Position += counted.FirstBinSize / 2;
                (bar.Size, bar.LineWidth) = (0.96 * counted.FirstBinSize, 0);
                bar.FillColor = ColorOf(n).WithAlpha(series.Count > 1 ? 0.5 : 0.85);
            }
        }

        canvas.XLabel(xLabel);
        canvas.YLabel("share");
        canvas.Axes.Margins(bottom: 0);
        return Svg(canvas, title, 300, hasKey: series.Count > 1);
    }

    /// <summary>Points colored by a number (viridis) or by a class.</summary>
    /// <param name="value">One a point; with <paramref name="classes"/> the index of its class, or -1 for none (gray, below).</param>
    public static string Scatter(string title, IReadOnlyList<(double X, double Y)> points, IReadOnlyList<double> value, string label, string[]? classes = null)
    {
        const int Steps = 12;
        (double left, double right) = Middle(points.Select(p => p.X), 0.005);
        (double bottom, double top) = Middle(points.Select(p => p.Y), 0.005);
        (double low, double high) = Middle(value, 0.005);
        using Canvas canvas = Open(title);
        int GroupOf(int i) => classes is null ? (int)Math.Clamp((value[i] - low) / (high - low) * Steps, 0, Steps - 1) : (int)value[i];
        foreach (IGrouping<int, int> group in Enumerable.Range(0, points.Count).GroupBy(GroupOf).OrderBy(g => g.Key))
        {
            Color color = classes is null ? s_viridis.GetColor(group.Key / (Steps - 1.0)) : group.Key < 0 ? Colors.LightGray : ColorOf(group.Key);
            float size = classes is not null && group.Key >= 0 ? 7 : 4.5f;
            Markers dots = canvas.Add.Markers(
                [.. group.Select(i => points[i].X)], (double[])[.. group.Select(i => points[i].Y)], MarkerShape.FilledCircle, size, color.WithAlpha(0.75));
            dots.LegendText = classes is not null && group.Key >= 0 ? classes[group.Key] : "";
        }

        if (classes is null)
        {
            canvas.Add.ColorBar(new Heatmap(new[,] { { low, high } }) { Colormap = s_viridis });
            canvas.XLabel("color: " + label);
        }

        // Where the points lie among each other says something, their coordinates do not.
        canvas.Axes.Left.SetTicks([], []);
        canvas.Axes.Bottom.SetTicks([], []);
        canvas.HideGrid();
        canvas.Axes.SetLimits(left, right, bottom, top);
        return Png(canvas, title, 480, hasKey: classes is not null);
    }

    /// <summary>Horizontal bars of parts that add up.</summary>
    public static string StackedBars(string title, string[] parts, IReadOnlyList<(string Label, double[] Values)> bars)
    {
        using Canvas canvas = Open(title);
        double most = bars.Max(b => b.Values.Sum());
        double[] from = new double[bars.Count];
        for (int p = 0; p < parts.Length; p++)
        {
            Bar[] pieces = [.. bars.Select((b, n) => new Bar
            {
                Position = -n, ValueBase = from[n], Value = from[n] + b.Values[p], Size = 0.7, FillColor = ColorOf(p), LineWidth = 0,
            })];
            BarPlot drawn = canvas.Add.Bars(pieces);
            (drawn.Horizontal, drawn.LegendText) = (true, parts[p]);
            from = [.. pieces.Select(b => b.Value)];
        }

        for (int n = 0; n < bars.Count; n++)
            Words(canvas, from[n].ToString("0.00", CultureInfo.InvariantCulture), from[n] + 0.01 * most, -n, Alignment.MiddleLeft);
        Rows(canvas, [.. bars.Select(b => b.Label)]);
        canvas.Axes.SetLimitsX(0, 1.1 * most);
        return Svg(canvas, title, 130 + 26 * bars.Count, hasKey: true);
    }

    private static Canvas Open(string title)
    {
        // Text is measured in this font, and what "sans" is differs by machine: where no font of that name is, it is one with serifs.
        Fonts.Default = s_fonts.FirstOrDefault(f => Fonts.GetTypeface(f, false, false).FamilyName == f, Fonts.Sans);
        Canvas canvas = new();
        canvas.Title(title, 14);
        foreach (IAxis axis in (IAxis[])[canvas.Axes.Left, canvas.Axes.Bottom])
            (axis.Label.FontSize, axis.Label.Bold) = (12, false);
        canvas.Axes.Right.IsVisible = canvas.Axes.Top.IsVisible = false;
        return canvas;
    }

    /// <summary>A label for each of the rows 0, -1, -2, ...</summary>
    private static void Rows(Canvas canvas, string[] labels)
    {
        canvas.Axes.Left.SetTicks([.. labels.Select((_, n) => (double)-n)], labels);
        canvas.Axes.Left.MajorTickStyle.Length = 0;
        canvas.Grid.YAxisStyle.IsVisible = false;
        canvas.Axes.SetLimitsY(0.6 - labels.Length, 0.6);
    }

    private static Text Words(Canvas canvas, string text, double x, double y, Alignment alignment)
    {
        Text words = canvas.Add.Text(text, x, y);
        (words.LabelAlignment, words.LabelFontSize, words.LabelFontColor) = (alignment, 12, Colors.Black);
        return words;
    }

    private static string Number(double value, bool isCount) => value.ToString(isCount || value >= 100 ? "N0" : "0.0000", CultureInfo.InvariantCulture);

    /// <summary>Where the middle of the values lies: outliers do not press everybody else together.</summary>
    /// <param name="cut">The share that is cut off at each end.</param>
    private static (double Low, double High) Middle(IEnumerable<double> values, double cut)
    {
        double[] sorted = [.. values.Where(double.IsFinite).Order()];
        double low = sorted[(int)(cut * (sorted.Length - 1))], high = sorted[(int)((1 - cut) * (sorted.Length - 1))];
        return (low, high > low ? high : low + 1);
    }

    private static string Svg(Canvas canvas, string title, int height, bool hasKey = false)
    {
        if (hasKey)
            canvas.ShowLegend(Edge.Right);
        return Image("image/svg+xml", Encoding.UTF8.GetBytes(canvas.GetSvgXml(Width, height)), title, height);
    }

    /// <summary>Thousands of points are smaller as a PNG; at twice the size, for dense screens.</summary>
    private static string Png(Canvas canvas, string title, int height, bool hasKey)
    {
        if (hasKey)
            canvas.ShowLegend(Edge.Right);
        canvas.ScaleFactor = 2;
        return Image("image/png", canvas.GetImageBytes(2 * Width, 2 * height, ImageFormat.Png), title, height);
    }

    private static string Image(string type, byte[] content, string title, int height) =>
        $"<img width='{Width}' height='{height}' alt='{WebUtility.HtmlEncode(title)}' src='data:{type};base64,{Convert.ToBase64String(content)}'>";
}
