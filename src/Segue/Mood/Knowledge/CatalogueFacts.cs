using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>What the catalogue alone says of its songs and artists besides their sound: versions, main artists, labels, how well known.</summary>
internal sealed class CatalogueFacts
{
    public CatalogueFacts(Tracks tracks, ReadOnlyMemory<int> versionOf)
    {
        (Tracks, VersionOf) = (tracks, versionOf);
        MainArtist = new int[tracks.Count];
        for (int t = 0; t < MainArtist.Length; t++)
            MainArtist[t] = tracks.ArtistsOf[t] is [int first, ..] ? first : -1;
        SongsOfMain = Invert(MainArtist, tracks.ArtistNames.Count);
        ArtistsOfLabel = LabelShares();
    }

    public Tracks Tracks { get; }

    /// <summary>The first track with the same main artist and bare title: studio and live, short and long, single and album.</summary>
    public ReadOnlyMemory<int> VersionOf { get; }

    /// <summary>The first artist of each track, −1 where it has none: whose song it is. Guests do not decide what a song is.</summary>
    public int[] MainArtist { get; }

    /// <summary>The tracks of each artist as main artist.</summary>
    public Ragged<int> SongsOfMain { get; }

    /// <summary>For each genre label the artists with songs so labelled, and the share of their songs that are.</summary>
    public Ragged<(int Artist, float Share)> ArtistsOfLabel { get; }

    public static CatalogueFacts Of(Tracks tracks)
    {
        int[] versions = new int[tracks.Count];
        Dictionary<(int, string), int> first = [];
        for (int t = 0; t < versions.Length; t++)
        {
            var key = (tracks.ArtistsOf[t] is [int artist, ..] ? artist : -1, SongTitle.Loose(tracks.Titles[t]));
            versions[t] = first.TryGetValue(key, out int earlier) ? earlier : first[key] = t;
        }

        return new CatalogueFacts(tracks, versions);
    }

    private Ragged<(int Artist, float Share)> LabelShares()
    {
        List<(int, float)>[] lists = [.. Enumerable.Range(0, Tracks.GenreNames.Count).Select(_ => new List<(int, float)>())];
        int[] counts = new int[lists.Length];
        for (int artist = 0; artist < SongsOfMain.Count; artist++)
        {
            ReadOnlySpan<int> songs = SongsOfMain[artist];
            foreach (int song in songs)
            {
                foreach (int label in Tracks.GenresOf[song])
                    counts[label]++;
            }

            foreach (int song in songs)
            {
                foreach (int label in Tracks.GenresOf[song])
                {
                    if (counts[label] > 0)
                        lists[label].Add((artist, (float)counts[label] / songs.Length));
                    counts[label] = 0;
                }
            }
        }

        return Ragged<(int, float)>.From(lists);
    }

    private static Ragged<int> Invert(int[] of, int count)
    {
        int[] starts = new int[count + 1];
        foreach (int a in of)
            starts[a + 1] += a >= 0 ? 1 : 0;
        starts[0] = 0;
        for (int a = 0; a < count; a++)
            starts[a + 1] += starts[a];
        int[] fill = starts[..count], values = new int[starts[count]];
        for (int t = 0; t < of.Length; t++)
        {
            if (of[t] >= 0)
                values[fill[of[t]]++] = t;
        }

        return new Ragged<int>(starts, values);
    }
}
