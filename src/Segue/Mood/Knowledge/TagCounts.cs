using Segue.Interactions;
using Segue.Mood.Concepts;

namespace Segue.Mood.Knowledge;

/// <summary>Tags × artists of the plays: how many people gave the tag to the artist. Spellings of one tag (<see cref="TagKey"/>) are one row, named
/// as most wrote it.</summary>
internal sealed class TagCounts
{
    /// <summary>A tag on fewer artists says nothing of others.</summary>
    private const int ArtistsMin = 3;

    private TagCounts(CsrMatrix people, string[] keys, string[] names)
    {
        (People, Keys, Names) = (people, keys, names);
        Uses = [.. Enumerable.Range(0, people.Rows).Select(t => people.RowValues(t).ToArray().Sum())];
        OfArtist = new float[people.Columns];
        for (int t = 0; t < people.Rows; t++)
        {
            for (int k = 0; k < people.RowLength(t); k++)
                OfArtist[people.RowIndices(t)[k]] += people.RowValues(t)[k];
        }
    }

    public CsrMatrix People { get; }

    public string[] Keys { get; }

    public string[] Names { get; }

    /// <summary>How often each tag was given.</summary>
    public float[] Uses { get; }

    /// <summary>How many tags each artist got.</summary>
    public float[] OfArtist { get; }

    public static TagCounts Of(SideInformation side, int artists)
    {
        Dictionary<string, int> rows = new(StringComparer.Ordinal);
        List<string> keys = [];
        int[] rowOf = new int[side.TagNames.Count];
        for (int tag = 0; tag < rowOf.Length; tag++)
        {
            string key = TagKey.Of(side.TagNames[tag]);
            if (key.Length == 0)
                rowOf[tag] = -1;
            else if (!rows.TryGetValue(key, out rowOf[tag]))
            {
                rows[key] = rowOf[tag] = keys.Count;
                keys.Add(key);
            }
        }

        // One person counts once for a tag of an artist, however often they spelled it.
        HashSet<(int User, int Artist, int Row)> seen = [];
        Dictionary<(int Row, int Tag), int> spellings = [];
        List<int> row = [], column = [];
        foreach (Tagging tagging in side.Taggings)
        {
            int r = rowOf[tagging.Tag];
            if (r < 0 || tagging.User >= 0 && !seen.Add((tagging.User, tagging.Artist, r)))
                continue;
            row.Add(r);
            column.Add(tagging.Artist);
            spellings[(r, tagging.Tag)] = spellings.GetValueOrDefault((r, tagging.Tag)) + 1;
        }

        CsrMatrix all = CsrMatrix.FromEntries(keys.Count, artists, row.ToArray(), column.ToArray(), Enumerable.Repeat(1f, row.Count).ToArray());
        string[] names = [.. spellings.GroupBy(s => s.Key.Row).OrderBy(g => g.Key)
            .Select(g => side.TagNames[g.OrderByDescending(s => s.Value).ThenBy(s => s.Key.Tag).First().Key.Tag])];
        int[] named = [.. spellings.Select(s => s.Key.Row).Distinct().Order()];
        return Kept(all, keys, named.Zip(names).ToDictionary(n => n.First, n => n.Second));
    }

    private static TagCounts Kept(CsrMatrix all, List<string> keys, Dictionary<int, string> names)
    {
        int[] kept = [.. Enumerable.Range(0, all.Rows).Where(r => all.RowLength(r) >= ArtistsMin)];
        List<int> row = [], column = [];
        List<float> value = [];
        for (int k = 0; k < kept.Length; k++)
        {
            for (int i = 0; i < all.RowLength(kept[k]); i++)
            {
                row.Add(k);
                column.Add(all.RowIndices(kept[k])[i]);
                value.Add(all.RowValues(kept[k])[i]);
            }
        }

        CsrMatrix people = CsrMatrix.FromEntries(kept.Length, all.Columns, row.ToArray(), column.ToArray(), value.ToArray());
        return new TagCounts(people, [.. kept.Select(r => keys[r])], [.. kept.Select(r => names[r])]);
    }
}
