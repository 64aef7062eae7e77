using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood;

/// <summary>The genres of a catalogue: found by name in any spelling ("Deep House", "deep-house"), with the tracks of each.</summary>
internal sealed class GenreTable
{
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly Tracks _tracks;
    private readonly string[] _names;
    private readonly Ragged<int> _tracksOf;
    private readonly Lazy<float[]> _typical;

    public GenreTable(Tracks tracks, MatrixView percentiles)
    {
        _tracks = tracks;
        _names = [.. Enumerable.Range(0, tracks.GenreNames.Count).Select(g => WishTokens.Normalize(tracks.GenreNames[g]))];
        for (int g = 0; g < _names.Length; g++)
            _byName.TryAdd(_names[g], g);
        _tracksOf = Invert(tracks);
        _typical = new Lazy<float[]>(() => Typical(percentiles));
    }

    public int Count => _tracks.GenreNames.Count;

    /// <summary>The index of a genre, or −1 where the catalogue has none of that name.</summary>
    public int IndexOf(string genre) => _byName.TryGetValue(genre, out int g) || _byName.TryGetValue(WishTokens.Normalize(genre), out g) ? g : -1;

    /// <summary>As lexicons write it: "deep-house", whatever the catalogue's spelling.</summary>
    public string NameOf(int genre) => _names[genre].Replace(' ', '-');

    public ReadOnlySpan<int> TracksOf(int genre) => _tracksOf[genre];

    /// <summary>Adds <paramref name="scale"/> times the weight of each track's best genre.</summary>
    public void AddBest(IReadOnlyList<GenreWeight> weights, float scale, Span<float> scores)
    {
        // From the heaviest genre down, a track gets what it finds first: the mark is the item's own, so that items add.
        var seen = new HashSet<int>();
        (int Genre, float Weight)[] known = [.. weights.Select(w => (Genre: IndexOf(w.Genre), w.Weight)).Where(w => w.Genre >= 0).OrderByDescending(w => w.Weight)];
        foreach ((int genre, float weight) in known)
        {
            foreach (int track in _tracksOf[genre])
            {
                if (known.Length == 1 || _tracks.GenresOf[track].Length == 1 || seen.Add(track))
                    scores[track] += scale * weight;
            }
        }
    }

    /// <summary>The weight of a track's best genre, 0 where it has none of them.</summary>
    public float BestOf(IReadOnlyList<GenreWeight> weights, int track)
    {
        float best = 0;
        foreach (int genre in _tracks.GenresOf[track])
        {
            foreach (GenreWeight w in weights)
                best = w.Weight > best && IndexOf(w.Genre) == genre ? w.Weight : best;
        }

        return best;
    }

    /// <summary>How far the songs of these genres lie from the middle in a feature, −1..1.</summary>
    public float LeanOf(IEnumerable<GenreWeight> weights, AudioFeature feature)
    {
        float sum = 0, all = 0;
        foreach (GenreWeight w in weights)
        {
            if (IndexOf(w.Genre) is >= 0 and var genre)
                (sum, all) = (sum + w.Weight * (2 * _typical.Value[genre * MoodFeatures.Count + (int)feature] - 1), all + w.Weight);
        }

        return all == 0 ? 0 : sum / all;
    }

    private float[] Typical(MatrixView percentiles)
    {
        float[] typical = new float[Count * MoodFeatures.Count];
        for (int f = 0; f < MoodFeatures.Count; f++)
        {
            ReadOnlySpan<float> row = percentiles.Row(f);
            for (int g = 0; g < Count; g++)
            {
                double sum = 0;
                foreach (int track in _tracksOf[g])
                    sum += row[track];
                typical[g * MoodFeatures.Count + f] = _tracksOf[g].Length == 0 ? 0.5f : (float)(sum / _tracksOf[g].Length);
            }
        }

        return typical;
    }

    private static Ragged<int> Invert(Tracks tracks)
    {
        int[] starts = new int[tracks.GenreNames.Count + 1];
        foreach (int g in tracks.GenresOf.Values.Span)
            starts[g + 1]++;
        for (int g = 0; g < tracks.GenreNames.Count; g++)
            starts[g + 1] += starts[g];
        int[] fill = starts[..^1], values = new int[starts[^1]];
        for (int track = 0; track < tracks.Count; track++)
        {
            foreach (int g in tracks.GenresOf[track])
                values[fill[g]++] = track;
        }

        return new Ragged<int>(starts, values);
    }
}
