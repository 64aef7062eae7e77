namespace Segue.Mood.Knowledge;

/// <summary>Kinds of evidence that can be taken away, to measure what they are worth.</summary>
[Flags]
internal enum EvidenceParts
{
    None = 0,
    Tags = 1,
    Labels = 2,
    LabelsOfArtists = 4,
    Compilations = 8,
    Titles = 16,
    Features = 32,
    Fame = 64,

    /// <summary>Concepts are bent before they are added; else they are added as they are.</summary>
    Joining = 128,
    Intruders = 256,
    All = Tags | Labels | LabelsOfArtists | Compilations | Titles | Features | Fame | Joining | Intruders,
}
