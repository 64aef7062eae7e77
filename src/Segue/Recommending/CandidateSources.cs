namespace Segue.Recommending;

/// <summary>Where a candidate came from; a song that several ways led to has all of them.</summary>
[Flags]
internal enum CandidateSources
{
    None = 0,

    /// <summary>A song of an artist that taste ranks high.</summary>
    Taste = 1,

    /// <summary>A song of an artist of the listener's own history.</summary>
    Own = 2,

    /// <summary>Near a song the listener loves, by the vectors of their descriptions.</summary>
    Neighbor = 4,

    /// <summary>Meets the mood: the wish, or the listener's own.</summary>
    Mood = 8,

    /// <summary>A song of an artist whose listeners are those of an artist the listener loves.</summary>
    SimilarArtist = 16,

    /// <summary>Many people play it.</summary>
    Popular = 32,

    /// <summary>Somebody asked about this very song.</summary>
    Asked = 64,
}
