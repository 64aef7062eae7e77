using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>
/// Finds artists and songs of the catalogue in a wish. Half of the dictionary is some artist's name ("Happy", "Train", "Calm"), so that a name
/// must give itself away: by quotation marks, by "like" or "by" before it, by capitals where the lexicon knows nothing better, or, in lower case, by
/// being of several words of which the lexicon does not know at least one ("pink floyd").
/// </summary>
internal sealed class CatalogueNames(Tracks tracks)
{
    private const int WordsMax = 8;

    // In lower case and without "like", a name counts from this many songs on; the catalogue's long tail has an artist for every pair of words.
    private const int SongsMin = 3;

    // "Mozart" stands for the artist with that last (or first) word who has the most songs, from this many on.
    private const int SongsMinOfPart = 5;

    /// <param name="Reference">Null where the words name a song of an artist of the catalogue that the catalogue does not have.</param>
    internal readonly record struct Found(WishReference? Reference, int Count);

    /// <summary>The longest name that starts at a word, or null.</summary>
    /// <param name="text">The wish.</param>
    /// <param name="tokens">Its words.</param>
    /// <param name="at">Where a name may start.</param>
    /// <param name="named">Whether "like" or "by" stands before it.</param>
    /// <param name="isKnown">Whether the lexicon knows the words from..to as one phrase, or as nothing worth a name.</param>
    internal Found? Find(string text, IReadOnlyList<WishToken> tokens, int at, bool named, Func<int, int, bool> isKnown)
    {
        if (named || tokens[at].Quote > 0)
        {
            if (SongBy(text, tokens, at) is { } song)
                return song;
        }

        int most = Math.Min(WordsMax, tokens.Count - at);
        for (int count = most; count > 0; count--)
        {
            bool quoted = tokens[at].Quote > 0 && tokens[at + count - 1].Quote == tokens[at].Quote && (at == 0 || tokens[at - 1].Quote != tokens[at].Quote)
                && (at + count == tokens.Count || tokens[at + count].Quote != tokens[at].Quote);
            if (!quoted && (!named && StopsInside(tokens, at, count) || !GivesItselfAway(tokens, at, count, named, isKnown, out _)))
                continue;
            string name = text[tokens[at].Start..tokens[at + count - 1].End];
            GivesItselfAway(tokens, at, count, named || quoted, isKnown, out int songsMin);
            if (Artist(name, songsMin) is { } artist)
                return new Found(artist, count);
            if ((named || quoted) && Song(name, count > 1 || quoted || tokens[at].Capital) is { } song)
                return new Found(song, count);
        }

        bool capital = tokens[at].Capital && at > 0 && !tokens[at].AfterStop;
        return (named || capital) && !isKnown(at, at + 1) && tokens[at].Word.Length >= 4 && ArtistByPart(tokens[at].Word) is { } part ? new Found(part, 1) : null;
    }

    private static bool StopsInside(IReadOnlyList<WishToken> tokens, int at, int count) => Enumerable.Range(at + 1, count - 1).Any(i => tokens[i].AfterStop);

    private static bool GivesItselfAway(IReadOnlyList<WishToken> tokens, int at, int count, bool named, Func<int, int, bool> isKnown, out int songsMin)
    {
        bool capitals = Enumerable.Range(at, count).All(i => tokens[i].Capital || tokens[i].Word is "the" or "of" or "and" or "n" or "de" or "la") && tokens[at].Capital;
        bool whole = isKnown(at, at + count), parts = Enumerable.Range(at, count).All(i => isKnown(i, i + 1));
        songsMin = named || capitals ? 1 : SongsMin;
        if (named)
            return !whole || capitals;
        if (capitals)
            return count > 1 ? !whole : !whole && at > 0 && !tokens[at].AfterStop;
        return count > 1 && !whole && !parts;
    }

    private WishReference? Artist(string name, int songsMin)
    {
        int artist = tracks.ByArtistName.Find(name);
        if (artist < 0 && !name.StartsWith("the ", StringComparison.OrdinalIgnoreCase))
            artist = tracks.ByArtistName.Find("The " + name);
        if (artist < 0 && songsMin == 1)
            artist = tracks.ByNearArtistName.FindOnly(name);
        return artist >= 0 && tracks.TracksOfArtist[artist].Length >= songsMin ? ArtistReference(artist) : null;
    }

    private WishReference? ArtistByPart(string word)
    {
        int best = -1, bestSongs = SongsMinOfPart - 1;
        for (int artist = 0; artist < tracks.ArtistNames.Count; artist++)
        {
            // Songs first: few artists have this many, and only their names are decoded.
            if (tracks.TracksOfArtist[artist].Length <= bestSongs)
                continue;
            string[] words = WishTokens.Normalize(tracks.ArtistNames[artist]).Split(' ');
            if (words.Length > 1 && (words[^1] == word || words[0] == word))
                (best, bestSongs) = (artist, tracks.TracksOfArtist[artist].Length);
        }

        return best < 0 ? null : ArtistReference(best);
    }

    private WishReference ArtistReference(int artist) => new(ReferenceKind.Artist, [.. tracks.TracksOfArtist[artist]], tracks.ArtistNames[artist], Use.Resemble);

    /// <summary>
    /// "TITLE by ARTIST", where the artist is known and so binds: their song of this title or none. Words in lower case that are no song of theirs
    /// may be a wish ("something calm by Radiohead").
    /// </summary>
    private Found? SongBy(string text, IReadOnlyList<WishToken> tokens, int at)
    {
        for (int by = at + 1; by < Math.Min(at + WordsMax, tokens.Count - 1); by++)
        {
            if (tokens[by].Word != "by")
                continue;
            int most = Math.Min(WordsMax, tokens.Count - by - 1);
            for (int count = most; count > 0; count--)
            {
                string title = text[tokens[at].Start..tokens[by - 1].End], artist = text[tokens[by + 1].Start..tokens[by + count].End];
                if (tracks.ByNearArtistName.Find(artist).Count == 0)
                    continue;
                int words = by + count + 1 - at, song = tracks.Songs.Find(title, artist);
                if (song >= 0)
                    return new Found(SongReference([song]), words);
                bool areCapitals = tokens[at].Capital && Enumerable.Range(at, by - at).All(i => tokens[i].Capital || tokens[i].Word.Length <= 3);
                bool isTitle = tokens[at].Quote > 0 || areCapitals;
                return isTitle ? new Found(null, words) : null;
            }
        }

        return null;
    }

    /// <summary>"TITLE" or "TITLE - ARTIST": the most popular song of that name.</summary>
    private WishReference? Song(string name, bool titleAlone)
    {
        bool isPair = name.Contains(" - ", StringComparison.Ordinal) || name.Contains(" – ", StringComparison.Ordinal);
        int pair = isPair ? tracks.Songs.FindPair(name) : -1;
        if (pair >= 0)
            return SongReference([pair]);
        IReadOnlyList<int> titles = titleAlone ? tracks.ByTitle.FindAll(name) : [];
        return titles.Count == 0 ? null : SongReference(titles);
    }

    private WishReference SongReference(IReadOnlyList<int> found)
    {
        float[] popularity = tracks.Feature(AudioFeature.Popularity).ToArray();
        int best = found.MaxBy(t => float.IsNaN(popularity[t]) ? -1 : popularity[t]);
        return new WishReference(ReferenceKind.Song, [best], tracks.DisplayName(best), Use.Resemble);
    }
}
