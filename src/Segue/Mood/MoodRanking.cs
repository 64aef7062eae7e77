namespace Segue.Mood;

/// <summary>What a part of a mood score comes from.</summary>
internal enum MoodPartKind
{
    Feature,

    /// <summary>Not asked for, but typical of a genre that was.</summary>
    TypicalOfGenre,
    Range,
    Genre,

    /// <summary>Likeness to a song or artist that the wish names.</summary>
    Reference,

    /// <summary>Distance from a song or artist that the wish keeps away from.</summary>
    Unlike,

    /// <summary>Nearness to where songs of this mood lie.</summary>
    Region,

    /// <summary>Tags that people gave the artist, or artists like them.</summary>
    Tag,

    /// <summary>The song's genre label.</summary>
    Label,

    /// <summary>The labels of the artist's songs.</summary>
    ArtistLabels,

    /// <summary>When the song came out.</summary>
    Year,

    /// <summary>Words in the title, or the language of the artist's titles.</summary>
    Title,

    /// <summary>On a compilation whose title asks for it.</summary>
    Compilation,

    /// <summary>Like the songs of such compilations.</summary>
    LikeCompilation,

    /// <summary>What is beyond enough of one concept counts a third beside others; and what the median song has counts for nothing.</summary>
    Joining,

    /// <summary>A concept that is not wanted.</summary>
    Against,

    /// <summary>It lacks a genre or place that the wish names.</summary>
    Lacks,

    /// <summary>Likeness of the artist to one whom the wish names.</summary>
    ArtistLikeness,

    /// <summary>How well known the song is.</summary>
    Fame,

    /// <summary>No music for listening, or only at its time, and nobody asked for it.</summary>
    Intruder,
}

/// <summary>One part of a track's score.</summary>
/// <param name="Label">What was asked, for a person: "slow", "tempo=90..110", "jazz".</param>
/// <param name="Phrases">The words of the wish that asked for it.</param>
/// <param name="Part">What it adds to the score.</param>
/// <param name="Fit">How well the track meets it, 0..1.</param>
internal sealed record MoodPart(MoodPartKind Kind, string Label, IReadOnlyList<string> Phrases, float Part, double Fit)
{
    /// <summary>From this fit on a person would say that the song has what was asked.</summary>
    public const double MetFrom = 0.7;

    /// <summary>A song taken at random is unlike another to 0.53: keeping away is being no more like it than that.</summary>
    private const double UnlikeFrom = 0.5;

    public bool IsMet => Fit >= (Kind == MoodPartKind.Unlike ? UnlikeFrom : MetFrom);
}

/// <summary>The answer to a wish.</summary>
/// <param name="Items">The best first; each song once.</param>
/// <param name="Verdict">What a person should know before they look at the answers.</param>
internal sealed record MoodRanking(Wish Wish, IReadOnlyList<(int Track, float Score)> Items, MoodVerdict Verdict);

/// <summary>Whether the answers fit.</summary>
/// <param name="Fits">False where nothing was understood, wants cancel, or nothing really fits.</param>
/// <param name="Messages">Whole sentences for a person; empty where all is well.</param>
internal sealed record MoodVerdict(bool Fits, IReadOnlyList<string> Messages)
{
    private const int Looked = 20;
    private const string HowToAsk = "say how the songs shall be, such as 'calm and happy' or 'loud guitars, no vocals'";

    // From the study: below three quarters of the best possible a listener would not call the want met.
    private const double LeastShare = 0.75;
    private const float WantedFrom = 0.7f;

    internal static MoodVerdict Of(MoodScorer scorer, Wish wish, IReadOnlyList<(int Track, float Score)> best, WishScores? scores = null)
    {
        List<string> messages = [];
        bool fits = true;
        if (wish.IsEmpty)
        {
            if (wish.Contradictions is [Contradiction first, ..])
                return new MoodVerdict(false, [$"{Quote(first.High)} and {Quote(first.Low)} cancel each other, and nothing else is asked; {HowToAsk}"]);
            string words = wish.CannotHear.Count > 0 ? $" ({string.Join(", ", wish.CannotHear.Take(5).Select(w => $"'{w}'"))} unknown)" : "";
            return new MoodVerdict(false, [$"nothing in this wish was understood{words}; {HowToAsk}"]);
        }

        if (wish.CannotHear.Count > 0)
            messages.Add($"I cannot hear: {string.Join(", ", wish.CannotHear)}");
        if (wish.OnlyTitles.Count > 0)
            messages.Add($"I cannot hear {Quote(wish.OnlyTitles)}: only titles tell of it");
        foreach (Contradiction c in wish.Contradictions)
        {
            fits = false;
            messages.Add($"{Quote(c.High)} and {Quote(c.Low)} cancel each other; the rest of the wish decides");
        }

        foreach (GenreWant genre in wish.Genres.Where(g => scores is null && !g.Weights.Any(w => scorer.HasGenre(w.Genre))))
            messages.Add($"the catalogue has no genre for '{genre.Phrase}'; its usual features stand in");
        int[] top = [.. best.Take(Looked).Select(t => t.Track)];
        if (top.Length == 0)
            return new MoodVerdict(false, [.. messages, "no song is left after the exclusions"]);
        if (scores is not null && wish.Concepts.Count > 0)
        {
            string[] shortfalls = [.. scores.Shortfalls(top)];
            return new MoodVerdict(fits && shortfalls.Length == 0, [.. messages, .. shortfalls]);
        }

        if (Worst(scorer, wish, best.Take(Looked).ToArray()) is { } worst)
        {
            fits = false;
            messages.Add($"nothing really fits: the nearest songs are hardly {worst}; shown is what comes nearest");
        }

        return new MoodVerdict(fits, messages);
    }

    private static string? Worst(MoodScorer scorer, Wish wish, (int Track, float Score)[] top)
    {
        double worst = LeastShare;
        string? name = null;
        foreach (FeatureWant want in wish.Wants.Where(w => Math.Abs(w.Weight) >= WantedFrom))
        {
            double share = top.Average(t => scorer.Percentile(want.Feature, t.Track, want.Weight)) / scorer.BestPercentile(want.Feature, want.Weight);
            if (share < worst)
                (worst, name) = (share, MoodFeatures.EndOf(want.Feature, want.Weight));
        }

        foreach (GenreWant genre in wish.Genres.Where(g => g.Weights.Any(w => scorer.HasGenre(w.Genre))))
        {
            double share = top.Average(t => scorer.GenreFit(genre, t.Track)) / genre.Weights.Where(w => scorer.HasGenre(w.Genre)).Max(w => w.Weight);
            if (share < worst * 0.5)
                (worst, name) = (share * 2, genre.Phrase);
        }

        return name;
    }

    private static string Quote(IReadOnlyList<string> phrases) => string.Join(", ", phrases.Select(p => $"'{p}'"));
}
