using Segue.Catalogue;
using Segue.Mood.Concepts;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>The tags that people gave artists, as wishes use them: found by name, with the artists of the catalogue that carry each and what carries
/// over to the others.</summary>
internal sealed class TagSpace
{
    public static readonly TagSpace Empty = new(TextColumn.From([]), new Ragged<int>(new int[] { 0 }, default),
        new Ragged<float>(new int[] { 0 }, default), new Ragged<float>(new int[] { 0 }, default), [], default, 0);

    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private Dictionary<int, float>? _given;

    /// <param name="names">As most people write them.</param>
    /// <param name="artists">The artists of the catalogue that carry each.</param>
    /// <param name="people">How many gave it to each of those.</param>
    /// <param name="shares">How much of each artist it is, as a share of the tag's largest (<see cref="TagRidges.Share"/>).</param>
    /// <param name="uses">How often it was given, and to how many artists of the plays: two numbers a tag.</param>
    /// <param name="ridges">What <see cref="TagRidges.Learn"/> gave, one row a tag; a row of zeros where it was not learned.</param>
    public TagSpace(TextColumn names, Ragged<int> artists, Ragged<float> people, Ragged<float> shares, int[] uses, ReadOnlyMemory<float> ridges, int columns)
    {
        if (artists.Count != names.Count || people.Count != names.Count || shares.Count != names.Count
            || uses.Length != 2 * names.Count || ridges.Length != (long)names.Count * columns)
            throw new ArgumentException($"Columns of different length for {names.Count} tags.", nameof(names));
        (Names, Artists, People, Shares, Uses, Ridges, Columns) = (names, artists, people, shares, uses, ridges, columns);
        for (int t = 0; t < names.Count; t++)
            _rows.TryAdd(TagKey.Of(names[t]), t);
    }

    public TextColumn Names { get; }

    public Ragged<int> Artists { get; }

    public Ragged<float> People { get; }

    public Ragged<float> Shares { get; }

    public int[] Uses { get; }

    public ReadOnlyMemory<float> Ridges { get; }

    public int Columns { get; }

    /// <summary>How often an artist of the catalogue was given any of these tags.</summary>
    public float GivenTo(int artist) => LazyInitializer.EnsureInitialized(ref _given, Given).GetValueOrDefault(artist);

    /// <summary>The tag of this name in any spelling, or −1.</summary>
    public int Find(string name) => _rows.GetValueOrDefault(TagKey.Of(name), -1);

    public ReadOnlySpan<float> Ridge(int tag) => Ridges.Span.Slice(tag * Columns, Columns);

    public int UsesOf(int tag) => Uses[2 * tag];

    public bool IsName(int tag) => TagRidges.IsName(Uses[2 * tag + 1], Uses[2 * tag]);

    private Dictionary<int, float> Given()
    {
        Dictionary<int, float> given = [];
        for (int tag = 0; tag < Artists.Count; tag++)
        {
            for (int k = 0; k < Artists[tag].Length; k++)
                given[Artists[tag][k]] = given.GetValueOrDefault(Artists[tag][k]) + People[tag][k];
        }

        return given;
    }

    public static TagSpace Learn(TagCounts counts, ArtistVectors vectors, ListenerEvidence evidence, ReadOnlySpan<int> playedOf, CancellationToken cancel)
    {
        int[] wanted = TagRidges.Wanted(counts, ConceptTable.Default);
        float[] ridges = TagRidges.Learn(counts, vectors, evidence.Listeners, wanted, cancel);
        List<int>[] catalogueOf = new List<int>[evidence.Artists.Count];
        for (int a = 0; a < playedOf.Length; a++)
        {
            if (playedOf[a] >= 0)
                (catalogueOf[playedOf[a]] ??= []).Add(a);
        }

        List<IReadOnlyList<int>> artists = [];
        List<IReadOnlyList<float>> people = [], shares = [];
        foreach (int tag in wanted)
        {
            List<int> a = [];
            List<float> p = [], s = [];
            float most = 1e-6f;
            for (int k = 0; k < counts.People.RowLength(tag); k++)
            {
                int played = counts.People.RowIndices(tag)[k];
                float n = counts.People.RowValues(tag)[k], share = TagRidges.Share(n, counts.OfArtist[played]);
                most = Math.Max(most, share);
                foreach (int artist in catalogueOf[played] ?? [])
                {
                    a.Add(artist);
                    p.Add(n);
                    s.Add(share);
                }
            }

            artists.Add(a);
            people.Add(p);
            shares.Add([.. s.Select(x => x / most)]);
        }

        return new TagSpace(TextColumn.From(wanted.Select(t => counts.Names[t])), Ragged<int>.From(artists), Ragged<float>.From(people), Ragged<float>.From(shares),
            [.. wanted.SelectMany(t => new[] { (int)counts.Uses[t], counts.People.RowLength(t) })], ridges, vectors.Dimensions + 1);
    }
}
