using Segue.Catalogue;
using Segue.Numerics;

namespace Segue.Mood.Knowledge;

/// <summary>What the catalogue alone says of its songs and artists besides their sound: versions, main artists, labels, how well known.</summary>
internal sealed class CatalogueFacts
{
    private readonly Lazy<Ragged<(int Artist, float Share)>> _artistsOfLabel;
    private short[]? _songYears;

    public CatalogueFacts(Tracks tracks, ReadOnlyMemory<int> versionOf)
    {
        (Tracks, VersionOf) = (tracks, versionOf);
        MainArtist = new int[tracks.Count];
        for (int t = 0; t < MainArtist.Length; t++)
            MainArtist[t] = tracks.ArtistsOf[t] is [int first, ..] ? first : -1;
        SongsOfMain = Invert(MainArtist, tracks.ArtistNames.Count);
        _artistsOfLabel = new(LabelShares);
    }

    public Tracks Tracks { get; }

    /// <summary>The first track that is the same song: studio and live, short and long, single and album.</summary>
    public ReadOnlyMemory<int> VersionOf { get; }

    /// <summary>The first artist of each track, −1 where it has none: whose song it is. Guests do not decide what a song is.</summary>
    public int[] MainArtist { get; }

    /// <summary>The tracks of each artist as main artist.</summary>
    public Ragged<int> SongsOfMain { get; }

    /// <summary>For each genre label the artists with songs so labelled, and the share of their songs that are.</summary>
    public Ragged<(int Artist, float Share)> ArtistsOfLabel => _artistsOfLabel.Value;

    /// <summary>
    /// Tracks are one song where the main artist's title is the same up to remarks and spelling, or the same work of a composer; and where every
    /// measured feature is equal to the last digit: then they are one recording, whatever it is called.
    /// </summary>
    public static CatalogueFacts Of(Tracks tracks)
    {
        int[] versions = new int[tracks.Count];
        Dictionary<(int, string), int> first = [];
        Dictionary<RecordingKey, int> recordings = [];
        Dictionary<(int, string), string> nicknames = Nicknames(tracks);
        for (int t = 0; t < versions.Length; t++)
        {
            int artist = tracks.ArtistsOf[t] is [int main, ..] ? main : -1;
            string title = SongTitle.Loose(tracks.Titles[t]), name = SongWork.Of(tracks.Titles[t]) ?? nicknames.GetValueOrDefault((artist, title)) ?? title;
            int version = first.TryGetValue((artist, name), out int earlier) ? earlier : t;
            if (version == t && RecordingKey.Of(tracks, t) is { } recording && !recordings.TryAdd(recording, t))
                version = versions[recordings[recording]];
            first.TryAdd((artist, name), version);
            versions[t] = version;
        }

        return new CatalogueFacts(tracks, versions);
    }

    /// <summary>What each composer's pieces are called for short, with their numbers.</summary>
    private static Dictionary<(int Artist, string Title), string> Nicknames(Tracks tracks)
    {
        Dictionary<(int, string), string> nicknames = [];
        for (int t = 0; t < tracks.Count; t++)
        {
            string title = tracks.Titles[t];
            if (tracks.ArtistsOf[t] is [int artist, ..] && SongWork.Of(title) is { } work && SongWork.Nickname(title) is { } nickname)
                nicknames.TryAdd((artist, SongTitle.Loose(nickname)), work);
        }

        return nicknames;
    }

    /// <summary>All that is measured of a recording.</summary>
    private readonly record struct RecordingKey(float Danceability, float Energy, float Loudness, float Speech, float Acousticness,
        float Instrumentalness, float Valence, float Tempo)
    {
        public static RecordingKey? Of(Tracks tracks, int t)
        {
            RecordingKey key = new(At(AudioFeature.Danceability), At(AudioFeature.Energy), At(AudioFeature.Loudness), At(AudioFeature.Speechiness),
                At(AudioFeature.Acousticness), At(AudioFeature.Instrumentalness), At(AudioFeature.Valence), At(AudioFeature.Tempo));
            return key.Tempo > 0 && float.IsFinite(key.Danceability + key.Energy + key.Loudness + key.Speech
                + key.Acousticness + key.Instrumentalness + key.Valence) ? key : null;

            float At(AudioFeature feature) => tracks.Feature(feature)[t];
        }
    }

    /// <summary>
    /// The year in which each song came out, 0 where unknown: the earliest of its versions, but not of a remaster or a compilation, which say when it
    /// came out again. Empty where the catalogue has no years.
    /// </summary>
    public ReadOnlyMemory<short> SongYears => LazyInitializer.EnsureInitialized(ref _songYears, FindYears);

    private short[] FindYears()
    {
        if (Tracks.Years.IsEmpty)
            return [];
        TextColumn titles = Compilations.Of(this).Titles;
        HashSet<string> compilations = [.. Enumerable.Range(0, titles.Count).Select(c => titles[c])];
        ReadOnlySpan<int> versionOf = VersionOf.Span;
        short[] earliest = new short[Tracks.Count];
        for (int t = 0; t < earliest.Length; t++)
        {
            short year = Tracks.Years[t];
            string album = Tracks.Albums[t];
            ref short known = ref earliest[versionOf[t]];
            if (year > 0 && (known == 0 || year < known) && !SongTitle.IsReissue(Tracks.Titles[t])
                && !SongTitle.IsReissue(album) && !compilations.Contains(album))
                known = year;
        }

        short[] years = new short[earliest.Length];
        for (int t = 0; t < years.Length; t++)
            years[t] = earliest[versionOf[t]];
        return years;
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
