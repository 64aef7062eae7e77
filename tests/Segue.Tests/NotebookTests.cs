using Segue.Notebooks;
using Segue.Numerics;
using Xunit;

namespace Segue.Tests;

/// <summary>
/// Goal: what notebooks measure with is right, and a changed output is noticed. Method: vectors with a planted plane and a planted quantity;
/// transcripts changed in a word, a number, a line. Seen to fail: with the rows of the probe's test learned from, and with every number let through.
/// </summary>
public sealed class NotebookTests
{
    [Fact]
    public void The_plane_of_the_largest_differences_is_found()
    {
        Random random = new(1);
        float[] values = new float[200 * 6];
        double[] first = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() - 0.5)];
        for (int r = 0; r < 200; r++)
        {
            for (int c = 0; c < 6; c++)
                values[(r * 6) + c] = 7 + (0.01f * random.NextSingle());
            values[(r * 6) + 3] += (float)(10 * first[r]);
            values[(r * 6) + 5] += random.NextSingle();
        }

        ((double X, double Y)[] points, double share) = Pca.Plane(new MatrixView(values, 200, 6));
        Assert.True(share > 0.999, $"{share}");
        double mean = first.Average();
        for (int r = 0; r < 200; r++)
            Assert.Equal(Math.Abs(10 * (first[r] - mean)), Math.Abs(points[r].X), 0.1);
    }

    [Fact]
    public void A_probe_reads_what_lies_on_a_line_and_nothing_of_noise()
    {
        Random random = new(2);
        float[] values = [.. Enumerable.Range(0, 500 * 8).Select(_ => random.NextSingle())];
        MatrixView vectors = new(values, 500, 8);
        LinearProbe probe = new(vectors);
        Assert.InRange(probe.R2([.. Enumerable.Range(0, 500).Select(r => 3 + (2 * vectors.Row(r)[1]) - vectors.Row(r)[6])]), 0.9, 1);
        Assert.InRange(probe.R2([.. Enumerable.Range(0, 500).Select(_ => random.NextSingle())]), -0.2, 0.1);
    }

    [Fact]
    public void A_changed_line_is_told_and_can_be_taken_over()
    {
        using ScratchFolder folder = new();
        string page = folder.Write("notebooks.md", "# Notebooks\n\n## a.cs\n\nWords.\n\n```text\nbest: 8 factors, 0.312 (65%)\n```\n\n## b.cs\n\n```text\nother\n```\n");
        Assert.Equal(0, Transcript.Compare(page, "a", ["best: 8 factors, 0.314 (66%)"], update: false));
        Assert.Equal(1, Transcript.Compare(page, "a", ["best: 16 factors, 0.312 (65%)"], update: false));
        Assert.Equal(1, Transcript.Compare(page, "a", ["worst: 8 factors, 0.312 (65%)"], update: false));
        Assert.Equal(1, Transcript.Compare(page, "a", ["best: 8 factors, 0.312 (65%)", "more"], update: false));
        Assert.Equal(1, Transcript.Compare(page, "a", [], update: false));
        Assert.Contains("no heading '## c.cs'", Assert.Throws<SegueException>(() => Transcript.Compare(page, "c", [], update: false)).Message);
        Assert.Equal(0, Transcript.Compare(page, "a", ["new", "lines"], update: true));
        Assert.Equal(0, Transcript.Compare(page, "a", ["new", "lines"], update: false));
        Assert.Equal(0, Transcript.Compare(page, "b", ["other"], update: false));
    }
}
