using Segue.Mood.Concepts;

namespace Segue.Mood.Knowledge;

/// <summary>
/// What each kind of evidence counts for a kind of concept, and how far the concept may be bought off by others. Chosen on development playlists and
/// wishes by a study whose kept-back lists agreed (docs/mood.md has what each part is worth); nothing here was fitted to the lists that the product
/// is reported on.
/// </summary>
/// <param name="Tags">Tags of the artist, standardized.</param>
/// <param name="Label">The song's label.</param>
/// <param name="LabelsOfArtist">The share of the artist's songs with the label.</param>
/// <param name="Name">A word in the title.</param>
/// <param name="Like">Like the songs of compilations so named, standardized.</param>
/// <param name="On">On one of them.</param>
/// <param name="Features">What the mood lexicon asks of the features.</param>
/// <param name="MetAt">τ: the share of songs that have less of the concept than one that has enough.</param>
/// <param name="Join">c: what the concept weighs beside others.</param>
internal readonly record struct ConceptWeights(
    float Tags, float Label, float LabelsOfArtist, float Name, float Like, float On, float Features, double MetAt, float Join)
{
    public static ConceptWeights Of(ConceptKind kind) => kind switch
    {
        ConceptKind.Genre => new(0.35f, 4, 2, 0.3f, 0.3f, 0.5f, 0.7f, 0.99, 2.2f),
        ConceptKind.Place => new(0.35f, 4, 2, 1.5f, 0.3f, 0.5f, 0.5f, 0.99, 2.6f),
        ConceptKind.Era => Other(0.4f, 0.95, 1.4f),
        ConceptKind.Voice => Other(0.3f, 0.90, 2),
        ConceptKind.Instrument => Other(1.5f, 0.97, 1.2f) with { Name = 1.5f },
        ConceptKind.Occasion => Other(2.5f, 0.95, 0.8f),
        ConceptKind.Mood => Other(4, 0.95, 0.8f),
        ConceptKind.Style => Other(0.5f, 0.96, 1) with { Name = 2 },
        ConceptKind.Season => Other(1, 0.98, 1.5f) with { Name = 3 },
        ConceptKind.Topic => Other(0.5f, 0.995, 1.5f) with { Name = 4 },
        ConceptKind.Sound => new(0.35f, 4, 2, 2.5f, 0.3f, 0.5f, 0.7f, 0.999, 2.2f),
        ConceptKind.Tag => Other(0.7f, 0.97, 1),
        ConceptKind.Fame or ConceptKind.Obscure => Other(0.5f, 0.95, 0.8f),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such kind."),
    };

    /// <summary>With no weight for evidence that is taken away.</summary>
    public ConceptWeights With(EvidenceParts parts) => parts == EvidenceParts.All ? this : this with
    {
        Tags = parts.HasFlag(EvidenceParts.Tags) ? Tags : 0,
        Label = parts.HasFlag(EvidenceParts.Labels) ? Label : 0,
        LabelsOfArtist = parts.HasFlag(EvidenceParts.LabelsOfArtists) ? LabelsOfArtist : 0,
        Name = parts.HasFlag(EvidenceParts.Titles) ? Name : 0,
        Like = parts.HasFlag(EvidenceParts.Compilations) ? Like : 0,
        On = parts.HasFlag(EvidenceParts.Compilations) ? On : 0,
        Features = parts.HasFlag(EvidenceParts.Features) ? Features : 0,
    };

    private static ConceptWeights Other(float features, double metAt, float join) => new(0.6f, 2, 1.5f, 0.7f, 0.8f, 0.7f, features, metAt, join);
}
