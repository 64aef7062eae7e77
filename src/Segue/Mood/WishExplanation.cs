using Segue.Mood.Concepts;
using Segue.Mood.Knowledge;

namespace Segue.Mood;

/// <summary>Says in words what speaks for a song in a concept: "tagged 90s by 14 people", "stands on Running Songs", "the artist's songs are mostly
/// k-pop".</summary>
internal sealed class WishExplanation(SongKnowledge knowledge)
{
    /// <summary>From this many standard deviations on a likeness is worth a word.</summary>
    private const float ClearFrom = 0.5f;

    /// <summary>The parts of e that are no features, unscaled by the joining; together they are <see cref="ConceptEvidence.Sum"/>.</summary>
    public IEnumerable<MoodPart> PartsOf(WishConcept asked, ConceptEvidence evidence, int track)
    {
        ConceptWeights weights = evidence.Weights;
        int artist = knowledge.Facts.MainArtist[track];
        float tags = artist < 0 ? 0 : evidence.Tags[artist], labels = artist < 0 ? 0 : evidence.LabelsOfArtist[artist];
        (string Name, float Weight) label = LabelOf(evidence, track);
        float named = evidence.Named.GetValueOrDefault(track), like = evidence.Like.Length == 0 ? 0 : evidence.Like[track];
        bool on = evidence.On.Contains(track);
        yield return Part(MoodPartKind.Tag, TagWords(asked.Concept, evidence, artist, tags), weights.Tags * tags, tags > ClearFrom);
        yield return Part(MoodPartKind.Label, label.Weight > 0 ? $"labelled {label.Name}" : $"not labelled {asked.Phrase}",
            weights.Label * label.Weight, label.Weight > 0);
        yield return Part(MoodPartKind.ArtistLabels, LabelWords(asked, evidence, artist), weights.LabelsOfArtist * labels, labels >= 0.25f);
        int year = evidence.Concept.Years is null || knowledge.Facts.SongYears.IsEmpty ? 0 : knowledge.Facts.SongYears.Span[track];
        float dated = ConceptScores.Dated(evidence.Concept, year);
        yield return Part(MoodPartKind.Year, year == 0 ? "of unknown year" : $"from {year}", dated, dated > 0);
        yield return Part(MoodPartKind.Title, NameWords(asked.Concept, track, named), weights.Name * named, named > 0);
        yield return Part(MoodPartKind.Compilation, on ? $"stands on {Titles(evidence, track)}" : "stands on no such compilation", on ? weights.On : 0, on);
        yield return Part(MoodPartKind.LikeCompilation, $"{(like > 0 ? "like" : "unlike")} the songs on {Titles(evidence, -1)}", weights.Like * like, like > ClearFrom);

        MoodPart Part(MoodPartKind kind, string text, float part, bool speaks) => new(kind, text, [asked.Phrase], part, speaks ? 1 : 0);
    }

    private string TagWords(Concept concept, ConceptEvidence evidence, int artist, float value)
    {
        (string Name, float People) best = ("", 0);
        float most = 0;
        foreach (Evidence tag in concept.Tags)
        {
            int row = knowledge.Tags.Find(tag.Name);
            int at = row < 0 || artist < 0 ? -1 : knowledge.Tags.Artists[row].IndexOf(artist);
            if (at >= 0 && tag.Weight * knowledge.Tags.Shares[row][at] > most)
                (most, best) = (tag.Weight * knowledge.Tags.Shares[row][at], (knowledge.Tags.Names[row], knowledge.Tags.People[row][at]));
        }

        string first = concept.Tags.Select(t => t.Name).FirstOrDefault(concept.Name);
        return best.People > 0 ? $"tagged {best.Name} by {best.People} {(best.People == 1 ? "person" : "people")}"
            : value <= 0 ? $"unlike artists tagged {first}"
            : artist >= 0 && knowledge.Artists.Known.Length > 0 && knowledge.Artists.Known.Span[artist] > 0 ? $"like artists tagged {first}"
            : $"judged by similar artists: like those tagged {first}";
    }

    private (string Name, float Weight) LabelOf(ConceptEvidence evidence, int track)
    {
        Intruder said = (Intruder)knowledge.Intruders.Span[track] & evidence.Concept.Allows & ConceptScores.Said;
        (string Name, float Weight) best = said != Intruder.None ? (IntruderTable.NameOf(IntruderTable.Kinds(said).First()), 1) : ("", 0), worst = ("", 0);
        foreach (int label in knowledge.Tracks.GenresOf[track])
        {
            float weight = evidence.Labels.FirstOrDefault(l => l.Label == label).Weight;
            if (weight > best.Weight)
                best = (knowledge.Tracks.GenreNames[label], weight);
            if (weight < worst.Weight)
                worst = (knowledge.Tracks.GenreNames[label], weight);
        }

        return worst.Weight == 0 ? best : ($"{best.Name}{(best.Weight > 0 ? ", but also " : "")}{worst.Name}", best.Weight + worst.Weight);
    }

    private string LabelWords(WishConcept asked, ConceptEvidence evidence, int artist)
    {
        (string Name, float Share, float Value) best = (asked.Phrase, 0, 0);
        foreach ((int label, float weight) in evidence.Labels)
        {
            float share = artist < 0 ? 0 : knowledge.ShareOf(label, artist);
            if (weight * share > best.Value)
                best = (knowledge.Tracks.GenreNames[label], share, weight * share);
        }

        return best.Share switch
        {
            0 => $"none of the artist's songs is {best.Name}",
            >= 0.95f => $"the artist's songs are {best.Name}",
            >= 0.5f => $"the artist's songs are mostly {best.Name}",
            _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{best.Share:0%} of the artist's songs are {best.Name}"),
        };
    }

    private string NameWords(Concept concept, int track, float value)
    {
        if (value == 0)
            return "nothing of it in the title";
        if (concept.Kind == ConceptKind.Place)
            return $"the artist's titles are {concept.Name}";
        string title = $" {WishTokens.Normalize(knowledge.Tracks.Titles[track])} ", album = $" {WishTokens.Normalize(knowledge.Tracks.Albums[track])} ";
        return concept.TitleWords.FirstOrDefault(w => title.Contains($" {w} ", StringComparison.Ordinal)) is { } word ? $"'{word}' in the title"
            : $"'{concept.TitleWords.FirstOrDefault(w => album.Contains($" {w} ", StringComparison.Ordinal))}' in the album's title";
    }

    /// <summary>"Running Songs and 7 more": the compilations the track stands on, or all of the concept's.</summary>
    private string Titles(ConceptEvidence evidence, int track)
    {
        int[] titles = track < 0 ? evidence.Compilations
            : [.. evidence.Compilations.Where(c => knowledge.Compilations.Songs[c].BinarySearch(knowledge.Facts.VersionOf.Span[track]) >= 0)];
        return titles.Length switch
        {
            0 => "no compilation",
            1 => knowledge.Compilations.Titles[titles[0]],
            _ => $"{knowledge.Compilations.Titles[titles[0]]} and {titles.Length - 1} more",
        };
    }
}
