using System.Globalization;
using System.Net;
using System.Text;

namespace Segue.Export;

/// <summary>
/// Small plots as inline SVG, so that a report is one file that opens anywhere. Colors are safe for color-blind readers (Okabe, Ito 2008).
/// By hand, because a plotting library would bring a native one (SkiaSharp) to everybody who uses this library; the notebooks have ScottPlot.
/// </summary>
internal static class SvgPlot
{
    private const int Width = 720, Left = 190, Right = 60, Bar = 22;

    private static readonly string[] s_colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#000000"];

    /// <summary>Horizontal bars with an interval each; whole numbers where all values are.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value, double Low, double High)> bars)
    {
        double most = NiceMax(bars.Max(b => Math.Max(b.Value, b.High)));
        bool counts = bars.All(b => double.IsInteger(b.Value));
        int height = 60 + bars.Count * (Bar + 8);
        StringBuilder svg = Open(title, height);
        double X(double v) => Left + v / most * (Width - Left - Right);
        Grid(svg, X, most, height);
        for (int n = 0; n < bars.Count; n++)
        {
            (string label, double value, double low, double high) = bars[n];
            int y = 36 + n * (Bar + 8);
            svg.Append(F($"<text x='{Left - 8}' y='{y + 15}' text-anchor='end'>{Text(label)}</text>"));
            svg.Append(F($"<rect x='{Left}' y='{y}' width='{Math.Max(0, X(value) - Left):0.#}' height='{Bar}' fill='{s_colors[0]}' opacity='0.85'/>"));
            if (high > low)
                svg.Append(F($"<path d='M{X(low):0.#} {y + 11}H{X(high):0.#}M{X(low):0.#} {y + 6}v10M{X(high):0.#} {y + 6}v10' stroke='#222' fill='none'/>"));
            svg.Append(F($"<text x='{X(Math.Max(value, high)) + 6:0.#}' y='{y + 15}'>{(value < 100 && !counts ? F($"{value:0.0000}") : F($"{value:N0}"))}</text>"));
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>One line a series over a common axis; x on a logarithmic scale when asked.</summary>
    public static string Lines(
        string title, string xLabel, IReadOnlyList<(string Label, IReadOnlyList<(double X, double Y)> Points)> series,
        bool logX = false, bool dotsOnly = false, bool fromZero = true)
    {
        const int left = 60, height = 320, bottom = 44;
        double Scale(double x) => logX ? Math.Log10(x) : x;
        double[] xs = [.. series.SelectMany(s => s.Points).Select(p => Scale(p.X))], ys = [.. series.SelectMany(s => s.Points).Select(p => p.Y)];
        double from = xs.Min(), to = xs.Max() > from ? xs.Max() : from + 1;
        if (dotsOnly)
            (from, to) = (from - (0.04 * (to - from)), to + (0.04 * (to - from)));
        double low = fromZero ? 0 : ys.Min() - 0.05 * (ys.Max() - ys.Min()), high = fromZero ? NiceMax(ys.Max()) : ys.Max() + 0.05 * (ys.Max() - ys.Min());
        high = high > low ? high : low + 1;
        double X(double x) => left + (Scale(x) - from) / (to - from) * (Width - left - 150);
        double Y(double y) => height - bottom - (y - low) / (high - low) * (height - bottom - 36);
        StringBuilder svg = Open(title, height);
        foreach (double y in Ticks(low, high, log: false))
            svg.Append(F($"<path d='M{left} {Y(y):0.#}H{Width - 150}' stroke='#ddd'/><text x='{left - 6}' y='{Y(y) + 4:0.#}' text-anchor='end'>{y:0.######}</text>"));

        foreach (double x in Ticks(from, to, logX))
            svg.Append(F($"<text x='{X(x):0.#}' y='{height - bottom + 16}' text-anchor='middle'>{x:0.######}</text>"));

        svg.Append(F($"<text x='{(left + Width - 150) / 2}' y='{height - 8}' text-anchor='middle'>{Text(xLabel)}</text>"));
        for (int n = 0; n < series.Count; n++)
        {
            string color = s_colors[n % s_colors.Length];
            if (!dotsOnly)
            {
                string path = string.Join('L', series[n].Points.Select(p => F($"{X(p.X):0.#} {Y(p.Y):0.#}")));
                svg.Append(F($"<path d='M{path}' stroke='{color}' stroke-width='2' fill='none'/>"));
            }

            foreach ((double x, double y) in series[n].Points)
                svg.Append(F($"<circle cx='{X(x):0.#}' cy='{Y(y):0.#}' r='{(dotsOnly ? 3.5 : 2.5)}' fill='{color}' opacity='0.8'/>"));
            svg.Append(F($"<rect x='{Width - 140}' y='{36 + n * 20}' width='12' height='12' fill='{color}'/>"));
            svg.Append(F($"<text x='{Width - 122}' y='{46 + n * 20}'>{Text(series[n].Label)}</text>"));
        }

        return svg.Append("</svg>").ToString();
    }

    public static string Text(string text) => WebUtility.HtmlEncode(text);

    public static string F(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static StringBuilder Open(string title, int height) => new StringBuilder()
        .Append(F($"<svg viewBox='0 0 {Width} {height}' width='{Width}' height='{height}' role='img' aria-label='{Text(title)}' xmlns='http://www.w3.org/2000/svg'>"))
        .Append(F($"<text x='{Width / 2}' y='18' text-anchor='middle' font-weight='600'>{Text(title)}</text>"));

    private static void Grid(StringBuilder svg, Func<double, double> x, double most, int height)
    {
        for (int tick = 0; tick <= 4; tick++)
        {
            double v = most * tick / 4;
            svg.Append(F($"<path d='M{x(v):0.#} 30V{height - 22}' stroke='#ddd'/><text x='{x(v):0.#}' y='{height - 6}' text-anchor='middle'>{v:0.###}</text>"));
        }
    }

    /// <summary>Round numbers inside a range (of logarithms, where the scale is one).</summary>
    private static IEnumerable<double> Ticks(double from, double to, bool log)
    {
        if (log)
        {
            for (double power = Math.Floor(from); power <= to; power++)
            {
                foreach (double x in new[] { 1, 2, 5 }.Select(m => m * Math.Pow(10, power)).Where(x => Math.Log10(x) >= from && Math.Log10(x) <= to))
                    yield return x;
            }

            yield break;
        }

        double step = NiceMax((to - from) / 8);
        for (double n = Math.Ceiling(from / step); n * step <= to + step * 1e-6; n++)
            yield return n * step;
    }

    /// <summary>1, 2, 3, 4, 5, 6 or 8 times a power of ten, at or above the value.</summary>
    private static double NiceMax(double value)
    {
        if (!(value > 0))
            return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return new[] { 1, 2, 3, 4, 5, 6, 8, 10 }.First(m => m * power >= value * 0.999999) * power;
    }
}
