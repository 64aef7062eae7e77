using ScottPlot;

namespace Segue.Bench;

/// <summary>Pictures of the ALS benchmarks, as PNG and SVG.</summary>
internal static class AlsPlots
{
    public static void LossAgainstTime(string folder, string title, IReadOnlyList<AlsBench.Curve> curves)
    {
        Directory.CreateDirectory(folder);
        using Plot plot = new();
        foreach (AlsBench.Curve curve in curves)
        {
            double sum = 0;
            double[] seconds = [.. curve.Seconds.Select(s => sum += s)];
            var line = plot.Add.Scatter([.. seconds.Select(Math.Log10)], curve.Losses.ToArray());
            line.LegendText = curve.Name;
            (line.LineWidth, line.MarkerSize) = (2, 7);
        }

        // Seconds on a logarithmic axis: the curves are an order of magnitude apart.
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { LabelFormatter = e => $"{Math.Pow(10, e):0.##}" };
        plot.Title("Loss against time: " + title);
        plot.XLabel("seconds since the start");
        plot.YLabel("loss after each iteration");
        plot.ShowLegend(Alignment.UpperRight);
        plot.SavePng(Path.Combine(folder, "als-loss-against-time.png"), 1000, 600);
        plot.SaveSvg(Path.Combine(folder, "als-loss-against-time.svg"), 1000, 600);
    }
}
