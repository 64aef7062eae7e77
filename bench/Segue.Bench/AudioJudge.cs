using Segue.Mood;
using Segue.Numerics;

namespace Segue.Bench;

/// <summary>The older benchmark: do the first 20 lie where a wish points in the audio features? It rewards extremes, and noise for "quiet".</summary>
internal sealed class AudioJudge(MatrixView percentiles, string path) : IJudge
{
    private readonly IReadOnlyList<BenchWish> _wishes = MoodWishes.Read(path);

    public string Name => "audio";

    public IReadOnlyList<string> Wishes => [.. _wishes.Select(w => w.Text)];

    public Judged Judge(int wish, WishReader reader, MoodScorer scorer)
    {
        int[] top = [.. scorer.Rank(reader.Read(_wishes[wish].Text), MoodWishes.Top).Items.Select(i => i.Track)];
        double score = MoodWishes.Score(_wishes[wish], scorer.Tracks, percentiles, top);
        return new Judged(_wishes[wish].Text, _wishes[wish].Set, new Dictionary<string, double> { ["score"] = score }, top);
    }
}
