using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood.Knowledge;

/// <summary>Which tracks are no music for listening, by their labels, their names and, for speech alone, their features.</summary>
internal static class IntruderRules
{
    private const double SpokenComedyFrom = 0.5, SpokenFrom = 0.85, SungBelow = 0.5, MostSongs = 0.5;

    /// <summary>One a track.</summary>
    public static ushort[] Of(CatalogueFacts facts)
    {
        Tracks tracks = facts.Tracks;
        IntruderTable table = IntruderTable.Default;
        Words noise = table.WordsOf("noise"), strong = table.WordsOf("noise anywhere"), christmas = table.WordsOf("christmas");
        Words christmasAlbum = table.WordsOf("christmas album"), karaoke = table.WordsOf("karaoke"), altered = table.WordsOf("altered");
        Dictionary<string, int> labels = Enumerable.Range(0, tracks.GenreNames.Count)
            .ToDictionary(g => WishTokens.Normalize(tracks.GenreNames[g]), g => g, StringComparer.Ordinal);
        string[] artists = [.. Enumerable.Range(0, tracks.ArtistNames.Count).Select(a => Spaced(tracks.ArtistNames[a]))];
        ushort[] kinds = new ushort[tracks.Count];
        Parallel.For(0, kinds.Length, t =>
        {
            string title = Spaced(tracks.Titles[t]), album = Spaced(tracks.Albums[t]), artist = facts.MainArtist[t] >= 0 ? artists[facts.MainArtist[t]] : "";
            bool sleep = Has(t, "sleep"), quietly = Has(t, "classical") || Has(t, "piano");
            Intruder kind = Intruder.None;
            if (sleep && (noise.AnyIn(title) || noise.AnyIn(album) || noise.AnyIn(artist))
                || !quietly && (strong.AnyIn(title) || strong.AnyIn(album) || strong.AnyIn(artist)))
                kind |= Intruder.Noise;
            else if (sleep)
                kind |= Intruder.Sleep;
            if (Has(t, "kids") || Has(t, "children"))
                kind |= Intruder.Children;
            if (Has(t, "disney"))
                kind |= Intruder.Cartoon;
            if (IsSpoken(tracks, t, Has(t, "comedy")))
                kind |= Intruder.Spoken;
            if (christmas.AnyIn(title) || christmasAlbum.AnyIn(album))
                kind |= Intruder.Christmas;
            if (karaoke.AnyIn(title) || karaoke.AnyIn(album) || karaoke.AnyIn(artist))
                kind |= Intruder.Karaoke;
            if (altered.AnyIn(title))
                kind |= Intruder.Altered;
            if (Has(t, "party"))
                kind |= Intruder.Carnival;
            kinds[t] = (ushort)kind;
        });
        SpreadOverArtists(facts, kinds, Intruder.Noise, t => Has(t, "sleep"));
        SpreadOverArtists(facts, kinds, Intruder.Children, _ => true);
        return kinds;

        bool Has(int track, string label) => labels.TryGetValue(label, out int g) && tracks.GenresOf[track].Contains(g);
    }

    private static bool IsSpoken(Tracks tracks, int track, bool comedy)
    {
        float speech = tracks.Feature(AudioFeature.Speechiness)[track], instrumental = tracks.Feature(AudioFeature.Instrumentalness)[track];
        return comedy && speech > SpokenComedyFrom || speech > SpokenFrom && !(instrumental >= SungBelow);
    }

    /// <summary>Where half of an artist's songs are of a kind, the others are too.</summary>
    private static void SpreadOverArtists(CatalogueFacts facts, ushort[] kinds, Intruder kind, Func<int, bool> mayBe)
    {
        for (int artist = 0; artist < facts.SongsOfMain.Count; artist++)
        {
            ReadOnlySpan<int> songs = facts.SongsOfMain[artist];
            int count = 0;
            foreach (int song in songs)
                count += ((Intruder)kinds[song]).HasFlag(kind) ? 1 : 0;
            if (count == 0 || count < MostSongs * songs.Length)
                continue;
            foreach (int song in songs)
                kinds[song] |= mayBe(song) ? (ushort)kind : (ushort)0;
        }
    }

    private static string Spaced(string name) => $" {WishTokens.Normalize(name)} ";
}
