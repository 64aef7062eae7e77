using Segue.Catalogue;
using Segue.Mood.Concepts;

namespace Segue.Mood;

/// <summary>What a wish asks of one feature.</summary>
/// <param name="Weight">Its size is the strength, about 0.2..2; negative asks for the low end.</param>
/// <param name="Phrases">The words that asked for it, as they were written.</param>
internal sealed record FeatureWant(AudioFeature Feature, float Weight, IReadOnlyList<string> Phrases);

/// <summary>One mention of a genre: a song has it as far as its best genre weighs.</summary>
internal sealed record GenreWant(string Phrase, IReadOnlyList<GenreWeight> Weights);

/// <summary>A genre that must not be there, and the words that said so.</summary>
internal sealed record GenreExclusion(string Genre, string Phrase)
{
    /// <summary>Whether a genre is this one or a kind of it: who wants no "rock" wants no "alt-rock" and no "rock-n-roll" either.</summary>
    public bool Covers(string genre) => genre == Genre || !Genre.Contains('-') && genre.Split('-', ' ').Contains(Genre);
}

/// <summary>Two words that cancel each other.</summary>
internal sealed record Contradiction(AudioFeature Feature, IReadOnlyList<string> High, IReadOnlyList<string> Low);

/// <summary>A word that the lexicon lacks, and how it was read: by its spelling or by its meaning.</summary>
/// <param name="ReadAs">The nearest phrases of the lexicon, best first; empty where nothing was near.</param>
/// <param name="Confidence">0..1.</param>
internal sealed record GuessedWord(string Word, IReadOnlyList<string> ReadAs, double Confidence);

/// <summary>
/// A wish as it was read; immutable. <see cref="WishReader"/> makes it of free text, <see cref="FromTargets"/> of feature targets,
/// <see cref="FromTracks"/> of songs; <see cref="MoodScorer"/> says how well each song meets it.
/// </summary>
internal sealed record Wish
{
    public static readonly Wish Nothing = new();

    /// <summary>What was written; empty for a wish that was not.</summary>
    public string Text { get; init; } = "";

    /// <summary>The language most of the words belong to: "en", "es", "de", "fr", "it" or "pt".</summary>
    public string Language { get; init; } = "en";

    /// <summary>At most one a feature, the strongest first.</summary>
    public IReadOnlyList<FeatureWant> Wants { get; init; } = [];

    /// <summary>Ranges of features, from explicit targets and "N bpm".</summary>
    public IReadOnlyList<FeatureTarget> Ranges { get; init; } = [];

    public IReadOnlyList<GenreWant> Genres { get; init; } = [];

    public IReadOnlyList<GenreExclusion> ExcludedGenres { get; init; } = [];

    /// <summary>Songs and artists that the answers shall resemble, come from, or not come from.</summary>
    public IReadOnlyList<WishReference> References { get; init; } = [];

    /// <summary>What the words ask of tags, labels, compilations and titles; those that are not wanted among them.</summary>
    public IReadOnlyList<WishConcept> Concepts { get; init; } = [];

    /// <summary>What is otherwise kept out and is asked for.</summary>
    public Intruder Allowed { get; init; }

    /// <summary>The phrases that were understood as a negation, as they were written.</summary>
    public IReadOnlyList<string> Negated { get; init; } = [];

    public IReadOnlyList<Contradiction> Contradictions { get; init; } = [];

    public IReadOnlyList<GuessedWord> Guessed { get; init; } = [];

    /// <summary>The words that meant nothing to the reader.</summary>
    public IReadOnlyList<string> NotUnderstood { get; init; } = [];

    /// <summary>What no data tells, word by word: years, what is new, how a voice sounds, and whatever was not understood.</summary>
    public IReadOnlyList<string> CannotHear { get; init; } = [];

    /// <summary>Words of which only titles tell: "the sea".</summary>
    public IReadOnlyList<string> OnlyTitles { get; init; } = [];

    /// <summary>Only songs that came out in these years; null where nothing is said of them.</summary>
    public YearRange? Years { get; init; }

    /// <summary>False where explicit songs are not wanted, true where nothing else is; null where nothing is said of them.</summary>
    public bool? Explicit { get; init; }

    /// <summary>The words that may name a mood, for <see cref="MoodRegions"/>.</summary>
    internal IReadOnlyList<(LexiconEntry Entry, float Factor)> Moods { get; init; } = [];

    /// <summary>Other things a person should know of the reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Whether the wish asks for anything at all.</summary>
    public bool IsEmpty => Wants.Count + Ranges.Count + Genres.Count + ExcludedGenres.Count + References.Count + Concepts.Count == 0
        && Explicit is null && Years is null;

    /// <summary>Whether songs of this genre are left out; a kind that the wish names stays: "alt rock, but not rock".</summary>
    internal bool Excludes(string genre) => ExcludedGenres.Any(e => e.Genre == genre)
        || ExcludedGenres.Any(e => e.Covers(genre)) && !Genres.Any(g => g.Weights.Any(w => w.Genre == genre && w.Weight >= LexiconEntry.GenreNamedFrom));

    /// <summary>A wish that asks for these targets and nothing else.</summary>
    public static Wish FromTargets(params IEnumerable<FeatureTarget> targets) => Nothing.With(targets);

    /// <summary>Songs like these (their features and genres; the songs themselves are left out).</summary>
    public static Wish FromTracks(Tracks tracks, params IReadOnlyList<int> songs) =>
        Nothing with { References = [.. songs.Select(s => new WishReference(ReferenceKind.Song, [s], tracks.DisplayName(s), Use.Resemble))] };

