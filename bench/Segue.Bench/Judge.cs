using System.Text.Json;
using Segue.Catalogue;
using Segue.Mood;

namespace Segue.Bench;

/// <summary>What an answer to one wish is worth to a judge, and the songs answered.</summary>
/// <param name="Values">By name of the measure.</param>
/// <param name="Top">The tracks answered, best first.</param>
internal sealed record Judged(string Wish, string Kind, IReadOnlyDictionary<string, double> Values, IReadOnlyList<int> Top);

/// <summary>Somebody who says how good answers are: people's playlists, wishes with rules, or directions of audio features.</summary>
internal interface IJudge
{
    string Name { get; }

    IReadOnlyList<string> Wishes { get; }

    Judged Judge(int wish, WishReader reader, MoodScorer scorer);
}

/// <summary>Titles that people gave playlists, and which songs of the catalogue they put there: <c>playlist_judge.py</c> in C#.</summary>
internal sealed class PlaylistJudge : IJudge
{
    private const int First = 20;
    private readonly Tracks _tracks;
    private readonly HashSet<int> _pool;
    private readonly (string Title, HashSet<int> Songs)[] _lists;

    /// <param name="path">A JSON object of titles with track ids; <c>pool.txt</c> lies beside it.</param>
    public PlaylistJudge(Tracks tracks, string path)
    {
        _tracks = tracks;
        _pool = [.. File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "pool.txt")).Split((char[]?)null,
            StringSplitOptions.RemoveEmptyEntries)
            .Select(tracks.IndexOfId).Where(t => t >= 0)];
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        _lists = [.. document.RootElement.EnumerateObject()
            .Select(p => (p.Name, p.Value.EnumerateArray().Select(id => tracks.IndexOfId(id.GetString() ?? "")).Where(t => t >= 0).ToHashSet()))];
    }

    public string Name => "playlists";

    public IReadOnlyList<string> Wishes => [.. _lists.Select(l => l.Title)];

    /// <summary>Average precision over the whole pool, and precision among its first 20; songs that the wish rules out rank last.</summary>
    public Judged Judge(int wish, WishReader reader, MoodScorer scorer)
    {
        (string title, HashSet<int> songs) = _lists[wish];
        float[] scores = new float[_tracks.Count];
        scorer.Score(reader.Read(title), scores);
        int[] ranking = [.. _pool.OrderByDescending(t => scores[t]).ThenBy(t => t)];
        int hits = 0;
        double sum = 0;
        for (int k = 0; k < ranking.Length; k++)
        {
            if (songs.Contains(ranking[k]))
                sum += ++hits / (k + 1.0);
        }

        Dictionary<string, double> values =
            new() { ["ap"] = sum / songs.Count, ["p@20"] = ranking.Take(First).Count(songs.Contains) / (double)First };
        return new Judged(title, "playlist", values, ranking);
    }
}
