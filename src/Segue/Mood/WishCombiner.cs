using Segue.Catalogue;

namespace Segue.Mood;

/// <summary>One thing that was read in a wish, before the things are put together.</summary>
/// <param name="Factor">1.5 after "very", 0.6 after "a bit"; also the confidence of a guess.</param>
/// <param name="IsComparison">"happier", "more acoustic": beside a song or artist it is meant relative to that.</param>
internal sealed record WishItem(LexiconEntry Entry, string Phrase, float Factor, bool Negated, bool IsComparison);

/// <summary>
/// Puts the things read in a wish together, feature by feature.
/// <para>Primary asks (0.9 and more) say what is wanted, secondary ones what usually goes with it. Where the primaries of a feature agree, its
/// weight is the largest of them, and 0.15 more for each further one: a second word for sadness makes a wish surer, not twice as sad. Opposite
/// secondaries fall silent then, so that "dark but danceable" is as danceable as it says. Where primaries disagree, or there are none, the two sides
/// are added.</para>
/// <para>A negated primary asks for the other end, a little less (0.9): what is not sad need not be the happiest. Negated secondaries are
/// dropped: "no rain" does not mean electric guitars. A negated genre is excluded.</para>
/// </summary>
internal static class WishCombiner
{
    private const float ForEachFurther = 0.15f, WeightMax = 1.8f, WeightMin = 0.15f, Negation = -0.9f, CancelledBelow = 0.4f;

    // A genre's features are what it is usually like, not what was asked: "calm grindcore" is grindcore, and calm.
    private const float GenreFeatureMax = 0.85f;

    public static Wish Combine(Wish start, IReadOnlyList<WishItem> items)
    {
        List<FeatureWant> wants = [];
        List<Contradiction> contradictions = [], silent = [];
        List<Contribution>[] contributions = [.. Enumerable.Range(0, MoodFeatures.Count).Select(_ => new List<Contribution>())];
        foreach (WishItem item in items)
        {
            foreach (Contribution c in ContributionsOf(item))
                contributions[(int)c.Feature].Add(c);
        }

        foreach (List<Contribution> all in contributions.Where(c => c.Count > 0))
        {
            float weight = Weigh(all, out bool cancelled);
            if (cancelled)
                contradictions.Add(new Contradiction(all[0].Feature, Phrases(all, 1, primaryOnly: true), Phrases(all, -1, primaryOnly: true)));
            if (Math.Abs(weight) >= WeightMin)
                wants.Add(new FeatureWant(all[0].Feature, weight, Phrases(all, Math.Sign(weight), primaryOnly: false)));
            else if (!cancelled && Phrases(all, 1, primaryOnly: false) is [_, ..] up && Phrases(all, -1, primaryOnly: false) is [_, ..] down)
                silent.Add(new Contradiction(all[0].Feature, up, down));
        }

        // Else what was said would seem not to have been heard.
        if (wants.Count + start.Concepts.Count == 0)
            contradictions.AddRange(silent.DistinctBy(s => (s.High[0], s.Low[0])));

        wants.Sort((a, b) => Math.Abs(b.Weight).CompareTo(Math.Abs(a.Weight)));
        GenreExclusion[] excluded = [.. items.Where(i => i.Negated).SelectMany(i => i.Entry.Genres.Where(g => g.Weight >= 0.5f && i.Entry.NamesGenre)
            .Select(g => new GenreExclusion(g.Genre, i.Phrase))).DistinctBy(g => g.Genre)];
        return start with
        {
            Wants = wants,
            Genres = [.. GenresOf(items, excluded)],
            ExcludedGenres = excluded,
            Contradictions = contradictions,
            Negated = [.. items.Where(i => i.Negated).Select(i => i.Phrase).Distinct()],
            Moods = [.. items.Where(i => !i.Negated && !i.Entry.NamesGenre && i.Entry.Asks.Count > 0).Select(i => (i.Entry, i.Factor))],
        };
    }

    private static IEnumerable<GenreWant> GenresOf(IReadOnlyList<WishItem> items, GenreExclusion[] excluded)
    {
        foreach (WishItem item in items.Where(i => !i.Negated && i.Entry.Genres.Count > 0).DistinctBy(i => i.Entry.Phrase))
        {
            GenreWeight[] left = [.. item.Entry.Genres.Where(g => !excluded.Any(e => e.Genre == g.Genre))
                .Select(g => g with { Weight = Math.Min(1, g.Weight * Math.Min(1, item.Factor)) })];
            if (left.Length > 0)
                yield return new GenreWant(item.Phrase, left);
        }
    }

    private readonly record struct Contribution(AudioFeature Feature, float Weight, bool IsPrimary, string Phrase);

    private static IEnumerable<Contribution> ContributionsOf(WishItem item)
    {
        bool genre = item.Entry.NamesGenre;
        if (item.Negated && genre)
            yield break;
        bool anyPrimary = item.Entry.Asks.Any(a => a.IsPrimary);
        float strongest = item.Entry.Asks.Count == 0 ? 0 : item.Entry.Asks.Max(a => Math.Abs(a.Strength));
        foreach (Ask ask in item.Entry.Asks)
        {
            bool primary = ask.IsPrimary && !genre;
            float strength = genre ? Math.Clamp(ask.Strength, -GenreFeatureMax, GenreFeatureMax) : ask.Strength;
            if (!item.Negated)
                yield return new Contribution(ask.Feature, strength * item.Factor, primary, item.Phrase);
            else if (primary || !anyPrimary && Math.Abs(ask.Strength) == strongest && strongest >= 0.5f)
                yield return new Contribution(ask.Feature, Negation * ask.Strength * Math.Min(1, item.Factor), primary, item.Phrase);
        }
    }

    private static float Weigh(List<Contribution> all, out bool cancelled)
    {
        bool up = all.Any(c => c.IsPrimary && c.Weight > 0), down = all.Any(c => c.IsPrimary && c.Weight < 0);
        float high = Side(all, 1), low = Side(all, -1);
        cancelled = up && down && Math.Abs(high - low) < CancelledBelow;
        return up == down ? high - low : up ? high : -low;
    }

    private static float Side(List<Contribution> all, int sign)
    {
        float max = 0;
        int count = 0;
        foreach (IGrouping<string, Contribution> phrase in all.Where(c => Math.Sign(c.Weight) == sign).GroupBy(c => c.Phrase))
        {
            max = Math.Max(max, phrase.Max(c => Math.Abs(c.Weight)));
            count++;
        }

        return count == 0 ? 0 : Math.Min(WeightMax, max + ForEachFurther * (count - 1));
    }

    private static string[] Phrases(List<Contribution> all, int sign, bool primaryOnly) =>
        [.. all.Where(c => Math.Sign(c.Weight) == sign && (c.IsPrimary || !primaryOnly)).OrderByDescending(c => Math.Abs(c.Weight)).Select(c => c.Phrase).Distinct()];
}