    /// <summary>This wish with explicit targets: they replace what the words asked of those features.</summary>
    public Wish With(params IEnumerable<FeatureTarget> targets)
    {
        List<FeatureWant> wants = [.. Wants];
        List<FeatureTarget> ranges = [.. Ranges];
        foreach (FeatureTarget target in targets)
        {
            wants.RemoveAll(w => w.Feature == target.Feature);
            ranges.RemoveAll(r => r.Feature == target.Feature);
            if (target.Direction == 0)
                ranges.Add(target);
            else
                wants.Add(new FeatureWant(target.Feature, target.Direction * FeatureTarget.Weight, [target.ToString()]));
        }

        return this with { Wants = wants, Ranges = ranges };
    }

    /// <summary>This wish with what the answers shall resemble moved along some features: "like this, but happier by a fifth of all songs".</summary>
    /// <exception cref="SegueException">The wish names nothing that could be moved.</exception>
    public Wish With(IReadOnlyList<FeatureShift> shifts)
    {
        if (shifts.Count == 0)
            return this;
        if (!References.Any(r => r.Use == Use.Resemble))
            throw new SegueException($"nothing to shift from: '{shifts[0]}' is relative to a song or an artist that the answers shall be like");
        Ask[] asks = [.. shifts.Select(s => s.ToAsk())];
        return this with
        {
            References = [.. References.Select(r => r.Use != Use.Resemble
                ? r
                : r with { Shifts = [.. r.Shifts.ExceptBy(asks.Select(a => a.Feature), a => a.Feature), .. asks] })],
        };
    }

    /// <summary>The reading in one line: "sad and calm: 'sad', 'rainy night'; genre: none; not: 'vocals'".</summary>
    public override string ToString()
    {
        FeatureWant[] main = [.. Wants.Where(w => Math.Abs(w.Weight) >= 0.55f)];
        IEnumerable<string> asked = (main.Length > 0 ? main : Wants.Take(1)).Select(w => MoodFeatures.EndOf(w.Feature, w.Weight))
            .Concat(Ranges.Select(r => r.ToString()))
            .Concat(Years is { } years ? [$"from {years}"] : []).Concat(References.Select(r => r.ToString()));
        string phrases = Quote(Wants.SelectMany(w => w.Phrases).Distinct().Except(Negated)), genres = Quote(Genres.Select(g => g.Phrase));
        string not = Quote(Negated.Concat(ExcludedGenres.Select(e => e.Phrase)).Distinct());
        return $"{(IsEmpty ? "nothing" : string.Join(" and ", asked.DefaultIfEmpty("anything")))}{Prefix(": ", phrases)}; genre: {(genres.Length == 0 ? "none" : genres)}"
            + $"{Prefix("; not: ", not)}{Prefix("; not understood: ", Quote(NotUnderstood))}";
    }

    private static string Quote(IEnumerable<string> words) => string.Join(", ", words.Select(w => $"'{w}'"));

    private static string Prefix(string prefix, string text) => text.Length == 0 ? "" : prefix + text;
}

/// <summary>What a <see cref="WishReference"/> names.</summary>
internal enum ReferenceKind
{
    Song,
    Artist,
}

/// <summary>What is wanted of what a <see cref="WishReference"/> names.</summary>
internal enum Use
{
    /// <summary>Songs like it.</summary>
    Resemble,

    /// <summary>Its songs alone.</summary>
    Only,

    /// <summary>None of its songs.</summary>
    Exclude,

    /// <summary>Songs unlike it: the less a song is like it, the better.</summary>
    Avoid,
}

/// <summary>A song or an artist of the catalogue that a wish names.</summary>
/// <param name="Tracks">The song (all its versions), or the artist's songs.</param>
/// <param name="Name">As the catalogue writes it.</param>
internal sealed record WishReference(ReferenceKind Kind, IReadOnlyList<int> Tracks, string Name, Use Use)
{
    /// <summary>Features in which the answers shall differ from it, as a shift of the percentile: "like this but happier".</summary>
    public IReadOnlyList<Ask> Shifts { get; init; } = [];

    /// <summary>What a person reads as an example: the song itself, or everything of the artist.</summary>
    /// <exception cref="UnknownNameException">The catalogue has neither a song nor an artist of this name; the nearest of both are named.</exception>
    public static WishReference Resolve(Tracks tracks, string name, Use use)
    {
        // "TITLE - ARTIST" is a song; one name alone is an artist before it is a title.
        bool isPair = name.Contains(" - ", StringComparison.Ordinal);
        IReadOnlyList<int> artists = isPair ? [] : tracks.ByArtistName.FindAll(name);
        if (artists.Count > 0)
            return new WishReference(ReferenceKind.Artist, [.. artists.SelectMany(a => tracks.TracksOfArtist[a].ToArray())], tracks.ArtistNames[artists[0]], use);
        try
        {
            int song = tracks.Songs.Resolve(name);
            return new WishReference(ReferenceKind.Song, [song], tracks.DisplayName(song), use);
        }
        catch (UnknownNameException e) when (!isPair)
        {
            IEnumerable<string> near = tracks.ByArtistName.Nearest(name, 2).Select(n => tracks.ArtistNames[n.Row]);
            throw new UnknownNameException("artist or song", name, [.. near.Concat(e.Nearest).Take(4)]);
        }
    }

    /// <summary>"like Daft Punk, more happy", "by Radiohead", "not Kenny G", "unlike Coldplay".</summary>
    public override string ToString() =>
        (Use switch { Use.Only => "by ", Use.Exclude => "not ", Use.Avoid => "unlike ", _ => "like " }) + Name
            + string.Concat(Shifts.Select(s => $", more {MoodFeatures.EndOf(s.Feature, s.Strength)}"));
}
